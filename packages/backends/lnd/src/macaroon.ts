import { METHODS, type Method } from './methods.ts'

/** What a macaroon says about itself. Nothing here can be trusted to be genuine: only LND can check the signature. */
export interface MacaroonContents {
  /** `entity:action`, e.g. `offchain:read`, `uri:/lnrpc.Lightning/GetInfo`. Absent: not written the way LND does. */
  permissions?: ReadonlySet<string>
  /** Unix seconds from which on LND refuses it. */
  expiresAt?: number
  /** Conditions that are not understood here and may forbid more. */
  otherCaveats: boolean
}

/**
 * Reads a macaroon's permissions without asking LND.
 * Format: https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt (version 2, binary). LND's identifier
 * is a byte 3 and a protobuf `MacaroonId { nonce = 1, storageId = 2, ops = 3 }` with `Op { entity = 1, actions = 2 }`:
 * https://github.com/go-macaroon-bakery/macaroonpb/blob/master/id.proto
 */
export function readMacaroon(bytes: Buffer): MacaroonContents {
  try {
    return readVersion2(bytes)
  } catch {
    return { otherCaveats: true }
  }
}

const FIELD = { EOS: 0, LOCATION: 1, IDENTIFIER: 2, VERIFICATION_ID: 4 }

function readVersion2(bytes: Buffer): MacaroonContents {
  if (bytes[0] !== 2) throw new RangeError('not version 2')
  const reader = new Reader(bytes.subarray(1))
  const identifier = readSection(reader)
  if (identifier === undefined) throw new RangeError('no identifier')
  const permissions = readIdentifier(identifier)
  let expiresAt: number | undefined
  let otherCaveats = false
  for (let caveat = readSection(reader); caveat !== undefined; caveat = readSection(reader)) {
    // written by LND as RFC 3339: macaroons/constraints.go, TimeoutConstraint
    const [, time] = /^time-before (.+)$/.exec(caveat.toString('utf8')) ?? []
    const until = time === undefined ? Number.NaN : Date.parse(time)
    if (Number.isNaN(until)) otherCaveats ||= !/^ip(addr|range) /.test(caveat.toString('utf8'))
    else expiresAt = Math.min(expiresAt ?? Number.POSITIVE_INFINITY, Math.floor(until / 1000))
  }
  return {
    ...(permissions === undefined ? {} : { permissions }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    otherCaveats,
  }
}

/** A section's identifier, or nothing at the empty section that ends the list. */
function readSection(reader: Reader): Buffer | undefined {
  let identifier: Buffer | undefined
  for (let type = reader.varint(); type !== FIELD.EOS; type = reader.varint()) {
    const data = reader.bytes(reader.varint())
    if (type === FIELD.IDENTIFIER) identifier = data
    else if (type !== FIELD.LOCATION && type !== FIELD.VERIFICATION_ID) throw new RangeError('unknown field')
  }
  return identifier
}

function readIdentifier(identifier: Buffer): ReadonlySet<string> | undefined {
  if (identifier[0] !== 3) return undefined
  const permissions = new Set<string>()
  for (const [field, op] of protobufFields(identifier.subarray(1))) {
    if (field !== 3) continue
    let entity = ''
    const actions: string[] = []
    for (const [part, text] of protobufFields(op))
      if (part === 1) entity = text.toString('utf8')
      else if (part === 2) actions.push(text.toString('utf8'))
    for (const action of actions) permissions.add(`${entity}:${action}`)
  }
  return permissions
}

/** The length-delimited fields of a protobuf message; MacaroonId has no others. */
function* protobufFields(message: Buffer): Generator<[field: number, data: Buffer]> {
  const reader = new Reader(message)
  while (!reader.atEnd) {
    const key = reader.varint()
    if ((key & 7) !== 2) throw new RangeError('unexpected wire type')
    yield [key >>> 3, reader.bytes(reader.varint())]
  }
}

class Reader {
  readonly #buffer: Buffer
  #offset = 0

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  get atEnd(): boolean {
    return this.#offset >= this.#buffer.length
  }

  varint(): number {
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#buffer[this.#offset++]
      if (byte === undefined) throw new RangeError('cut short')
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new RangeError('too long')
  }

  bytes(length: number): Buffer {
    const end = this.#offset + length
    if (end > this.#buffer.length) throw new RangeError('cut short')
    const slice = this.#buffer.subarray(this.#offset, end)
    this.#offset = end
    return slice
  }
}

/** Whether LND would let this macaroon make the call; where it cannot be read, yes: LND will tell. */
export function allowsMethod({ permissions }: MacaroonContents, method: Method): boolean {
  if (permissions === undefined) return true
  const { service, name, needs } = METHODS[method]
  return permissions.has(`uri:/${service}/${name}`) || needs.every((need) => permissions.has(need))
}
