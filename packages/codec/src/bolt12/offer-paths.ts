import { isCurvePoint } from '../node-uri.ts'

const SHORT_CHANNEL_ID_BYTES = 9
const POINT_BYTES = 33

/** Checks an offer's blinded paths (BOLT 4) and counts them; their content is for the node that pays. */
export function countPaths(bytes: Buffer): number {
  let at = 0
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('a blinded path is cut off')
    at += length
    return bytes.subarray(at - length, at)
  }
  const takePoint = () => {
    if (!isCurvePoint(take(POINT_BYTES).toString('hex')))
      throw new Error('a blinded path names no valid node')
  }
  let paths = 0
  while (at < bytes.length) {
    // the first node is a key, or the direction (0 or 1) and id of a channel it shares
    if ((bytes[at] as number) <= 1) take(SHORT_CHANNEL_ID_BYTES)
    else takePoint()
    takePoint()
    const hops = take(1)[0] as number
    if (hops === 0) throw new Error('a blinded path has no hops')
    for (let hop = 0; hop < hops; hop++) {
      takePoint()
      take(take(2).readUInt16BE(0))
    }
    paths++
  }
  if (paths === 0) throw new Error('its list of paths is empty')
  return paths
}
