/** One record of a type-length-value stream (BOLT 1). */
export interface TlvRecord {
  type: bigint
  value: Buffer
  /** The whole record as written, and the bytes of its type alone, for BOLT 12's Merkle tree. */
  raw: Buffer
  rawType: Buffer
}

/** Reads a whole stream. Throws a plain `Error` that says what is wrong with it. */
export function readTlvStream(bytes: Buffer): TlvRecord[] {
  const records: TlvRecord[] = []
  let last = -1n
  for (let at = 0; at < bytes.length; ) {
    const type = readBigSize(bytes, at)
    const length = readBigSize(bytes, type.next)
    const end = BigInt(length.next) + length.value
    if (type.value <= last) throw new Error('its fields are out of order')
    if (end > BigInt(bytes.length)) throw new Error('a field is cut off')
    records.push({
      type: type.value,
      value: bytes.subarray(length.next, Number(end)),
      raw: bytes.subarray(at, Number(end)),
      rawType: bytes.subarray(at, type.next),
    })
    last = type.value
    at = Number(end)
  }
  return records
}

/** The value of the record with a type, if there is one. */
export const fieldOf =
  (records: readonly TlvRecord[]) =>
  (type: bigint): Buffer | undefined =>
    records.find((record) => record.type === type)?.value

/** Writes a stream: the fields that have a value, in the order of their types. */
export function writeTlvStream(
  fields: readonly (readonly [type: bigint, value: Uint8Array | undefined])[],
): Buffer {
  return Buffer.concat(
    fields
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([type, value]) =>
        value === undefined ? [] : [writeBigSize(type), writeBigSize(BigInt(value.length)), value],
      ),
  )
}

function writeBigSize(value: bigint): Buffer {
  const [prefix, bytes] =
    value < 0xfdn ? ['', 1] : value < 0x1_0000n ? ['fd', 2] : value < 0x1_0000_0000n ? ['fe', 4] : ['ff', 8]
  return Buffer.from(prefix + value.toString(16).padStart(bytes * 2, '0'), 'hex')
}

/** BOLT 1's truncated integer: no leading zero bytes; zero is empty. */
export function writeTruncated(value: bigint | number): Buffer {
  const hex = value.toString(16)
  return BigInt(value) === 0n
    ? Buffer.alloc(0)
    : Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}

const BIG_SIZE_BYTES: Readonly<Record<number, { bytes: number; least: bigint }>> = {
  253: { bytes: 2, least: 0xfdn },
  254: { bytes: 4, least: 0x1_0000n },
  255: { bytes: 8, least: 0x1_0000_0000n },
}

/** BOLT 1's BigSize, which must be as short as it can be. */
export function readBigSize(bytes: Buffer, at: number): { value: bigint; next: number } {
  const first = bytes[at]
  if (first === undefined) throw new Error('a field is cut off')
  const long = BIG_SIZE_BYTES[first]
  if (long === undefined) return { value: BigInt(first), next: at + 1 }
  const next = at + 1 + long.bytes
  if (next > bytes.length) throw new Error('a field is cut off')
  const value = readBigEndian(bytes.subarray(at + 1, next))
  if (value < long.least) throw new Error('a number is not written in its shortest form')
  return { value, next }
}

export const readBigEndian = (bytes: Uint8Array): bigint =>
  bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n)

/** BOLT 1's truncated integer of at most eight bytes. */
export function readTruncated(bytes: Buffer): bigint {
  if (bytes.length > 8 || bytes[0] === 0) throw new Error('a number is not written in its shortest form')
  return readBigEndian(bytes)
}
