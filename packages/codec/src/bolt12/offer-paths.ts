import { isCurvePoint } from '../node-uri.ts'

const SHORT_CHANNEL_ID_BYTES = 9
const POINT_BYTES = 33
/** Fees, CLTV delta and the least and largest HTLC of a path of an invoice, before its features. */
const PAYINFO_BYTES = 4 + 4 + 2 + 8 + 8

/** What is told of a blinded path; its content is for the node that pays. */
export interface BlindedPath {
  /** Blinded id of the node at its end, hex: it signs the invoices of an offer that names no issuer. */
  lastHop: string
}

/** Checks blinded paths (BOLT 4) and tells how they end. */
export function readOfferPaths(bytes: Buffer): BlindedPath[] {
  const { take, takePoint, next } = cursorOver(bytes)
  const paths: BlindedPath[] = []
  for (let first = next(); first !== undefined; first = next()) {
    // the first node is a key, or the direction (0 or 1) and id of a channel it shares
    if (first <= 1) take(SHORT_CHANNEL_ID_BYTES)
    else takePoint()
    takePoint()
    const hops = take(1)[0] as number
    if (hops === 0) throw new Error('a blinded path has no hops')
    let lastHop = ''
    for (let hop = 0; hop < hops; hop++) {
      lastHop = takePoint()
      take(take(2).readUInt16BE(0))
    }
    paths.push({ lastHop })
  }
  if (paths.length === 0) throw new Error('its list of paths is empty')
  return paths
}

/** How many paths of an invoice have their fees and limits told. */
export function countPayInfos(bytes: Buffer): number {
  const { take, next } = cursorOver(bytes)
  let count = 0
  for (; next() !== undefined; count++) {
    take(PAYINFO_BYTES)
    take(take(2).readUInt16BE(0))
  }
  return count
}

function cursorOver(bytes: Buffer) {
  let at = 0
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('a blinded path is cut off')
    at += length
    return bytes.subarray(at - length, at)
  }
  const takePoint = (): string => {
    const hex = take(POINT_BYTES).toString('hex')
    if (!isCurvePoint(hex)) throw new Error('a blinded path names no valid node')
    return hex
  }
  return { take, takePoint, next: () => bytes[at] }
}
