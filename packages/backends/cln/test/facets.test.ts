import { createHash } from 'node:crypto'
import { encodeInvoice } from '@lightning-mcp/codec'
import { type LightningEvent, msat, nodeId, paymentHash, preimage, sat } from '@lightning-mcp/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClnBackend } from '../src/index.ts'
import { capture, captured } from './captured.ts'
import { fail, type ScriptedNode, silence, startScriptedNode } from './scripted-node.ts'

let node: ScriptedNode
const opened: { close(): Promise<void> }[] = []

beforeEach(async () => {
  node = await startScriptedNode()
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((backend) => backend.close()))
  await node.close()
})

async function open() {
  const backend = createClnBackend({ socket: node.socket })
  opened.push(backend)
  await backend.connect()
  return backend
}

/** The node answers as it was captured, error or result. */
function replay(method: string, name: string = method): void {
  const { error } = capture(name)
  node.on(method, () => (error === undefined ? captured(name) : fail(error.code, error.message, error.data)))
}

/** The connection breaks instead of an answer. */
function loseReply(method: string): void {
  node.on(method, (_params, { socket }) => {
    socket.destroy()
    return silence()
  })
}

const sentTo = (method: string) => node.called(method).map(({ params }) => params)

const PEER = nodeId('02dec48ac7015821284d2e77421ceec623e7fca22f5901e77cf59d9629cf3a45c2')
const CHANNEL = { channelId: 'ebaf1656bd925edbf30057a5d61aa1f6c9710fd5ecc5e42c1d63dd71b367fd7f' }
const CHANNEL_NAMES = { channel_id: CHANNEL.channelId }
/** Captured as listaddresses; and as withdraw's destination. */
const OWN_ADDRESS = 'bcrt1qkqq4a5lvtpdrahfap3jks5m2sxmcpf2xajz785'
const FOREIGN_ADDRESS = 'bcrt1qj2mgetnyt3sn2efx5y9ycy75s6s5c5jh4yak0v'
const OUTPOINT = '7ffd67b371dd631d2ce4c5ecd50f71c9f6a11ad6a55700f3db5e92bd5616afeb:0'

/** BOLT 12: format-string vectors, "with currency". */
const USD_OFFER =
  'lno1qcp4256ypqpzwyq2p32x2um5ypmx2cm5dae8x93pqthvwfzadd7jejes8q9lhc4rvjxd022zv5l44g6qah82ru5rdpnpj'

