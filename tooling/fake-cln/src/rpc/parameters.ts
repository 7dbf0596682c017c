import { badParameter, INVALID_PARAMS, RpcError } from './rpc-error.ts'
import type { Usage } from './usage.ts'

const UNKNOWN_HINT =
  'this may be caused by a failure to autodetect key=value-style parameters. Please try using the -k flag and explicit key=value pairs of parameters.'
const MSAT_PER: Readonly<Record<string, bigint>> = { msat: 1n, sat: 1000n }
const MSAT_PER_BTC = 100_000_000_000n

/** The parameters of one call, read the way `lightningd` reads them: by name or by place, one error text for each kind. */
export class Parameters {
  readonly #values: Readonly<Record<string, unknown>>
  readonly #sources: ReadonlyMap<string, string>

  /** `sources`: of texts that were written with `\u` escapes, as they were written. */
  constructor(usage: Usage, params: unknown, sources: ReadonlyMap<string, string> = new Map()) {
    this.#sources = sources
    this.#values = Array.isArray(params)
      ? byPlace(usage, params)
      : byName(usage, params as Readonly<Record<string, unknown>>)
    for (const name of usage.required)
      if (this.#values[name] === undefined)
        throw new RpcError(INVALID_PARAMS, `missing required parameter: ${name}`)
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined
  }

  raw(name: string): unknown {
    return this.#values[name]
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    if (value === undefined) return undefined
    if (typeof value === 'object') throw badParameter(name, 'should be a string', JSON.stringify(value))
    return String(value)
  }

  /** Text in which the daemon takes no `\u` escapes. */
  plainText(name: string): string | undefined {
    const source = this.#sources.get(name)
    if (source !== undefined) throw badParameter(name, 'should be a string (without \\u)', source)
    return this.text(name)
  }

  number(name: string): number | undefined {
    const value = this.#values[name]
    if (value === undefined) return undefined
    const number = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value
    if (typeof number === 'number') return number
    throw badParameter(name, 'should be an integer', JSON.stringify(value))
  }

  flag(name: string): boolean | undefined {
    const value = this.#values[name]
    if (value === undefined || typeof value === 'boolean') return value
    if (value === 'true' || value === 'false') return value === 'true'
    throw badParameter(name, "should be 'true' or 'false'", JSON.stringify(value))
  }

  /** msat, as a bare number or a text with a unit. */
  msat(name: string, expected = 'should be a millisatoshi amount'): bigint | undefined {
    const value = this.#values[name]
    if (value === undefined) return undefined
    const amount = readAmount(value, 1n)
    if (amount !== undefined) return amount
    throw badParameter(name, expected, JSON.stringify(value))
  }

  /** Sat, as a bare number or a text with a unit; `all` where the call takes it. */
  sat(name: string): bigint | 'all' | undefined {
    const value = this.#values[name]
    if (value === undefined || value === 'all') return value
    const amount = readAmount(value, 1000n)
    if (amount !== undefined && amount % 1000n === 0n) return amount / 1000n
    throw badParameter(name, 'should be a satoshi amount', JSON.stringify(value))
  }

  hash(name: string): string | undefined {
    const value = this.text(name)
    if (value === undefined || /^[0-9a-f]{64}$/i.test(value)) return value?.toLowerCase()
    throw badParameter(name, 'should be a 32 byte hash', JSON.stringify(value))
  }

  nodeId(name: string): string | undefined {
    const value = this.text(name)
    if (value === undefined || /^0[23][0-9a-f]{64}$/i.test(value)) return value?.toLowerCase()
    throw badParameter(name, 'should be a node id', JSON.stringify(value))
  }
}

function byPlace(usage: Usage, params: readonly unknown[]): Readonly<Record<string, unknown>> {
  if (params.length > usage.names.length)
    throw new RpcError(
      INVALID_PARAMS,
      `too many parameters: got ${params.length}, expected ${usage.names.length}`,
    )
  return Object.fromEntries(params.map((value, index) => [usage.names[index], orAbsent(value)]))
}

function byName(usage: Usage, params: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  for (const [given, value] of Object.entries(params)) {
    const name = usage.aliases[given] ?? given
    if (!usage.known.has(name))
      throw new RpcError(INVALID_PARAMS, `unknown parameter: ${given}, ${UNKNOWN_HINT}`)
    values[name] = orAbsent(value)
  }
  return values
}

const orAbsent = (value: unknown): unknown => (value === null ? undefined : value)

function readAmount(value: unknown, bareUnit: bigint): bigint | undefined {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) * bareUnit : undefined
  if (typeof value !== 'string') return undefined
  const parts = /^(\d+)(msat|sat)?$/.exec(value)
  if (parts !== null) return BigInt(parts[1] ?? '') * (MSAT_PER[parts[2] ?? ''] ?? bareUnit)
  const btc = /^(\d+)\.(\d{8}|\d{11})btc$/.exec(value)
  if (btc === null) return undefined
  const fraction = BigInt((btc[2] ?? '').padEnd(11, '0'))
  return BigInt(btc[1] ?? '') * MSAT_PER_BTC + fraction
}
