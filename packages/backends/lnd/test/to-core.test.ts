import { LightningError } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { toBalance } from '../src/balance.ts'
import { toChannel } from '../src/facets/channels.ts'
import type { RawChannel, RawChannelBalance, RawInfo, RawInvoice, RawPayment } from '../src/schemas.ts'
import { fromShortChannelId, toShortChannelId } from '../src/short-channel-id.ts'
import {
  invoiceToTransaction,
  paymentToTransaction,
  toInvoice,
  toMsat,
  toNetwork,
  toNodeInfo,
  toPayment,
} from '../src/to-core.ts'
import { fixture } from './fixtures.ts'

const info = fixture<RawInfo>('info')
const invoices = fixture<Record<string, RawInvoice>>('invoices')
const payments = fixture<Record<string, RawPayment>>('payments')
const [channel] = fixture<{ channels: RawChannel[] }>('channels').channels as [RawChannel]
const soon = (invoice: RawInvoice): number => Number(invoice.creation_date) + 1

describe('invoices', () => {
  const cases = [
    { name: 'open', status: 'open', amountMsat: 100_123n, receivedMsat: undefined },
    { name: 'settled', status: 'settled', amountMsat: 100_123n, receivedMsat: 100_123n },
    { name: 'accepted', status: 'accepted', amountMsat: 11_000n, receivedMsat: 11_000n },
    { name: 'canceled', status: 'canceled', amountMsat: 7000n, receivedMsat: undefined },
    { name: 'amountless', status: 'open', amountMsat: undefined, receivedMsat: undefined },
    { name: 'hashed', status: 'open', amountMsat: 5000n, receivedMsat: undefined },
  ]
  test.each(cases)('an invoice that is $name reads as $status', ({ name, ...expected }) => {
    const raw = invoices[name]!
    const invoice = toInvoice(raw, soon(raw))
    expect(invoice).toMatchObject({ status: expected.status, paymentHash: raw.r_hash.toString('hex') })
    expect(invoice.amountMsat).toBe(expected.amountMsat)
    expect(invoice.receivedMsat).toBe(expected.receivedMsat)
    expect(invoice.expiresAt).toBe(Number(raw.creation_date) + Number(raw.expiry))
  })

  test('only a settled invoice shows its preimage', () => {
    for (const [name, raw] of Object.entries(invoices)) {
      const { preimage } = toInvoice(raw, soon(raw))
      if (name === 'settled') expect(preimage).toBe(raw.r_preimage.toString('hex'))
      else expect(preimage, name).toBeUndefined()
    }
    expect(invoices['open']!.r_preimage).toHaveLength(32)
  })

  test('an accepted invoice tells until which block it is held', () => {
    const raw = invoices['accepted']!
    expect(toInvoice(raw, soon(raw)).htlcExpiryHeight).toBe(raw.htlcs[0]!.expiry_height)
  })

  test('the clock makes an open or canceled invoice expired', () => {
    for (const name of ['open', 'expired', 'amountless']) {
      const raw = invoices[name]!
      const end = Number(raw.creation_date) + Number(raw.expiry)
      expect(toInvoice(raw, end).status, name).toBe('expired')
    }
    expect(invoices['expired']!.state).toBe('CANCELED')
  })

  test('one that was canceled while held stays canceled', () => {
    const raw = { ...invoices['accepted']!, state: 'CANCELED' }
    expect(toInvoice(raw, 4_000_000_000).status).toBe('canceled')
  })

  test('a state that is not known is refused', () => {
    expect(() => toInvoice({ ...invoices['open']!, state: 9 }, 0)).toThrow(LightningError)
  })

  test('what arrived counts in the history', () => {
    const raw = { ...invoices['settled']!, amt_paid_msat: '100200' }
    expect(invoiceToTransaction(raw, soon(raw))).toMatchObject({
      id: `in:${raw.r_hash.toString('hex')}`,
      direction: 'incoming',
      amountMsat: 100_200n,
      description: 'two coffees',
    })
  })
})

