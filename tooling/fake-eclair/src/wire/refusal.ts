/** An answer that is an error: its status and the text of `{"error": …}`. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, text: string) {
    super(text)
    this.status = status
  }
}

export const notFound = (): Refusal => new Refusal(404, 'Not found')

export const unknownResource = (): Refusal => new Refusal(404, 'The requested resource could not be found.')

export const malformed = (field: string, detail: string): Refusal =>
  new Refusal(400, `The form field '${field}' was malformed:\n${detail}`)

export const missing = (field: string): Refusal =>
  new Refusal(400, `Request is missing required form field '${field}'`)
