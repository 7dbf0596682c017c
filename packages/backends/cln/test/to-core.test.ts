import { decodeInvoice } from '@lightning-mcp/codec'
import { describe, expect, test } from 'vitest'
import { toBalance } from '../src/balance.ts'
import { encodeExact, parseExact } from '../src/exact-json.ts'
import { toChannel, toClosedChannel } from '../src/facets/channel-states.ts'
import { toTransactions } from '../src/facets/onchain-transactions.ts'
import { readInvoiceText } from '../src/invoice-text.ts'
import { reduceRecords } from '../src/parts.ts'
import type {
  RawChannel,
  RawClosedChannel,
  RawInfo,
  RawInvoice,
  RawOutput,
  RawPart,
  RawPay,
  RawTransaction,
} from '../src/schemas.ts'
import { addressOfScript } from '../src/script-address.ts'
import { toInvoice, toMsat, toNodeInfo } from '../src/to-core.ts'
import { parseVersion } from '../src/versions.ts'
import { captured } from './captured.ts'

const NOW = 1_795_322_400

describe('exact JSON', () => {
  test('integers beyond 2^53 are kept', () => {
    expect(parseExact('{"groupid":3082755828503042462,"max":18446744073709551615,"n":7,"f":1.5}')).toEqual({
      groupid: 3082755828503042462n,
      max: 18446744073709551615n,
      n: 7,
      f: 1.5,
    })
  })

  test('a number of more than 64 bits is none that is kept exactly', () => {
    const digits = '9'.repeat(400)
    expect(parseExact(`{"a":${digits},"b":-1}`)).toEqual({ a: Number.POSITIVE_INFINITY, b: -1 })
  })

  test('a nesting without end is an error, and no end of the process', () => {
    const depth = 1_000_000
    const text = `${'['.repeat(depth)}12345678901234567890${']'.repeat(depth)}`
    expect(() => parseExact(text)).toThrow()
  })

  test('digits inside a text stay text', () => {
    expect(parseExact('{"a":"x, 12345678901234567890"}')).toEqual({ a: 'x, 12345678901234567890' })
  })

  test('bigints are written as numbers, undefined is left out', () => {
    expect(encodeExact({ a: 2_100_000_000_000_000_001n, b: undefined, c: ['x', 1, true], d: 'é ☕\n' })).toBe(
      '{"a":2100000000000000001,"c":["x",1,true],"d":"é ☕\\n"}',
    )
  })

  test.each([-1, 1.5, '5', Number.NaN, 2 ** 60, -5n, undefined, null])('%s is no amount', (value) => {
    expect(() => toMsat(value)).toThrow('Core Lightning')
  })
})

describe('the node', () => {
  test('getinfo', () => {
    expect(toNodeInfo(captured<RawInfo>('getinfo-channels'))).toEqual({
      network: 'regtest',
      nodeId: '038fbff560f8521402ca5e13679dbcd46f7dddc9f324796133b428468c9e575d16',
      alias: 'node-a',
      version: 'v26.06.6',
      blockHeight: 123,
      syncedToChain: true,
      activeChannels: 1,
      pendingChannels: 0,
      peers: 1,
      uris: [],
    })
  })

  test.each([
    ['v26.06.6', [26, 6]],
    ['24.11-modded', [24, 11]],
    ['basement', undefined],
  ])('version %s', (text, version) => {
    expect(parseVersion(text)).toEqual(version)
  })

  test('the balance leaves out what is on its way', () => {
    const { channels } = captured<{ channels: RawChannel[] }>('listpeerchannels-htlc-pending')
    const { outputs } = captured<{ outputs: RawOutput[] }>('listfunds-after-close')
    expect(toBalance(channels, outputs)).toEqual({
      spendableMsat: 195_683_156_000n,
      receivableMsat: 0n,
      pendingOutgoingMsat: 2000n,
      pendingIncomingMsat: 0n,
      channelsMsat: 197_664_103_000n,
      onchain: { confirmedSat: 2_024_793n, unconfirmedSat: 0n, reservedSat: 0n },
    })
  })

  test('a channel whose peer is away is not spendable', () => {
    const { channels } = captured<{ channels: RawChannel[] }>('listpeerchannels-disconnected')
    expect(toBalance(channels, undefined)).toMatchObject({ spendableMsat: 0n, channelsMsat: 1_999_944_907n })
  })
})

