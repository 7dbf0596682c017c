import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { badParameter, RpcError } from '../rpc/rpc-error.ts'
import { type RuneQuestion, type RuneRate, refusalOf } from './rune-conditions.ts'

/** All of these must hold; of each line one is enough. */
export type Restrictions = readonly (readonly string[])[]

/** A rune that this node has given out, as `showrunes` tells it. */
export interface RuneRow {
  uniqueId: number
  rune: string
  restrictions: Restrictions
  lastUsed?: number
}

const READONLY: Restrictions = [['method^list', 'method^get', 'method=summary'], ['method/listdatastore']]
const TAG_BYTES = 32

/**
 * The node's runes: base64url of 32 bytes and the restrictions in the clear. The tag is an HMAC chain
 * here, not the SHA-256 state of the real ones: nobody but the node can tell them apart.
 */
export class RuneBook {
  readonly #secret = randomBytes(32)
  readonly #nodeId: string
  readonly #now: () => number
  readonly #rows: RuneRow[] = []
  readonly #blacklist: { start: number; end: number }[] = []
  readonly #rates = new Map<string, RuneRate>()

  constructor(nodeId: string, now: () => number) {
    this.#nodeId = nodeId
    this.#now = now
  }

  create(restrictions: Restrictions): RuneRow {
    const uniqueId = this.#rows.length
    const row = { uniqueId, rune: this.#encode([[`=${uniqueId}`], ...restrictions]), restrictions }
    this.#rows.push(row)
    return row
  }

  /** A weaker one of the same id; the node does not list it. */
  derive(rune: string, restrictions: Restrictions): RuneRow {
    const { uniqueId, restrictions: own } = this.#verified(rune)
    const all = [...own, ...restrictions]
    return { uniqueId, rune: this.#encode([[`=${uniqueId}`], ...all]), restrictions: all }
  }

  all(): readonly RuneRow[] {
    return this.#rows
  }

  blacklist(start: number, end: number): readonly { start: number; end: number }[] {
    this.#blacklist.push({ start, end })
    return this.#blacklist
  }

  get blacklisted(): readonly { start: number; end: number }[] {
    return this.#blacklist
  }

  /** Throws unless the rune permits the call. */
  check(rune: string | undefined, question: Omit<RuneQuestion, 'now' | 'nodeId' | 'rateOf'>): void {
    if (rune === undefined) throw new RpcError(1501, 'Not authorized: Missing rune')
    const { uniqueId, restrictions } = this.#verified(rune)
    if (this.#blacklist.some(({ start, end }) => uniqueId >= start && uniqueId <= end))
      throw new RpcError(1503, 'Not authorized: Blacklisted rune')
    const asked: RuneQuestion = {
      ...question,
      now: this.#now(),
      nodeId: this.#nodeId,
      rateOf: () => this.#rateOf(rune),
    }
    for (const alternatives of restrictions) {
      const refusals: string[] = []
      for (const alternative of alternatives) {
        const refusal = refusalOf(alternative, asked)
        if (refusal === undefined) break
        refusals.push(refusal)
      }
      if (refusals.length === alternatives.length)
        throw new RpcError(1502, `Not permitted: ${refusals.join(' AND ')}`)
    }
    const row = this.#rows[uniqueId]
    if (row !== undefined) row.lastUsed = this.#now() + 0.000123
  }

  #rateOf(rune: string): RuneRate {
    const known = this.#rates.get(rune)
    if (known !== undefined) return known
    const rate: RuneRate = { uses: [] }
    this.#rates.set(rune, rate)
    return rate
  }

  #encode(lines: Restrictions): string {
    const text = lines.map((alternatives) => alternatives.join('|')).join('&')
    return Buffer.concat([this.#tag(lines), Buffer.from(text)])
      .toString('base64')
      .replaceAll('+', '-')
      .replaceAll('/', '_')
  }

  #tag(lines: Restrictions): Buffer {
    return lines.reduce(
      (tag: Buffer, alternatives) => createHmac('sha256', tag).update(alternatives.join('|')).digest(),
      this.#secret,
    )
  }

  #verified(rune: string): { uniqueId: number; restrictions: Restrictions } {
    const { tag, lines } = readRune(rune)
    const [first, ...restrictions] = lines
    const uniqueId = Number(first?.[0]?.replace('=', ''))
    if (!timingSafeEqual(tag, this.#tag(lines)))
      throw new RpcError(1501, 'Not authorized: Not derived from master')
    return { uniqueId, restrictions }
  }
}

/** Takes a rune apart; throws what the daemon answers for text that is none. */
export function readRune(rune: string): { tag: Buffer; lines: Restrictions; text: string } {
  const bytes = Buffer.from(rune, 'base64url')
  if (!/^[A-Za-z0-9_+/-]{43,}={0,2}$/.test(rune) || bytes.length < TAG_BYTES)
    throw badParameter('rune', 'should be base64 string', JSON.stringify(rune))
  const text = bytes.subarray(TAG_BYTES).toString('utf8')
  return {
    tag: bytes.subarray(0, TAG_BYTES),
    lines: text === '' ? [] : text.split('&').map((line) => line.split('|')),
    text,
  }
}

/** `restrictions` of `createrune`: `readonly`, or a list of texts or of lists of alternatives. */
export function readRestrictions(value: unknown): Restrictions {
  if (value === undefined) return []
  if (value === 'readonly') return READONLY
  const lines = typeof value === 'string' ? [value] : value
  if (Array.isArray(lines) && lines.every(isLine))
    return lines.map((line: string | string[]) => (typeof line === 'string' ? line.split('|') : line))
  throw badParameter('restrictions', 'should be a restriction array or "readonly"', JSON.stringify(value))
}

const isLine = (line: unknown): boolean =>
  typeof line === 'string' || (Array.isArray(line) && line.every((item) => typeof item === 'string'))