describe('channels', () => {
  test('opening: sat, and a rate per kilobyte', async () => {
    replay('connect')
    replay('fundchannel')
    const { channels } = await open()
    expect(
      await channels?.open?.({
        peer: PEER,
        host: '127.0.0.1:19732',
        capacitySat: sat(2_000_000n),
        pushMsat: msat(5n),
        feeRateSatPerVbyte: 1,
        private: true,
      }),
    ).toEqual({ status: 'pending', txId: OUTPOINT.slice(0, 64), fundingOutpoint: OUTPOINT, ...CHANNEL })
    expect(sentTo('connect')).toEqual([{ id: `${PEER}@127.0.0.1:19732` }])
    expect(sentTo('fundchannel')).toEqual([
      { id: PEER, amount: 2_000_000, feerate: '1000perkb', announce: false, push_msat: 5 },
    ])
  })

  test.each([
    ['fundchannel-too-much', 'insufficient_balance'],
    ['fundchannel-too-small', 'invalid_request'],
    ['fundchannel-unknown-peer', 'unavailable'],
  ])('%s is refused as %s, nothing sent', async (name, code) => {
    replay('fundchannel', name)
    const { channels } = await open()
    const opening = channels?.open?.({ peer: PEER, capacitySat: sat(1000n) })
    await expect(opening).rejects.toMatchObject({ code, sent: 'no' })
  })

  test('a lost reply to an opening is unknown and not repeated', async () => {
    loseReply('fundchannel')
    const { channels } = await open()
    expect((await channels?.open?.({ peer: PEER, capacitySat: sat(1000n) }))?.status).toBe('unknown')
    expect(sentTo('fundchannel').length).toBe(1)
  })

  test('an error after the transaction may be out is unknown', async () => {
    node.on('fundchannel', () => fail(-1, 'broadcast failed', { method: 'sendpsbt' }))
    const { channels } = await open()
    expect(await channels?.open?.({ peer: PEER, capacitySat: sat(1000n) })).toMatchObject({
      status: 'unknown',
      detail: 'broadcast failed',
    })
  })

  test('a cooperative close waits for ever, a forced one a second', async () => {
    replay('listpeerchannels', 'listpeerchannels-normal')
    replay('close')
    const { channels } = await open()
    const mutual = await channels?.close?.({ channel: CHANNEL, mode: 'cooperative', feeRateSatPerVbyte: 2 })
    expect(mutual).toMatchObject({ status: 'pending', fundingOutpoint: OUTPOINT, shortChannelId: '112x1x0' })
    expect(mutual?.txId).toMatch(/^c04f11d1/)
    await channels?.close?.({ channel: { shortChannelId: '112x1x0' }, mode: 'force' })
    expect(sentTo('close')).toEqual([
      { id: CHANNEL.channelId, unilateraltimeout: 0, feerange: ['2000perkb', '2000perkb'] },
      { id: CHANNEL.channelId, unilateraltimeout: 1 },
    ])
  })

  test('a close whose reply is lost is pending once the channel has left', async () => {
    replay('listpeerchannels', 'listpeerchannels-normal')
    node.on('close', (_params, { socket }) => {
      replay('listpeerchannels', 'listpeerchannels-closing')
      socket.destroy()
      return silence()
    })
    const { channels } = await open()
    const closing = await channels?.close?.({ channel: { fundingOutpoint: OUTPOINT }, mode: 'cooperative' })
    expect(closing?.status).toBe('pending')
  })

  test('an unknown channel is not found and nothing is asked', async () => {
    replay('listpeerchannels', 'listpeerchannels-normal')
    const { channels } = await open()
    await expect(
      channels?.close?.({ channel: { shortChannelId: '1x1x1' }, mode: 'force' }),
    ).rejects.toMatchObject({ code: 'not_found', sent: 'no' })
    expect(sentTo('close')).toEqual([])
  })

  test('a policy is set, and another CLTV delta refused', async () => {
    replay('listpeerchannels', 'listpeerchannels-normal')
    replay('setchannel')
    const { channels } = await open()
    const policy = { feeBaseMsat: msat(1n), feeProportionalMillionths: 250, cltvExpiryDelta: 6 }
    await channels?.updatePolicy?.({ channel: CHANNEL, policy })
    await channels?.updatePolicy?.({ channel: 'all', policy: { ...policy, maxHtlcMsat: msat(9n) } })
    expect(sentTo('setchannel')).toEqual([
      { id: CHANNEL.channelId, feebase: 1, feeppm: 250 },
      { id: 'all', feebase: 1, feeppm: 250, htlcmax: 9 },
    ])
    await expect(
      channels?.updatePolicy?.({ channel: 'all', policy: { ...policy, cltvExpiryDelta: 40 } }),
    ).rejects.toMatchObject({ code: 'unsupported' })
  })
})

