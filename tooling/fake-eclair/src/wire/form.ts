import { malformed, missing } from './refusal.ts'

const HEX_32 = /^[0-9a-f]{64}$/i
const NODE_ID = /^0[23][0-9a-f]{64}$/i
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const LARGEST_LONG = 2n ** 63n - 1n

/** The fields of a request, read and refused as Eclair's HTTP layer does it. */
export class Form {
  readonly #fields: URLSearchParams
  readonly #read = new Set<string>()

  constructor(body: string) {
    this.#fields = new URLSearchParams(body)
  }

  /** TRAP: fields that nobody asked for, which Eclair ignores without a word. */
  unread(): readonly string[] {
    return [...new Set(this.#fields.keys())].filter((name) => !this.#read.has(name))
  }

  text(name: string): string | undefined {
    this.#read.add(name)
    return this.#fields.get(name) ?? undefined
  }

  need(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw missing(name)
    return value
  }

  integer(name: string): bigint | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!/^[+-]?\d+$/.test(value)) throw malformed(name, `For input string: "${value}"`)
    const number = BigInt(value)
    if (number > LARGEST_LONG) throw malformed(name, `For input string: "${value}"`)
    return number
  }

  needInteger(name: string): bigint {
    this.need(name)
    return this.integer(name) as bigint
  }

  decimal(name: string): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!/^[+-]?\d+(?:\.\d+)?$/.test(value)) throw malformed(name, `For input string: "${value}"`)
    return Number(value)
  }

  flag(name: string): boolean {
    const value = this.text(name)
    if (value === undefined) return false
    if (!/^(?:true|false|yes|no|on|off|1|0)$/i.test(value))
      throw malformed(name, `'${value}' is not a valid Boolean value`)
    return /^(?:true|yes|on|1)$/i.test(value)
  }

  hash(name: string): string | undefined {
    return this.#shaped(name, HEX_32, 'Invalid hexadecimal character or length')
  }

  needHash(name: string): string {
    this.need(name)
    return this.hash(name) as string
  }

  nodeId(name: string): string | undefined {
    return this.#shaped(name, NODE_ID, 'Invalid public key')
  }

  needNodeId(name: string): string {
    this.need(name)
    return this.nodeId(name) as string
  }

  uuid(name: string): string | undefined {
    return this.#shaped(name, UUID, 'Invalid UUID string')
  }

  #shaped(name: string, shape: RegExp, complaint: string): string | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!shape.test(value)) throw malformed(name, complaint)
    return value.toLowerCase()
  }
}
