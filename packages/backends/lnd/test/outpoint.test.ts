import { LightningError } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { channelIdOf, fromOutpoint, toTxId } from '../src/outpoint.ts'

const TXID = '8984484a580b825b9972d7adb15050b3ab624ccd731946b3eeddb92f4e7ef6be'
/** The same bytes the other way round. */
const WIRE = 'bef67e4e2fb9ddeeb3461973cd4c62abb35050b1add772995b820b584a488489'

describe('funding outputs', () => {
  test('a transaction id is the reverse of what is sent', () => {
    const { funding_txid_bytes, output_index } = fromOutpoint(`${TXID}:7`)
    expect(funding_txid_bytes?.toString('hex')).toBe(WIRE)
    expect(output_index).toBe(7)
    expect(toTxId(funding_txid_bytes!)).toBe(TXID)
  })

  test.each([
    [`${TXID}:0`, WIRE],
    [`${TXID}:1`, `${WIRE.slice(0, -4)}8488`],
    [`${TXID}:256`, `${WIRE.slice(0, -4)}8589`],
  ])('the channel id of %s is that of BOLT 2', (outpoint, expected) => {
    expect(channelIdOf(outpoint)).toBe(expected)
  })

  test.each(['', TXID, `${TXID}:x`, 'abc:1', `${TXID}:123456`])('%j is refused', (text) => {
    expect(() => fromOutpoint(text)).toThrow(LightningError)
  })
})