describe('invoices', () => {
  const first = (name: string): RawInvoice =>
    captured<{ invoices: RawInvoice[] }>(name).invoices[0] as RawInvoice

  test('a paid one has its preimage and what arrived', () => {
    expect(toInvoice(first('listinvoices-paid'), NOW)).toMatchObject({
      status: 'settled',
      amountMsat: 10_000n,
      receivedMsat: 10_000n,
      description: 'coffee',
      createdAt: 1_795_322_383,
      expiresAt: 1_795_325_983,
      settledAt: 1_795_322_384,
      preimage: 'd82337ad5c2bcfec63c76971b069dad64ace65e8b27f9468d52e6cab65c425e2',
    })
  })

  test('an unpaid one is open, and expired by the clock', () => {
    const raw = first('listinvoices-unpaid')
    expect(toInvoice(raw, NOW)).toMatchObject({ status: 'open' })
    expect(toInvoice(raw, NOW + 10_000)).toMatchObject({ status: 'expired' })
    expect(toInvoice({ ...raw, payment_preimage: '00'.repeat(32) }, NOW).preimage).toBeUndefined()
  })

  test('an expired one', () => {
    expect(toInvoice(first('listinvoices-expired'), NOW).status).toBe('expired')
  })

  test('one of an offer tells when it was made', () => {
    const { invoices } = captured<{ invoices: RawInvoice[] }>('listinvoices-bolt12')
    const raw = invoices.find(({ bolt12 }) => bolt12 !== undefined) as RawInvoice
    expect(toInvoice(raw, NOW)).toMatchObject({ createdAt: 1_795_322_390, expiresAt: 1_795_329_590 })
  })

  test('a status that nobody knows is a broken answer', () => {
    expect(() => toInvoice({ ...first('listinvoices-paid'), status: 'odd' }, NOW)).toThrow('status')
  })
})

describe('the text of an invoice', () => {
  const names = ['invoice', 'invoice-any-amount', 'invoice-deschashonly', 'invoice-preimage', 'rest-invoice']

  test.each(names)('%s reads as the whole decoder reads it', (name) => {
    const answer = captured<{ bolt11?: string; json?: { bolt11: string } }>(name)
    const bolt11 = answer.bolt11 ?? answer.json?.bolt11 ?? ''
    const { createdAt, amountMsat, description } = decodeInvoice(bolt11)
    expect({ amountMsat: undefined, description: undefined, ...readInvoiceText(bolt11) }).toEqual({
      createdAt,
      amountMsat,
      description,
    })
  })

  test.each([
    ['2500u', 250_000_000n],
    ['20m', 2_000_000_000n],
    ['10n', 1000n],
    ['9678785340p', 967_878_534n],
    ['1', 100_000_000_000n],
  ])('an amount of %s', (amount, expected) => {
    const { bolt11 } = captured<{ bolt11: string }>('invoice')
    expect(readInvoiceText(bolt11.replace('lnbcrt100n1', `lnbc${amount}1`))?.amountMsat).toBe(expected)
  })

  test.each(['', 'lnbc', 'lnbc1', 'lno1qgs', 'lnbc1bio'])('%s is none', (text) => {
    expect(readInvoiceText(text)).toBeUndefined()
  })
})

describe('payments', () => {
  const records = (pays: string, parts?: string) => ({
    pays: captured<{ pays: RawPay[] }>(pays).pays,
    parts: parts === undefined ? [] : captured<{ payments: RawPart[] }>(parts).payments,
  })

  test('settled, with its exact fee', () => {
    const both = records('listpays', 'listsendpays')
    expect(reduceRecords(both.pays[0]?.payment_hash as never, both)).toMatchObject({
      status: 'settled',
      amountMsat: 10_000n,
      feeMsat: 11n,
      parts: 1,
      createdAt: 1_795_322_384,
      settledAt: 1_795_322_384,
    })
  })

  test('pending', () => {
    const both = records('listpays-pending', 'listsendpays-pending')
    expect(reduceRecords(both.pays[0]?.payment_hash as never, both)).toMatchObject({
      status: 'pending',
      amountMsat: 2000n,
    })
  })

  test('a hang-up does not cancel: pending, then complete', () => {
    const before = records('listpays-after-client-hangup')
    expect(reduceRecords(before.pays[0]?.payment_hash as never, before)?.status).toBe('pending')
  })

  test('failed', () => {
    const { pays } = records('listpays-failed')
    const hash = pays[0]?.payment_hash
    const own = { pays: pays.filter(({ payment_hash }) => payment_hash === hash), parts: [] }
    expect(reduceRecords(hash as never, own)).toMatchObject({
      status: 'failed',
      failure: { sameHashRetryable: true },
    })
  })

  test('rows of another hash are a broken answer', () => {
    const both = records('listpays', 'listsendpays')
    expect(() => reduceRecords('11'.repeat(32) as never, both)).toThrow('hash')
  })
})

