import { Agent, request } from 'node:http'

/** The least that speaks to Eclair: connections that are kept, Basic, forms. */
export function openRawEclair(url: string, password: string) {
  const agent = new Agent({ keepAlive: true })
  const authorization = `Basic ${Buffer.from(`:${password}`).toString('base64')}`
  return {
    call: <T>(method: string, form: Record<string, string>): Promise<T> =>
      new Promise((resolve, reject) => {
        const body = new URLSearchParams(form).toString()
        const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
        request(`${url}/${method}`, { method: 'POST', agent, headers }, (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part
          })
          response.on('end', () =>
            response.statusCode === 200 ? resolve(JSON.parse(text) as T) : reject(new Error(text)),
          )
        })
          .on('error', reject)
          .end(body)
      }),
    close: () => agent.destroy(),
  }
}