describe('splicing', () => {
  test('amounts are text with their unit', async () => {
    replay('listpeerchannels', 'listpeerchannels-normal')
    replay('splicein')
    replay('spliceout')
    replay('listaddresses')
    const { splicing } = await open()
    const grown = await splicing?.spliceIn({ channel: CHANNEL, amountSat: sat(100_000n) })
    expect(grown).toMatchObject({ ...CHANNEL, status: 'pending' })
    expect(grown?.txId).toMatch(/^5ebeba36/)
    await splicing?.spliceOut({ channel: CHANNEL, amountSat: sat(60_000n), address: OWN_ADDRESS })
    expect(sentTo('splicein')).toEqual([{ channel: CHANNEL.channelId, amount: '100000sat' }])
    expect(sentTo('spliceout')).toEqual([{ channel: CHANNEL.channelId, amount: '60000sat' }])
  })

  test.each([
    ['somebody else', FOREIGN_ADDRESS, 'unsupported'],
    ['the wallet by its name in a script', 'wallet', 'invalid_request'],
    ['a script', `${OWN_ADDRESS}; 100% -> 02dec48ac7`, 'invalid_request'],
    ['another channel', CHANNEL.channelId, 'invalid_request'],
  ])('nothing is spliced out to %s', async (_whom, address, code) => {
    replay('listpeerchannels', 'listpeerchannels-normal')
    replay('spliceout')
    node.on('listaddresses', () => ({ addresses: [] }))
    const { splicing } = await open()
    await expect(
      splicing?.spliceOut({ channel: CHANNEL, amountSat: sat(60_000n), address }),
    ).rejects.toMatchObject({ code, sent: 'no' })
    expect(sentTo('spliceout')).toEqual([])
  })

  test('an answer that cannot be read before anything was asked for is no doubt', async () => {
    node.on('listpeerchannels', () => ({}))
    const { splicing } = await open()
    await expect(splicing?.spliceIn({ channel: CHANNEL, amountSat: sat(1000n) })).rejects.toMatchObject({
      code: 'unavailable',
      sent: 'no',
    })
  })

  test('"invalid parameters" of a later step is a doubt that the channel resolves', async () => {
    replay('listpeerchannels', 'listpeerchannels-normal')
    const { splicing } = await open()
    const splice = () => splicing?.spliceIn({ channel: CHANNEL, amountSat: sat(1000n) })
    node.on('splicein', () => fail(-32602, 'splice_init: {"code":354,"message":"low"}'))
    expect((await splice())?.status).toBe('failed')
    node.on('splicein', () => fail(-32602, 'splice_signed: {"code":357,"message":"peer has gone"}'))
    expect((await splice())?.status).toBe('unknown')
    node.on('splicein', () => {
      const { channels } = captured<{ channels: object[] }>('listpeerchannels-splicing')
      const spliced = { ...channels[0], ...CHANNEL_NAMES }
      node.on('listpeerchannels', () => ({ channels: [spliced] }))
      return fail(-32602, 'splice_signed: {"code":357,"message":"peer has gone"}')
    })
    expect((await splice())?.status).toBe('pending')
  })

  test('a rate that the node would exceed is refused before anything is spliced', async () => {
    replay('listpeerchannels', 'listpeerchannels-normal')
    replay('feerates', 'feerates-perkb')
    replay('splicein')
    const { splicing } = await open()
    const splice = (feeRateSatPerVbyte: number) =>
      splicing?.spliceIn({ channel: CHANNEL, amountSat: sat(1000n), feeRateSatPerVbyte })
    // 1.032 sat/vB is the node's own
    await expect(splice(0.98)).rejects.toMatchObject({ code: 'unsupported', sent: 'no' })
    expect(sentTo('splicein')).toEqual([])
    expect((await splice(1))?.status).toBe('pending')
  })

  test('a lost reply is told by the channel itself', async () => {
    replay('listpeerchannels', 'listpeerchannels-normal')
    loseReply('splicein')
    const { splicing } = await open()
    const splice = () => splicing?.spliceIn({ channel: CHANNEL, amountSat: sat(1000n) })
    expect((await splice())?.status).toBe('unknown')
    expect(sentTo('splicein').length).toBe(1)
  })

  test('its own error has failed if the channel shows no trace of it', async () => {
    replay('listpeerchannels', 'listpeerchannels-normal')
    replay('spliceout', 'spliceout-too-much')
    replay('listaddresses')
    const { splicing } = await open()
    const splice = () => splicing?.spliceOut({ channel: CHANNEL, amountSat: sat(1n), address: OWN_ADDRESS })
    expect(await splice()).toMatchObject({ status: 'failed', detail: 'Channel is disconnected' })
    node.on('spliceout', () => {
      const { channels } = captured<{ channels: object[] }>('listpeerchannels-splicing')
      const spliced = { ...channels[0], ...CHANNEL_NAMES }
      node.on('listpeerchannels', () => ({ channels: [spliced] }))
      return fail(357, 'Splice has been aborted')
    })
    expect((await splice())?.status).toBe('pending')
    replay('listpeerchannels', 'listpeerchannels-normal')
    node.on('spliceout', () => fail(-4, 'Plugin died before replying to call'))
    expect((await splice())?.status).toBe('unknown')
  })

  test('a bad script is refused', async () => {
    replay('listpeerchannels', 'listpeerchannels-normal')
    replay('splicein', 'splicein-unknown-channel')
    const { splicing } = await open()
    await expect(splicing?.spliceIn({ channel: CHANNEL, amountSat: sat(1n) })).rejects.toMatchObject({
      code: 'invalid_request',
      sent: 'no',
    })
  })
})

