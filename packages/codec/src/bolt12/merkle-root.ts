import { createHash } from 'node:crypto'
import type { TlvRecord } from './tlv-stream.ts'

/** BOLT 12, "Signature Calculation": the root of a stream's records, which is also an offer's id. */
export function merkleRoot(records: readonly TlvRecord[]): Buffer {
  const first = records[0]
  if (first === undefined) throw new Error('it is empty')
  const nonceTag = Buffer.concat([Buffer.from('LnNonce'), first.raw])
  let level = records.map(({ raw, rawType }) =>
    branch(tagged(Buffer.from('LnLeaf'), raw), tagged(nonceTag, rawType)),
  )
  while (level.length > 1) {
    const next: Buffer[] = []
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i] as Buffer, level[i + 1]]
      next.push(right === undefined ? left : branch(left, right))
    }
    level = next
  }
  return level[0] as Buffer
}

const branch = (a: Buffer, b: Buffer): Buffer =>
  tagged(Buffer.from('LnBranch'), Buffer.concat(Buffer.compare(a, b) < 0 ? [a, b] : [b, a]))

/** BIP 340's tagged hash. */
export function tagged(tag: Buffer, message: Buffer): Buffer {
  const tagHash = createHash('sha256').update(tag).digest()
  return createHash('sha256').update(tagHash).update(tagHash).update(message).digest()
}