describe('payments', () => {
  const cases = [
    { name: 'settled', status: 'settled', reason: undefined },
    { name: 'rejected', status: 'failed', reason: 'recipient_rejected' },
    { name: 'noRoute', status: 'failed', reason: 'no_route' },
    { name: 'insufficient', status: 'failed', reason: 'insufficient_balance' },
    { name: 'inFlight', status: 'pending', reason: undefined },
  ]
  test.each(cases)('a payment that is $name reads as $status', ({ name, status, reason }) => {
    const payment = toPayment(payments[name]!)
    expect(payment.status).toBe(status)
    expect(payment.failure?.reason).toBe(reason)
    expect(payment.createdAt).toBe(Number(payments[name]!.creation_time_ns.slice(0, 10)))
  })

  test('a settled payment has its fee, proof and parts', () => {
    const payment = toPayment(payments['settled']!)
    expect(payment).toMatchObject({ feeMsat: 1000n, amountMsat: 100_123n, parts: 1 })
    expect(payment.preimage).toBe(payments['settled']!.payment_preimage)
  })

  test('INITIATED is pending', () => {
    expect(toPayment({ ...payments['inFlight']!, status: 'INITIATED' }).status).toBe('pending')
  })

  test('no fee is told before it is final', () => {
    expect(toPayment({ ...payments['inFlight']!, fee_msat: '7' }).feeMsat).toBeUndefined()
  })

  test('a preimage that proves nothing leaves the payment unknown', () => {
    const payment = toPayment({ ...payments['settled']!, payment_preimage: '00'.repeat(32) })
    expect(payment).toMatchObject({ status: 'unknown', warnings: [{ code: 'unproven' }] })
    expect(payment.preimage).toBeUndefined()
  })

  test('a status that is not known is refused', () => {
    expect(() => toPayment({ ...payments['settled']!, status: 17 })).toThrow(LightningError)
  })

  test('the history tells what was paid for', () => {
    expect(paymentToTransaction(payments['settled']!)).toMatchObject({
      direction: 'outgoing',
      description: 'two coffees',
      feeMsat: 1000n,
    })
  })
})

describe('amounts', () => {
  test('amounts above 2^53 are exact', () => {
    expect(toMsat('1234567890123456789')).toBe(1_234_567_890_123_456_789n)
  })

  test.each(['-1', '1.5', '', 'NaN'])('the amount "%s" is refused', (text) => {
    expect(() => toMsat(text)).toThrow(LightningError)
  })

  test('reserves are not spendable', () => {
    const sums = fixture<RawChannelBalance>('channel-balance')
    const balance = toBalance(sums, [channel], undefined)
    const reserveMsat = BigInt(channel.local_constraints!.chan_reserve_sat) * 1000n
    expect(balance.channelsMsat).toBe(BigInt(sums.local_balance!.msat))
    expect(balance.spendableMsat).toBe(BigInt(sums.local_balance!.msat) - reserveMsat)
    expect(balance.pendingOutgoingMsat).toBe(12_000n)
  })

  test('a huge balance stays exact', () => {
    const huge = { sat: '9007199254740', msat: '9007199254740993' }
    const sums = {
      local_balance: huge,
      remote_balance: huge,
      unsettled_local_balance: null,
      unsettled_remote_balance: null,
    }
    expect(toBalance(sums, [], undefined).spendableMsat).toBe(9_007_199_254_740_993n)
  })

  test('what lies in an inactive channel cannot be spent', () => {
    const sums = fixture<RawChannelBalance>('channel-balance')
    const balance = toBalance(sums, [{ ...channel, active: false }], undefined)
    expect(balance.spendableMsat).toBe(0n)
    expect(balance.channelsMsat).toBeGreaterThan(0n)
  })
})

describe('nodes and channels', () => {
  test('a node tells network and version', () => {
    expect(toNodeInfo(info)).toMatchObject({ network: 'regtest', version: '0.20.1-beta', alias: 'a' })
  })

  test.each([
    ['mainnet', 'mainnet'],
    ['testnet', 'testnet'],
    ['testnet4', 'testnet4'],
    ['signet', 'signet'],
  ])('the network %s is %s', (network, expected) => {
    expect(toNetwork({ ...info, chains: [{ network }] })).toBe(expected)
  })

  test('a network of its own is refused', () => {
    expect(() => toNetwork({ ...info, chains: [{ network: 'simnet' }] })).toThrow(LightningError)
  })

  test("text from outside can't carry control characters", () => {
    expect(toNodeInfo({ ...info, alias: 'a\u0000\u202eb' }).alias).toBe('a b')
  })

  test('a channel has names, state and amounts', () => {
    expect(toChannel(channel)).toMatchObject({
      fundingOutpoint: channel.channel_point,
      state: 'active',
      capacitySat: 16_000_000n,
      initiator: 'local',
      peerAlias: 'b',
      pendingHtlcs: 1,
    })
  })

  test.each([
    ['498078767448064', '453x1x0'],
    ['18446744073709551615', '16777215x16777215x65535'],
  ])('the channel id %s is %s', (id, text) => {
    expect(toShortChannelId(id)).toBe(text)
    expect(fromShortChannelId(text)).toBe(id)
  })

  test('a channel without a confirmed id has none', () => {
    expect(toShortChannelId('0')).toBeUndefined()
  })
})