describe('on chain', () => {
  test('a payment is sat to an address', async () => {
    replay('withdraw')
    const { onchain } = await open()
    const sent = await onchain?.send?.({
      address: 'bcrt1qx',
      amountSat: sat(50_000n),
      feeRateSatPerVbyte: 1.5,
    })
    expect(sent).toMatchObject({ status: 'broadcast' })
    expect(sentTo('withdraw')).toEqual([{ destination: 'bcrt1qx', satoshi: 50_000, feerate: '1500perkb' }])
  })

  test.each([
    ['withdraw-too-much', 'insufficient_balance'],
    ['withdraw-bad-address', 'invalid_request'],
  ])('%s is refused as %s', async (name, code) => {
    replay('withdraw', name)
    const { onchain } = await open()
    await expect(onchain?.send?.({ address: 'bcrt1qx', amountSat: sat(1n) })).rejects.toMatchObject({
      code,
      sent: 'no',
    })
  })

  test('a lost reply is unknown and not repeated', async () => {
    loseReply('withdraw')
    const { onchain } = await open()
    expect((await onchain?.send?.({ address: 'bcrt1qx', amountSat: sat(1n) }))?.status).toBe('unknown')
    expect(sentTo('withdraw').length).toBe(1)
  })

  test('addresses, coins and rates', async () => {
    replay('newaddr', 'newaddr-p2tr')
    replay('listfunds', 'listfunds-after-close')
    replay('feerates', 'feerates-perkb')
    const { onchain } = await open()
    expect(await onchain?.newAddress?.({ type: 'p2tr' })).toMatch(/^bcrt1p/)
    expect((await onchain?.listUtxos?.({}))?.[0]).toMatchObject({
      outpoint: 'c04f11d103db79244a31f6008e82fc954cf34ebc88ed8ff6703c6cc2696ac7df:0',
      amountSat: 1_999_793n,
    })
    expect(await onchain?.estimateFees?.({ targets: [1, 6, 1000] })).toEqual({
      1: 1.012,
      6: 1.012,
      1000: 1.012,
    })
  })
})

