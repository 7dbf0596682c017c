/** Which invoices are of an offer, without decoding and checking each of a long history. */

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** The bytes of a BOLT 12 text: bech32 without a checksum. */
function bytesOf(text: string): Buffer {
  const data = text.slice(text.indexOf('1') + 1)
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const character of data) {
    const word = BECH32.indexOf(character)
    if (word === -1) return Buffer.alloc(0)
    value = ((value << 5) | word) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((value >> bits) & 0xff)
  }
  return Buffer.from(bytes)
}

export const offerFields = (offer: string): Buffer => bytesOf(offer)

/** BOLT 12: an invoice repeats the offer's fields as they are, one after another. */
export function holdsOffer(invoice: string, fields: Buffer): boolean {
  return fields.length > 0 && bytesOf(invoice).includes(fields)
}