describe('channels', () => {
  const first = (name: string): RawChannel =>
    captured<{ channels: RawChannel[] }>(name).channels[0] as RawChannel

  test.each([
    ['normal', 'active'],
    ['htlc-pending', 'active'],
    ['splicing', 'active'],
    ['disconnected', 'inactive'],
    ['awaiting-lockin', 'opening'],
    ['closing', 'closing'],
    ['onchain', 'force-closing'],
  ])('%s is %s', (name, state) => {
    expect(toChannel(first(`listpeerchannels-${name}`)).state).toBe(state)
  })

  test('a normal one', () => {
    expect(toChannel(first('listpeerchannels-normal'))).toEqual({
      shortChannelId: '112x1x0',
      fundingOutpoint: '7ffd67b371dd631d2ce4c5ecd50f71c9f6a11ad6a55700f3db5e92bd5616afeb:0',
      channelId: 'ebaf1656bd925edbf30057a5d61aa1f6c9710fd5ecc5e42c1d63dd71b367fd7f',
      peer: '02dec48ac7015821284d2e77421ceec623e7fca22f5901e77cf59d9629cf3a45c2',
      state: 'active',
      capacitySat: 2_000_000n,
      localMsat: 2_000_000_000n,
      remoteMsat: 0n,
      spendableMsat: 1_975_709_000n,
      receivableMsat: 0n,
      private: false,
      initiator: 'local',
      pendingHtlcs: 0,
      policy: {
        feeBaseMsat: 10n,
        feeProportionalMillionths: 100,
        cltvExpiryDelta: 6,
        minHtlcMsat: 0n,
        maxHtlcMsat: 1_980_000_000n,
      },
    })
  })

  test('while splicing, the new output and size are told', () => {
    expect(toChannel(first('listpeerchannels-splicing'))).toMatchObject({
      fundingOutpoint: '5ebeba36c9b6307916871bf82a6ea9f15bc8eb3cf702f9980189618e94d6a35e:1',
      capacitySat: 197_724_312n,
      localMsat: 197_724_312_000n,
      remoteMsat: 0n,
    })
  })

  test('an HTLC on its way belongs to neither side', () => {
    const channel = toChannel(first('listpeerchannels-htlc-pending'))
    expect(channel).toMatchObject({ localMsat: 197_664_103_000n, remoteMsat: 8_000n, pendingHtlcs: 1 })
  })

  test('a closing one names its transaction', () => {
    expect(toChannel(first('listpeerchannels-closing')).closingTxId).toBe(
      'c04f11d103db79244a31f6008e82fc954cf34ebc88ed8ff6703c6cc2696ac7df',
    )
  })

  test('a closed one', () => {
    const [raw] = captured<{ closedchannels: (RawClosedChannel & { peer_id: string })[] }>(
      'listclosedchannels',
    ).closedchannels
    expect(toClosedChannel(raw as RawClosedChannel & { peer_id: string })).toMatchObject({
      state: 'closed',
      capacitySat: 2_000_000n,
      localMsat: 1_999_944_907n,
      closingTxId: 'c04f11d103db79244a31f6008e82fc954cf34ebc88ed8ff6703c6cc2696ac7df',
    })
  })
})

describe('on-chain transactions', () => {
  const { outputs } = captured<{ outputs: RawOutput[] }>('listfunds-final')
  const { transactions } = captured<{ transactions: RawTransaction[] }>('listtransactions-final')
  // spent ones as well, as listfunds with spent=true tells them
  const spent = transactions.flatMap(({ hash, outputs: made }) =>
    made
      .filter(({ scriptPubKey }) => !scriptPubKey.startsWith('0020'))
      .map(
        ({ index, amount_msat }): RawOutput => ({
          txid: hash,
          output: index,
          amount_msat,
          status: 'spent',
          reserved: false,
        }),
      ),
  )

  test('newest first, with what was lost, the fee and where it went', () => {
    const listed = toTransactions(transactions, [...outputs, ...spent], 'regtest', () => 3)
    const opening = listed.find(({ txId }) => txId.startsWith('7ffd67b3'))
    expect(opening).toMatchObject({ netSat: -2_000_166n, feeSat: 166n, confirmations: 3 })
    expect(opening?.outputs?.[1]).toEqual({
      address: 'bcrt1ppv0h787wpgn3vg4jjaggqfdr346kp5kwwy7gempmmx0pg2cj4jwqqzhpk3',
      amountSat: 97_999_834n,
      own: true,
    })
    expect(listed[0]?.txId.startsWith('73d1c9c2')).toBe(true)
  })

  test('an unconfirmed one is the newest', () => {
    const unconfirmed = { ...(transactions[0] as RawTransaction), blockheight: 0 }
    const listed = toTransactions([...transactions.slice(1), unconfirmed], [], 'regtest', () => 0)
    expect(listed[0]?.txId).toBe(unconfirmed.hash)
  })

  test.each([
    [
      '0014bca10e0dc46585b3085e8a8e35405a46bbef5e16',
      'regtest',
      'bcrt1qhjssurwyvkzmxzz7328r2sz6g6a77hskmhrla5',
    ],
    [
      '512032c76a2ebd14a08b7ec41b18319cd7238b65c05298871bb29ab4a4fc441c94e1',
      'regtest',
      'bcrt1pxtrk5t4azjsgklkyrvvrr8xhyw9ktszjnzr3hv56kjj0c3qujnssgkvf6d',
    ],
    ['76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac', 'mainnet', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'],
    ['a914748284390f9e263a4b766a75d0633c50426eb87587', 'mainnet', '3CK4fEwbMP7heJarmU4eqA3sMbVJyEnU3V'],
    ['6a0568656c6c6f', 'mainnet', undefined],
  ] as const)('script %s on %s', (script, network, address) => {
    expect(addressOfScript(script, network)).toBe(address)
  })
})