describe('peers, graph, messages, backup', () => {
  test('connecting again succeeds', async () => {
    replay('connect', 'connect-again')
    const { peers } = await open()
    expect(await peers?.connect?.({ nodeId: PEER, host: '127.0.0.1:19732' })).toEqual({
      nodeId: PEER,
      address: '127.0.0.1:19732',
      connected: true,
      inbound: false,
    })
  })

  test.each(['connect-fail', 'connect-no-address'])('%s is unavailable', async (name) => {
    replay('connect', name)
    const { peers } = await open()
    await expect(peers?.connect?.({ nodeId: PEER, host: '127.0.0.1:1' })).rejects.toMatchObject({
      code: 'unavailable',
    })
  })

  test('a peer with a channel stays', async () => {
    replay('disconnect', 'disconnect-with-channel')
    const { peers } = await open()
    await expect(peers?.disconnect?.({ nodeId: PEER })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  test('a node of the graph, and one that nobody knows', async () => {
    replay('listnodes', 'listnodes-one')
    replay('listchannels')
    const { graph } = await open()
    expect(await graph?.getNode({ nodeId: PEER })).toMatchObject({
      alias: 'node-c',
      updatedAt: 1_795_322_380,
    })
    replay('listnodes', 'listnodes-unknown')
    expect(await graph?.getNode({ nodeId: PEER })).toBeUndefined()
  })

  test('signatures', async () => {
    replay('signmessage')
    replay('checkmessage')
    const { messages } = await open()
    const signature = await messages?.sign({ message: 'hello' })
    expect(await messages?.verify({ message: 'hello', signature: String(signature) })).toEqual({
      valid: true,
      nodeId: '038fbff560f8521402ca5e13679dbcd46f7dddc9f324796133b428468c9e575d16',
    })
    replay('checkmessage', 'checkmessage-bad')
    expect(await messages?.verify({ message: 'hullo', signature: String(signature) })).toEqual({
      valid: false,
    })
    expect(await messages?.verify({ message: 'hello', signature: 'not one' })).toEqual({ valid: false })
  })

  test('a backup holds what recoverchannel takes', async () => {
    node.on('staticbackup', () => ({ scb: ['00ff'] }))
    const { backup } = await open()
    const exported = await backup?.export({})
    expect(JSON.parse(Buffer.from(String(exported?.backup), 'base64').toString())).toEqual({ scb: ['00ff'] })
  })
})

describe('routes and forwards', () => {
  const target = { nodeId: nodeId(`02${'9f'.repeat(32)}`), amountMsat: msat(10_000n) }

  test('getroutes, with the layers that were captured', async () => {
    replay('getroutes')
    const { routing } = await open()
    expect(await routing?.estimateFee({ target })).toEqual({ feeMsat: 11n, method: 'graph' })
    expect(sentTo('getroutes')[0]).toMatchObject({
      amount_msat: 10_000,
      layers: ['auto.localchans', 'auto.sourcefree'],
      final_cltv: 18,
    })
    const [route] = (await routing?.findRoutes?.({ target, limit: 3 })) ?? []
    expect(route).toMatchObject({ feeMsat: 11n, totalCltvDelta: 24 })
    expect(route?.hops.map(({ channelId, amountMsat, feeMsat }) => [channelId, amountMsat, feeMsat])).toEqual(
      [
        ['112x1x0', 10_011n, 0n],
        ['112x2x0', 10_000n, 11n],
      ],
    )
  })

  test('an older node has getroute', async () => {
    node.on('help', () => ({ help: [{ command: 'getroute' }] }))
    replay('getroute')
    const { routing } = await open()
    expect(await routing?.estimateFee({ target })).toEqual({ feeMsat: 11n, method: 'graph' })
    replay('getroute', 'getroute-none')
    await expect(routing?.estimateFee({ target })).rejects.toMatchObject({ code: 'no_route' })
  })

  test('a private payee: the fee of the hint is added', async () => {
    replay('getroutes')
    const { routing } = await open()
    const invoice = encodeInvoice(
      {
        network: 'regtest',
        paymentHash: paymentHash('11'.repeat(32)),
        paymentSecret: '22'.repeat(32),
        amountMsat: msat(9_000n),
        description: 'private',
        createdAt: Math.floor(Date.now() / 1000),
        minFinalCltvDelta: 20,
        routeHints: [
          [
            {
              nodeId: PEER,
              shortChannelId: '1x2x3',
              feeBaseMsat: msat(910n),
              feeProportionalMillionths: 10_000,
              cltvExpiryDelta: 40,
            },
          ],
        ],
      },
      '11'.repeat(32),
    )
    expect((await routing?.estimateFee({ target: { invoice } }))?.feeMsat).toBe(1_011n)
    expect(sentTo('getroutes')[0]).toMatchObject({ destination: PEER, amount_msat: 10_000, final_cltv: 60 })
  })

  test('settled forwards, newest first, a page at a time', async () => {
    const { forwards } = captured<{ forwards: { created_index: number }[] }>('listforwards')
    node.on('listforwards', ({ start, limit }) => ({
      forwards: forwards
        .filter(({ created_index }) => created_index >= Number(start))
        .slice(0, Number(limit)),
    }))
    const backend = await open()
    const first = await backend.forwards?.list({ limit: 2 })
    expect(first?.items.map(({ incomingMsat, feeMsat }) => [incomingMsat, feeMsat])).toEqual([
      [3010n, 10n],
      [3010n, 10n],
    ])
    const rest = await backend.forwards?.list({ limit: 100, cursor: first?.nextCursor as string })
    expect(rest?.items.at(-1)).toMatchObject({
      createdAt: 1_795_322_384,
      incomingChannel: '112x1x0',
      outgoingChannel: '112x2x0',
      incomingMsat: 10_011n,
      feeMsat: 11n,
    })
    expect(rest?.nextCursor).toBeUndefined()
  })
})

describe('invoices', () => {
  const hash = paymentHash('422ad78d936049a797c64978d9194ea78a5dcb759722ca254995820c4d3686be')

  test('a canceled one is deleted and told as canceled', async () => {
    replay('listinvoices', 'listinvoices-unpaid')
    const raw = captured<{ invoices: { expires_at: number }[] }>('listinvoices-unpaid')
    node.on('listinvoices', () => ({ invoices: [{ ...raw.invoices[0], expires_at: 4_000_000_000 }] }))
    node.on('delinvoice', () => {
      replay('listinvoices', 'listinvoices-none')
      return captured('delinvoice')
    })
    const backend = await open()
    expect((await backend.invoices?.cancel({ paymentHash: hash }))?.status).toBe('canceled')
    expect(sentTo('delinvoice')).toEqual([{ label: 'inv-1', status: 'unpaid' }])
    expect((await backend.lookupInvoice({ paymentHash: hash }))?.status).toBe('canceled')
    expect((await backend.invoices?.cancel({ paymentHash: hash }))?.status).toBe('canceled')
  })

  test('one that was paid in between is not canceled', async () => {
    replay('listinvoices', 'listinvoices-unpaid')
    replay('delinvoice', 'delinvoice-wrong-status')
    const backend = await open()
    await expect(backend.invoices?.cancel({ paymentHash: hash })).rejects.toMatchObject({
      code: 'already_paid',
    })
    replay('listinvoices', 'listinvoices-paid')
    await expect(backend.invoices?.cancel({ paymentHash: hash })).rejects.toMatchObject({
      code: 'already_paid',
    })
  })

  test('an own preimage that is used is told', async () => {
    replay('invoice', 'invoice-preimage-reused')
    const backend = await open()
    const again = backend.createInvoice({ expirySeconds: 60, preimage: preimage('33'.repeat(32)) })
    await expect(again).rejects.toMatchObject({ code: 'already_exists' })
  })

  test('warnings of the node are told', async () => {
    replay('invoice', 'invoice-no-capacity-warning')
    const backend = await open()
    expect((await backend.createInvoice({ expirySeconds: 604_800 })).warnings).toEqual([
      { code: 'other', message: 'Insufficient incoming channel capacity to pay invoice' },
    ])
  })
})

describe('keysend', () => {
  const destination = nodeId('029ff2e39f3b3468519a378c5bd597d51b90c24f971fcab430dc479fe3f8bc7c4c')
  const secret = '4448f90d118cac25bf959d833fb0f1bc998b7e4d561ffcc6bff8cc254210b820'
  const hash = createHash('sha256').update(Buffer.from(secret, 'hex')).digest('hex')
  const request = {
    destination,
    amountMsat: msat(3000n),
    maxFeeMsat: msat(100n),
    preimage: preimage('00'.repeat(32)),
    label: 'payment 7',
  }
  const now = () => Math.floor(Date.now() / 1000)
  const part = (changes: object = {}) => ({
    created_index: 1,
    payment_hash: hash,
    groupid: 1,
    partid: 1,
    destination,
    amount_msat: 3000,
    amount_sent_msat: 3010,
    created_at: now(),
    status: 'pending',
    label: 'payment 7',
    ...changes,
  })
  const knows = (...parts: object[]) => {
    node.on('wait', () => ({ created: parts.length }))
    node.on('listsendpays', () => ({ payments: parts }))
  }

  test('the hash is that of the preimage which the node chose', async () => {
    replay('xkeysend')
    const { keysend } = await open()
    expect(await keysend?.send(request)).toMatchObject({ paymentHash: hash, status: 'settled', feeMsat: 10n })
    expect(sentTo('xkeysend')).toEqual([
      { destination, amount_msat: 3000, label: 'payment 7', maxfee: 100, retry_for: 60 },
    ])
  })

  test('a lost reply is found by its label', async () => {
    loseReply('xkeysend')
    knows(part())
    const backend = await open()
    expect(await backend.keysend?.send(request)).toMatchObject({ paymentHash: hash, status: 'pending' })
    knows(part({ status: 'complete', payment_preimage: secret }))
    expect(await backend.lookupPayment({ label: 'payment 7', since: now() - 10 })).toMatchObject({
      status: 'settled',
      paymentHash: hash,
    })
    expect(await backend.lookupPayment({ label: 'another', since: now() - 10 })).toBeUndefined()
    expect(sentTo('xkeysend').length).toBe(1)
  })

  test('a lost reply that nothing bears the label of is unknown', async () => {
    loseReply('xkeysend')
    knows()
    const { keysend } = await open()
    expect((await keysend?.send(request))?.status).toBe('unknown')
  })

  test('failed parts with the label are failed', async () => {
    node.on('xkeysend', () => fail(205, 'Failed: no usable set of paths'))
    knows(part({ status: 'failed', completed_at: now() }))
    const backend = await open()
    expect(await backend.keysend?.send(request)).toMatchObject({
      paymentHash: hash,
      status: 'failed',
      failure: { reason: 'no_route' },
    })
    expect((await backend.lookupPayment({ paymentHash: paymentHash(hash) }))?.status).toBe('failed')
  })

  test('an error although a part is in flight is pending', async () => {
    node.on('xkeysend', () => fail(205, 'Failed: no usable set of paths'))
    knows(part({ status: 'failed' }), part({ created_index: 2, partid: 2 }))
    const { keysend } = await open()
    expect((await keysend?.send(request))?.status).toBe('pending')
  })

  test('nothing on record after a plain refusal: nothing was sent', async () => {
    replay('xkeysend', 'keysend-fail-unknown')
    knows()
    const { keysend } = await open()
    await expect(keysend?.send(request)).rejects.toMatchObject({ code: 'no_route', sent: 'no' })
  })

  test('a node whose keysend takes no fee limit has none', async () => {
    node.on('getinfo', () => ({ ...captured<object>('getinfo-channels'), version: 'v24.08' }))
    node.on('help', () => ({
      help: [{ command: 'keysend' }, { command: 'listpays' }, { command: 'listsendpays' }],
    }))
    const backend = await open()
    expect(backend.keysend).toBeUndefined()
    expect(backend.capabilities['keysend.send']).toBe('none')
  })

  test.each([
    { whose: 'to the same node', more: {} },
    { whose: 'to nobody knows whom', more: { destination: undefined } },
  ])('a part without label $whose leaves it unknown', async ({ more }) => {
    replay('xkeysend', 'keysend-fail-unknown')
    knows(part({ label: undefined, ...more }))
    const { keysend } = await open()
    expect((await keysend?.send(request))?.status).toBe('unknown')
  })
})

describe('offers', () => {
  const { offer } = capture('fetchinvoice').params as { offer: string }
  const { invoice } = captured<{ invoice: string }>('fetchinvoice')

  test('create, list, disable', async () => {
    replay('offer')
    replay('listoffers')
    replay('disableoffer')
    const { offers } = await open()
    expect(await offers?.create({ amountMsat: msat(7000n), description: 'offer test' })).toMatchObject({
      offerId: 'aeedaffbb5a062feded2e6e08c20896dda0465f96c9d2bd19f9d3ac18f7cf35c',
      amountMsat: 7000n,
      active: true,
    })
    expect(sentTo('offer')).toEqual([{ amount: '7000msat', description: 'offer test' }])
    expect((await offers?.list({ limit: 1 }))?.nextCursor).toBeDefined()
    expect((await offers?.disable?.({ offerId: 'ae'.repeat(32) }))?.active).toBe(false)
  })

  test('an invoice is fetched and its hash known', async () => {
    replay('fetchinvoice')
    const { offers } = await open()
    expect(await offers?.fetchInvoice?.({ offer, payerNote: 'thanks' })).toEqual({
      invoice,
      paymentHash: '0fbbf31ee9b3557faac3ab058ef15c6fc1d8aa33e54f3e26fb659887a124848c',
      amountMsat: 7000n,
      expiresAt: 1_795_329_590,
    })
    expect(sentTo('fetchinvoice')).toEqual([{ offer, payer_note: 'thanks', timeout: 30 }])
  })

  test('an owner who refuses is told', async () => {
    replay('fetchinvoice', 'fetchinvoice-disabled')
    const { offers } = await open()
    await expect(offers?.fetchInvoice?.({ offer })).rejects.toMatchObject({ code: 'recipient_rejected' })
  })

  test('amounts are asked for or refused without a call', async () => {
    const any = (capture('fetchinvoice-any').params as { offer: string }).offer
    const { offers } = await open()
    await expect(offers?.fetchInvoice?.({ offer: any })).rejects.toMatchObject({ code: 'amount_required' })
    await expect(offers?.fetchInvoice?.({ offer, amountMsat: msat(7000n) })).rejects.toMatchObject({
      code: 'amount_not_allowed',
    })
    expect(sentTo('fetchinvoice')).toEqual([])
  })

  test('a price in another currency is no limit: only a fetched invoice is paid', async () => {
    replay('fetchinvoice')
    const { offers } = await open()
    await expect(offers?.pay?.({ offer: USD_OFFER, maxFeeMsat: msat(0n) })).rejects.toMatchObject({
      code: 'unsupported',
      sent: 'no',
    })
    expect([...sentTo('fetchinvoice'), ...sentTo('xpay')]).toEqual([])
  })

  test('an expired invoice of an offer is not paid', async () => {
    const { offers } = await open()
    const now = Math.floor(Date.now() / 1000)
    const paying = offers?.pay?.({ offer, invoice, maxFeeMsat: msat(0n) })
    // captured invoices live for two hours
    if (now >= 1_795_329_590)
      await expect(paying).rejects.toMatchObject({ code: 'invoice_expired', sent: 'no' })
    else await expect(paying).resolves.toMatchObject({ status: 'unknown' })
  })

  test('payments of an offer are told from others', async () => {
    const { pays } = captured<{ pays: { bolt12: string; payment_hash: string }[] }>('listpays-bolt12')
    const [own] = pays
    const row = (
      created_index: number,
      changes: { payment_hash: string | undefined; bolt12: string | undefined },
    ) => ({
      created_index,
      groupid: 1,
      partid: 1,
      amount_msat: 7000,
      amount_sent_msat: 7010,
      created_at: 1_795_322_390,
      completed_at: 1_795_322_390,
      status: 'complete',
      payment_preimage: '05e73e6068d136edd8b7aa590edae3b4ae1636bf442d345f087cb4dae9b0313a',
      ...changes,
    })
    const rows = [
      row(1, { bolt12: own?.bolt12, payment_hash: own?.payment_hash }),
      row(2, {
        bolt12: captured<{ invoice: string }>('fetchinvoice-any').invoice,
        payment_hash: '22'.repeat(32),
      }),
    ]
    node.on('wait', () => ({ created: 2 }))
    node.on('listsendpays', ({ payment_hash }) => ({
      payments: rows.filter((one) => payment_hash === undefined || one.payment_hash === payment_hash),
    }))
    const { offers } = await open()
    expect(await offers?.listPayments?.({ offer })).toMatchObject([
      { paymentHash: own?.payment_hash, status: 'settled', amountMsat: 7000n, feeMsat: 10n },
    ])
  })
})

describe('events', () => {
  async function watching(types?: readonly LightningEvent['type'][]) {
    const backend = await open()
    const events: LightningEvent[] = []
    let wake = (): void => {}
    const ended = new AbortController()
    const reading = (async () => {
      for await (const event of backend.watch({
        signal: ended.signal,
        ...(types === undefined ? {} : { types }),
      })) {
        events.push(event)
        wake()
      }
    })()
    return {
      events,
      async until(accept: () => boolean) {
        while (!accept())
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      },
      async stop() {
        ended.abort()
        await reading
      },
    }
  }

  /** A node whose invoices are paid when the test says so. */
  function invoices() {
    let updated = 5
    const paid: object[] = []
    let waiting: (() => void)[] = []
    let blocked = (): void => {}
    const live = new Promise<void>((resolve) => {
      blocked = resolve
    })
    node.on('wait', async ({ subsystem, indexname, nextvalue }) => {
      if (subsystem !== 'invoices' || indexname !== 'updated')
        return Number(nextvalue) === 0 ? { subsystem, [String(indexname)]: 0 } : silence()
      while (updated < Number(nextvalue))
        await new Promise<void>((resolve) => {
          waiting.push(resolve)
          blocked()
        })
      return { subsystem, updated }
    })
    node.on('listinvoices', ({ start, limit }) => ({
      invoices: paid
        .filter((one) => (one as { updated_index: number }).updated_index >= Number(start))
        .slice(0, Number(limit)),
    }))
    const raw = captured<{ invoices: object[] }>('listinvoices-paid').invoices[0]
    return {
      live,
      pay(count = 1) {
        for (let times = 0; times < count; times++) paid.push({ ...raw, updated_index: ++updated })
        for (const wake of waiting) wake()
        waiting = []
      },
    }
  }

  test('what is paid is told once, from where the watch began', async () => {
    const { pay, live } = invoices()
    const log = await watching(['invoice-settled'])
    await live
    pay()
    await log.until(() => log.events.length > 0)
    pay(2)
    await log.until(() => log.events.length >= 3)
    expect(log.events.map(({ type }) => type)).toEqual(Array(3).fill('invoice-settled'))
    await log.stop()
  })

  test('a break tells a gap, and what was missed after it', async () => {
    const { pay, live } = invoices()
    const log = await watching(['invoice-settled'])
    await live
    pay()
    await log.until(() => log.events.length > 0)
    for (const socket of node.sockets) socket.destroy()
    pay()
    await log.until(() => log.events.length >= 3)
    expect(log.events.map(({ type }) => type)).toEqual(['invoice-settled', 'gap', 'invoice-settled'])
    await log.stop()
  })

  test('a flood is a gap', async () => {
    const { pay, live } = invoices()
    const log = await watching(['invoice-settled'])
    await live
    pay(1500)
    await log.until(() => log.events.length > 0)
    expect(log.events[0]?.type).toBe('gap')
    await log.stop()
  })
})
