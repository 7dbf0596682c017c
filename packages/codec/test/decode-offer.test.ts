import { bech32 } from '@scure/base'
import { describe, expect, test } from 'vitest'
import { decodeOffer } from '../src/index.ts'
import { PUBLIC_KEY } from './build-invoice.ts'
import { refusalOf } from './refusal-of.ts'

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const NO_POINT = '03'.repeat(33)
const ISSUER = field(22, PUBLIC_KEY)
const DESCRIPTION = field(10, Buffer.from('tea').toString('hex'))

/** A record with a type and length below 65,536. */
function field(type: number, hex: string): string {
  return bigSize(type) + bigSize(hex.length / 2) + hex
}

function bigSize(n: number): string {
  if (n < 253) return n.toString(16).padStart(2, '0')
  return n < 65_536 ? `fd${n.toString(16).padStart(4, '0')}` : `fe${n.toString(16).padStart(8, '0')}`
}

const toOffer = (...fields: string[]): string =>
  `lno1${bech32
    .toWords(Buffer.from(fields.join(''), 'hex'))
    .map((word) => ALPHABET[word])
    .join('')}`

/** One blinded path of one hop. */
const path = (first: string, key = PUBLIC_KEY, hop = PUBLIC_KEY): string => `${first}${key}01${hop}0002abcd`

/** Sets the lowest of the three bits that fill up the last word. */
const nextLastWord = (offer: string): string =>
  offer.slice(0, -1) + ALPHABET[ALPHABET.indexOf(offer.at(-1) as string) + 1]

// The published vectors for most of these stop at an earlier fault.
describe('decodeOffer', () => {
  test.each<[name: string, offer: string, reason: string]>([
    ['an empty list of paths', toOffer(DESCRIPTION, field(16, ''), ISSUER), 'list of paths is empty'],
    ['a path that starts at no point', toOffer(field(16, path(NO_POINT))), 'names no valid node'],
    ['a path with a bad key', toOffer(field(16, path(PUBLIC_KEY, NO_POINT))), 'names no valid node'],
    [
      'a path with a bad hop',
      toOffer(field(16, path(PUBLIC_KEY, PUBLIC_KEY, NO_POINT))),
      'names no valid node',
    ],
    ['a path without hops', toOffer(field(16, `${PUBLIC_KEY}${PUBLIC_KEY}00`)), 'has no hops'],
    ['a path that is cut off', toOffer(field(16, path(PUBLIC_KEY).slice(0, -2))), 'path is cut off'],
    ['a type above the experimental range', toOffer(ISSUER, field(2_000_000_001, '00')), 'that no offer has'],
    ['an unknown even experimental type', toOffer(ISSUER, field(1_000_000_002, '00')), 'requires a field'],
    ['a type of zero', toOffer(field(0, '00'), ISSUER), 'that no offer has'],
    ['the same field twice', toOffer(DESCRIPTION, DESCRIPTION, ISSUER), 'out of order'],
    ['an amount of zero', toOffer(field(8, ''), DESCRIPTION, ISSUER), 'amount is zero'],
    ['an amount with a leading zero', toOffer(field(8, '0001'), DESCRIPTION, ISSUER), 'shortest form'],
    ['an amount of nine bytes', toOffer(field(8, '01'.repeat(9)), DESCRIPTION, ISSUER), 'shortest form'],
    [
      'an amount above 21 million BTC',
      toOffer(field(8, 'ff'.repeat(8)), DESCRIPTION, ISSUER),
      'above 21 million',
    ],
    [
      'a currency in lower case',
      toOffer(field(6, '757364'), field(8, '01'), DESCRIPTION, ISSUER),
      'currency is not one',
    ],
    ['an expiry beyond the calendar', toOffer(field(14, 'ff'.repeat(8)), ISSUER), 'expiry is out of range'],
    ['an empty list of networks', toOffer(field(2, ''), ISSUER), 'list of networks'],
    ['a length in a longer form', `${toOffer('0afd0003746561', ISSUER)}`, 'shortest form'],
    ['a required feature', toOffer(field(12, '04'), ISSUER), 'requires feature 2'],
    ['padding that is not zero', nextLastWord(toOffer(field(10, '7465'), ISSUER)), 'its end is cut off'],
  ])('refuses %s', (_name, offer, reason) => {
    const error = refusalOf(() => decodeOffer(offer))
    expect(error).toMatchObject({ code: 'invalid_request', sent: 'no' })
    expect(error.message).toContain(reason)
  })

  test('tells on which known networks it can be paid', () => {
    const regtest = '06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f'
    const signet = 'f61eee3b63a380a477a063af32b2bbc97c9ff9f01f2c4225e973988108000000'
    expect(decodeOffer(toOffer(field(2, regtest + signet), ISSUER)).networks).toEqual(['regtest', 'signet'])
    expect(decodeOffer(toOffer(field(2, 'ab'.repeat(32)), ISSUER)).networks).toEqual([])
  })

  test('names the same offer by the same id, however it is spelled', () => {
    const offer = toOffer(DESCRIPTION, ISSUER)
    const id = decodeOffer(offer).offerId
    expect(decodeOffer(offer.toUpperCase()).offerId).toBe(id)
    expect(decodeOffer(`${offer.slice(0, 9)}+ ${offer.slice(9)}`).offerId).toBe(id)
    expect(decodeOffer(toOffer(ISSUER)).offerId).not.toBe(id)
  })
})
