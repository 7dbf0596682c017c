import { createHmac } from 'node:crypto'

/**
 * Adds a first-party caveat, which anybody may do to narrow a macaroon they hold: `lncli constrainmacaroon`
 * does the same. The new signature is the HMAC of the caveat under the old one.
 */
export function addCaveat(hex: string, caveat: string): string {
  const bytes = Buffer.from(hex, 'hex')
  // … empty section (0), field 6 (signature), 32 bytes
  const body = bytes.subarray(0, bytes.length - 35)
  const signature = bytes.subarray(bytes.length - 32)
  const text = Buffer.from(caveat)
  return Buffer.concat([
    body,
    Buffer.from([2, text.length]),
    text,
    Buffer.from([0, 0, 6, 32]),
    createHmac('sha256', signature).update(text).digest(),
  ]).toString('hex')
}
