import { type Channel, type LightningBackend, LightningError, msat, nodeId, sat } from '@lightning-mcp/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEclairBackend } from '../src/index.ts'
import { answered, capture } from './support/captures.ts'
import { type Answer, lost, ScriptedEclair, text } from './support/scripted-eclair.ts'

const PEER = nodeId('02f24cebc460e3fdd080106b0bd3cc2156338b916f9e4452699d0977e9e79ac0f2')
const CHANNEL = '96892503fe22f42ffd48921274e9be7b0b013bfc22d89542049ba9914cfdb1df'
const OTHER_CHANNEL = '3d231f4a0620bbf8b59b707195628be724901df1e0bf205284f082d83d5a3750'

let eclair: ScriptedEclair
let backend: LightningBackend

beforeEach(async () => {
  eclair = await ScriptedEclair.start()
  backend = createEclairBackend({ url: eclair.url, password: eclair.password })
})

afterEach(async () => {
  await backend.close()
  await eclair.stop()
})

/** Answers a call as it was captured. */
const replay = (...names: readonly string[]): void => {
  for (const name of names) eclair.answer(capture(name).path.slice(1), capture(name))
}

const lastForm = (method: string) => eclair.calls.findLast((call) => call.method === method)?.form

const code = async (call: Promise<unknown>): Promise<string> => {
  const error = await call.then(
    () => expect.fail('it did not throw'),
    (reason: unknown) => reason,
  )
  return LightningError.is(error) ? error.code : String(error)
}

describe('opening a channel', () => {
  const open = (more: object = {}) =>
    backend.channels!.open!({ peer: PEER, capacitySat: sat(2_000_000n), feeRateSatPerVbyte: 2, ...more })

  test('sends what the capture sent, and a limit for the fee', async () => {
    replay('open')
    expect(await open()).toEqual({
      status: 'pending',
      channelId: CHANNEL,
      txId: '5066dbcb8b6600cadbcdca305359a33c625752cad9947f1c006ef8b74ddac5fb',
    })
    const { nodeId: peer, fundingSatoshis, announceChannel, fundingFeerateSatByte } = capture('open').form
    expect(lastForm('open')).toEqual({
      nodeId: peer,
      fundingSatoshis: String(fundingSatoshis),
      announceChannel,
      fundingFeerateSatByte: String(fundingFeerateSatByte),
      fundingFeeBudgetSatoshis: '2000',
    })
  })

  test('lets the fee be no more than the caller allows', async () => {
    replay('open')
    await open({ maxFeeSat: sat(777n) })
    expect(lastForm('open')?.fundingFeeBudgetSatoshis).toBe('777')
  })

  test('gives what is pushed in msat', async () => {
    replay('open-push')
    await open({ pushMsat: msat(300_000_000n), private: true })
    expect(lastForm('open')).toMatchObject({ pushMsat: '300000000', announceChannel: 'false' })
  })

  test.each([
    'wallet error: requirement failed: mining fee is higher than budget (167 sat > 25 sat)',
    'disconnected',
    'channel creation cancelled',
    'open channel cancelled, took too long',
    'fundingAmount=100000000 sat is too big, the remote peer doesn’t support wumbo',
  ])('has failed with nothing published: %s', async (words) => {
    eclair.answer('open', { json: words })
    expect(await open()).toMatchObject({ status: 'failed' })
  })

  test.each(['failed to publish funding tx: timeout', 'the wallet error: x', 'disconnected from bitcoind'])(
    'is unknown after words that say less: %s',
    async (words) => {
      eclair.answer('open', { json: words })
      expect(await open()).toMatchObject({ status: 'unknown' })
    },
  )

  test.each(['open-too-small', 'open-too-much'])('has failed: %s', async (name) => {
    replay(name)
    expect((await open()).status).toBe('failed')
  })

  test('throws where the peer is not connected', async () => {
    replay('open-not-connected')
    expect(await code(open())).toBe('unavailable')
  })

  test.each<{ name: string; answer: Answer }>([
    { name: 'a lost reply', answer: lost },
    { name: 'a text that is not known', answer: { json: 'the channel may be open' } },
    { name: 'a status 500', answer: { json: { error: 'something' }, status: 500 } },
    { name: 'HTML', answer: text('<html>', 200, 'text/html') },
  ])('is unknown, and not repeated: $name', async ({ answer }) => {
    eclair.answer('open', answer)
    expect((await open()).status).toBe('unknown')
    expect(eclair.count('open')).toBe(1)
  })

  test('connects first where a host is given', async () => {
    replay('connect-again', 'open')
    await open({ host: '127.0.0.1:19742' })
    expect(eclair.calls.map(({ method }) => method)).toEqual(['connect', 'open'])
    expect(lastForm('connect')).toEqual(capture('connect-again').form)
  })

  test('sends nothing where the peer cannot be reached', async () => {
    replay('connect-fail', 'open')
    expect(await code(open({ host: '127.0.0.1:1' }))).toBe('unavailable')
    expect(eclair.count('open')).toBe(0)
  })

  test('refuses half a sat per virtual byte', async () => {
    expect(await code(open({ feeRateSatPerVbyte: 1.5 }))).toBe('invalid_request')
    expect(eclair.calls).toEqual([])
  })
})

describe('closing a channel', () => {
  test.each([
    { mode: 'cooperative', name: 'close', channelId: CHANNEL },
    { mode: 'force', name: 'forceclose', channelId: OTHER_CHANNEL },
  ] as const)('is a call of its own: $mode', async ({ mode, name, channelId }) => {
    replay(name)
    expect((await backend.channels!.close!({ channel: { channelId }, mode })).status).toBe('pending')
    expect(eclair.calls).toEqual([{ method: name, form: { channelId } }])
  })

  test('knows a failure that comes with status 200', async () => {
    replay('close-unknown')
    const channelId = '0'.repeat(64)
    expect(await code(backend.channels!.close!({ channel: { channelId }, mode: 'cooperative' }))).toBe(
      'not_found',
    )
  })

  test('is unknown after any other text', async () => {
    eclair.answer('close', { json: { [CHANNEL]: 'closing already in progress' } })
    const closing = backend.channels!.close!({ channel: { channelId: CHANNEL }, mode: 'cooperative' })
    expect(await closing).toMatchObject({ status: 'unknown', detail: 'closing already in progress' })
  })

  test('finds a channel by its outpoint', async () => {
    replay('channels', 'close')
    const fundingOutpoint = '5066dbcb8b6600cadbcdca305359a33c625752cad9947f1c006ef8b74ddac5fb:1'
    await backend.channels!.close!({ channel: { fundingOutpoint }, mode: 'cooperative' })
    expect(lastForm('close')).toEqual({ channelId: CHANNEL })
  })
})

describe('listing channels', () => {
  const pendingOf = async (name: string): Promise<readonly Channel[]> => {
    eclair.answer('channels', capture(name))
    return backend.channels!.listPending!({})
  }

  test('tells names, holdings and policy', async () => {
    eclair.answer('channels', capture('channels'))
    eclair.answer('channelbalances', capture('usablebalances'))
    const { items } = await backend.channels!.list({ limit: 10 })
    expect(items).toEqual([
      {
        shortChannelId: '329x2x1',
        fundingOutpoint: '5066dbcb8b6600cadbcdca305359a33c625752cad9947f1c006ef8b74ddac5fb:1',
        channelId: CHANNEL,
        peer: PEER,
        state: 'active',
        capacitySat: 2_000_000n,
        localMsat: 2_000_000_000n,
        remoteMsat: 0n,
        spendableMsat: 1_972_000_000n,
        receivableMsat: 0n,
        private: false,
        initiator: 'local',
        pendingHtlcs: 0,
        policy: {
          feeBaseMsat: 1000n,
          feeProportionalMillionths: 200,
          cltvExpiryDelta: 144,
          minHtlcMsat: 1n,
          maxHtlcMsat: 900_000_000n,
        },
      },
    ])
  })

  test('tells the newest output after splices', async () => {
    eclair.answer('channels', capture('channels-after-splice'))
    eclair.answer('channelbalances', { json: [] })
    const { items } = await backend.channels!.list({ limit: 10 })
    expect(items[0]).toMatchObject({
      fundingOutpoint: '94e25da2f1c1df3733d18a945d20fd68cf80dce78fb22f372dfdafa9a6f78e06:0',
      capacitySat: 2_049_098n,
      localMsat: 2_049_039_991n,
    })
  })

  test('calls one whose peer is away inactive', async () => {
    eclair.answer('channels', capture('channels-offline'))
    eclair.answer('channelbalances', { json: [] })
    const { items } = await backend.channels!.list({ limit: 10 })
    expect(items.map(({ state }) => state)).toEqual(['inactive'])
  })

  test.each([
    { name: 'channels-closing', state: 'closing', closingTxId: /^a6b6f981/ },
    { name: 'channels-force-closing', state: 'force-closing', closingTxId: /^a701928c/ },
    { name: 'channels-unconfirmed', state: 'opening', closingTxId: undefined },
  ])('tells the pending: $name', async ({ name, state, closingTxId }) => {
    const pending = await pendingOf(name)
    expect(pending.map((channel) => channel.state)).toEqual([state])
    if (closingTxId === undefined) expect(pending[0]?.closingTxId).toBeUndefined()
    else expect(pending[0]?.closingTxId).toMatch(closingTxId)
  })

  test('takes an empty list of the closed', async () => {
    replay('closedchannels')
    expect(await backend.channels!.listClosed!({ limit: 5 })).toEqual({ items: [] })
    expect(lastForm('closedchannels')).toEqual({ count: '100', skip: '0' })
  })
})

describe('setting fees', () => {
  const policy = { feeBaseMsat: msat(5n), feeProportionalMillionths: 250, cltvExpiryDelta: 144 }
  const set = (more: object = {}) =>
    backend.channels!.updatePolicy!({ channel: { channelId: CHANNEL }, policy: { ...policy, ...more } })

  test('is done for the peer of the channel', async () => {
    replay('channels', 'updaterelayfee')
    await set()
    expect(lastForm('updaterelayfee')).toEqual({
      nodeId: PEER,
      feeBaseMsat: '5',
      feeProportionalMillionths: '250',
    })
  })

  test('refuses what Eclair cannot set', async () => {
    replay('channels')
    expect(await code(set({ cltvExpiryDelta: 40 }))).toBe('unsupported')
    expect(eclair.count('updaterelayfee')).toBe(0)
  })

  test('tells a failure that comes with status 200', async () => {
    replay('channels')
    eclair.answer('updaterelayfee', { json: { [CHANNEL]: 'command unavailable in this state' } })
    expect(await code(set())).toBe('unavailable')
  })
})

describe('splicing', () => {
  test('takes no fee rate, which Eclair would not keep', async () => {
    const channel = { channelId: CHANNEL }
    const terms = { channel, amountSat: sat(1000n), feeRateSatPerVbyte: 5 }
    const address = String(capture('spliceout').form.address)
    for (const splice of [
      () => backend.splicing!.spliceIn(terms),
      () => backend.splicing!.spliceOut({ ...terms, address }),
    ])
      await expect(splice()).rejects.toMatchObject({ code: 'unsupported', sent: 'no' })
    expect([eclair.count('splicein'), eclair.count('spliceout')]).toEqual([0, 0])
  })

  test('a lost answer before the splice was asked for is no doubt', async () => {
    eclair.answer('channels', lost)
    const channel = { fundingOutpoint: `${'aa'.repeat(32)}:0` }
    await expect(backend.splicing!.spliceIn({ channel, amountSat: sat(1000n) })).rejects.toMatchObject({
      sent: 'no',
    })
    eclair.answer('connect', lost)
    await expect(
      backend.channels!.open!({
        peer: nodeId('02f24cebc460e3fdd080106b0bd3cc2156338b916f9e4452699d0977e9e79ac0f2'),
        host: '127.0.0.1',
        capacitySat: sat(200_000n),
      }),
    ).rejects.toMatchObject({ sent: 'no' })
    expect(eclair.count('open')).toBe(0)
  })

  test('in and out send what the captures sent', async () => {
    replay('splicein', 'spliceout')
    const channel = { channelId: CHANNEL }
    expect(await backend.splicing!.spliceIn({ channel, amountSat: sat(100_000n) })).toEqual({
      ...channel,
      status: 'pending',
      txId: '6a5f545a6baef6d58c6df8f49247fe1e7a8d5b3d150ad4dfdb9b4a5d9260a34e',
    })
    expect(lastForm('splicein')).toEqual({ channelId: CHANNEL, amountIn: '100000' })
    const address = String(capture('spliceout').form.address)
    const out = await backend.splicing!.spliceOut({ channel, amountSat: sat(50_000n), address })
    expect(out.status).toBe('pending')
    expect(lastForm('spliceout')).toEqual({ channelId: CHANNEL, amountOut: '50000', address })
  })

  test.each<Answer>([lost, { json: 'splice failed' }, { json: { error: 'no' }, status: 500 }])(
    'is unknown after an odd answer, and not repeated',
    async (answer) => {
      eclair.answer('splicein', answer)
      const splice = backend.splicing!.spliceIn({ channel: { channelId: CHANNEL }, amountSat: sat(1n) })
      expect((await splice).status).toBe('unknown')
      expect(eclair.count('splicein')).toBe(1)
    },
  )
})

describe('peers', () => {
  test('lists those that are away as well', async () => {
    replay('peers')
    expect((await backend.peers!.list({})).map(({ connected }) => connected)).toEqual([false, true])
  })

  test.each(['connect-uri', 'connect-again'])('connects: %s', async (name) => {
    replay(name)
    await backend.peers!.connect!({ nodeId: PEER, host: '127.0.0.1:19742' })
    expect(lastForm('connect')).toEqual(capture(name).form)
  })

  test('knows a failure that comes with status 200', async () => {
    replay('connect-fail')
    expect(await code(backend.peers!.connect!({ nodeId: PEER, host: 'nowhere.example' }))).toBe('unavailable')
    expect(lastForm('connect')?.uri).toBe(`${PEER}@nowhere.example:9735`)
  })

  test('takes one that is away for disconnected, and no other answer', async () => {
    replay('disconnect')
    await backend.peers!.disconnect!({ nodeId: PEER })
    replay('disconnect-again')
    await backend.peers!.disconnect!({ nodeId: PEER })
    eclair.answer('disconnect', { json: 'something else' })
    expect(await code(backend.peers!.disconnect!({ nodeId: PEER }))).toBe('unavailable')
  })

  test('writes an IPv6 address in brackets', async () => {
    replay('connect-uri')
    await backend.peers!.connect!({ nodeId: PEER, host: '::1' })
    expect(lastForm('connect')?.uri).toBe(`${PEER}@[::1]:9735`)
  })
})

describe('on chain', () => {
  const send = (more: object = {}) =>
    backend.onchain!.send!({ address: 'bcrt1qexample', amountSat: sat(50_000n), ...more })

  test('sends with a rate, or with a target', async () => {
    replay('sendonchain')
    expect(await send({ feeRateSatPerVbyte: 3 })).toEqual({
      status: 'broadcast',
      txId: 'd60fcd425d18139ad1b55ca94bbdc74843e17b04ab688aaca8cc68ab73c75838',
    })
    expect(lastForm('sendonchain')).toEqual({
      address: 'bcrt1qexample',
      amountSatoshis: '50000',
      feeRatePerByte: '3',
    })
    await send()
    expect(lastForm('sendonchain')).toMatchObject({ confirmationTarget: '6' })
  })

  test('throws for an address that is none, fails for too much', async () => {
    replay('sendonchain-bad')
    expect(await code(send())).toBe('invalid_request')
    replay('sendonchain-too-much')
    expect((await send()).status).toBe('failed')
  })

  test.each<Answer>([lost, { json: 'not a transaction' }, { json: { error: 'no' }, status: 500 }])(
    'is unknown after an odd answer, and not repeated',
    async (answer) => {
      eclair.answer('sendonchain', answer)
      expect((await send()).status).toBe('unknown')
      expect(eclair.count('sendonchain')).toBe(1)
    },
  )

  test('puts the rows of a transaction together', async () => {
    const txid = 'ab'.repeat(32)
    const row = {
      txid,
      blockId: '00'.repeat(32),
      confirmations: 2,
      timestamp: { iso: '', unix: 1_700_000_000 },
    }
    eclair.answer('onchaintransactions', {
      json: [
        { ...row, address: 'bcrt1qone', amount: -20_000, fees: -150 },
        { ...row, address: 'bcrt1qtwo', amount: -30_000, fees: -150 },
        {
          ...row,
          txid: 'cd'.repeat(32),
          address: 'bcrt1qown',
          amount: 70_000,
          fees: 0,
          timestamp: 1_700_000_001,
        },
      ],
    })
    const { items } = await backend.onchain!.listTransactions!({ limit: 10 })
    expect(items).toEqual([
      {
        txId: 'cd'.repeat(32),
        netSat: 70_000n,
        confirmations: 2,
        createdAt: 1_700_000_001,
        outputs: [{ address: 'bcrt1qown', amountSat: 70_000n }],
      },
      {
        txId: txid,
        netSat: -50_150n,
        feeSat: 150n,
        confirmations: 2,
        createdAt: 1_700_000_000,
        outputs: [
          { address: 'bcrt1qone', amountSat: 20_000n, own: false },
          { address: 'bcrt1qtwo', amountSat: 30_000n, own: false },
        ],
      },
    ])
  })

  test('gives an address, of the kind that bitcoind makes', async () => {
    replay('getnewaddress')
    expect(await backend.onchain!.newAddress!({ type: 'p2wpkh' })).toMatch(/^bcrt1q/)
    expect(await code(backend.onchain!.newAddress!({ type: 'p2tr' }))).toBe('unsupported')
  })
})

describe('payments whose hash Eclair chooses', () => {
  test('keysend tells the hash of what was sent', async () => {
    replay('sendtonode', 'getsentinfo-keysend')
    const { form } = capture('sendtonode')
    const payment = await backend.keysend!.send({
      destination: nodeId(String(form.nodeId)),
      amountMsat: msat(3000n),
      maxFeeMsat: msat(2500n),
      preimage: '00'.repeat(32) as never,
    })
    expect(payment).toMatchObject({
      status: 'settled',
      paymentHash: '0df8a80250fe4ca973b967accfb16adfce5094949e6f709cf83a222254441c69',
      feeMsat: 1000n,
    })
    expect(lastForm('sendtonode')).toEqual({
      nodeId: form.nodeId,
      amountMsat: '3000',
      maxFeeFlatSat: '2',
      maxFeePct: '0',
    })
  })

  test('a lost reply is outcome_unknown, and not repeated', async () => {
    eclair.answer('sendtonode', lost)
    const paying = backend.keysend!.send({
      destination: PEER,
      amountMsat: msat(3000n),
      maxFeeMsat: msat(0n),
      preimage: '00'.repeat(32) as never,
    })
    expect(await code(paying)).toBe('outcome_unknown')
    expect(eclair.count('sendtonode')).toBe(1)
  })

  const offer = String(capture('payoffer').form.offer)

  test('an offer is paid with its own amount, and found again', async () => {
    const parent = answered<string>('payoffer')
    const rows = answered<{ parentId: string }[]>('getsentinfo-offer')
    eclair.answer('payoffer', { json: parent })
    eclair.script.set('getsentinfo', ({ id }) => ({
      json: id === undefined ? rows : rows.filter(({ parentId }) => parentId === id),
    }))
    const payment = await backend.offers!.pay!({ offer, maxFeeMsat: msat(5000n) })
    expect(payment).toMatchObject({ status: 'settled', amountMsat: 7000n, feeMsat: 1001n, backendId: parent })
    expect(lastForm('payoffer')).toEqual({ offer, amountMsat: '7000', maxFeeFlatSat: '5', maxFeePct: '0' })
    const payments = await backend.offers!.listPayments!({ offer })
    expect(payments.map(({ backendId }) => backendId)).toContain(parent)
    expect(payments).toHaveLength(2)
  })

  test('an offer is refused before any call for its amount', async () => {
    const pay = (more: object) => code(backend.offers!.pay!({ offer, maxFeeMsat: msat(0n), ...more }))
    expect(await pay({ amountMsat: msat(7000n) })).toBe('amount_not_allowed')
    expect(await pay({ invoice: 'lni1…' })).toBe('unsupported')
    expect(eclair.calls).toEqual([])
  })
})

describe('offers', () => {
  test('are made, listed and stopped', async () => {
    replay('createoffer', 'listoffers', 'disableoffer')
    const offerId = 'cd0da909a206d9dec6b9ede552941bd611c11b6d9b4f2a3c3c9099ca0250668d'
    const made = await backend.offers!.create({ amountMsat: msat(7000n), description: 'offer test' })
    expect(made).toMatchObject({ offerId, amountMsat: 7000n, description: 'offer test', active: true })
    expect(lastForm('createoffer')).toEqual({ amountMsat: '7000', description: 'offer test' })
    expect((await backend.offers!.list({ limit: 10 })).items).toEqual([made])
    expect((await backend.offers!.disable!({ offerId })).active).toBe(false)
    expect(lastForm('disableoffer')).toEqual(capture('disableoffer').form)
  })
})

describe('the network', () => {
  test('fees and hops come from the graph', async () => {
    replay('findroute-full')
    const invoice = String(capture('findroute-full').form.invoice)
    expect(await backend.routing!.estimateFee({ target: { invoice } })).toEqual({
      feeMsat: 1002n,
      method: 'graph',
    })
    expect(lastForm('findroute')).toEqual({ invoice, format: 'full', maxFeeMsat: '10000' })
    const [route] = await backend.routing!.findRoutes!({ target: { invoice }, limit: 3 })
    expect(route?.hops).toMatchObject([
      { nodeId: PEER, channelId: '329x2x1', amountMsat: 11_002n, feeMsat: 1002n },
      { channelId: '329x1x0', amountMsat: 10_000n, feeMsat: 0n },
    ])
  })

  test('no route is no_route', async () => {
    replay('findroutetonode-none')
    const target = { nodeId: PEER, amountMsat: msat(10_000n) }
    expect(await code(backend.routing!.estimateFee({ target }))).toBe('no_route')
  })

  test('a node is told, an unknown one is not', async () => {
    replay('node')
    expect(await backend.graph!.getNode({ nodeId: PEER })).toEqual({
      nodeId: PEER,
      alias: 'ecl-b',
      channels: 2,
      capacitySat: 3_000_000n,
      addresses: ['127.0.0.1:19742'],
      updatedAt: 1_795_322_862,
    })
    replay('node-unknown')
    expect(await backend.graph!.getNode({ nodeId: PEER })).toBeUndefined()
  })

  test('what was relayed is listed newest first, in pages', async () => {
    replay('audit-relay', 'relaystats')
    const first = await backend.forwards!.list({ limit: 3 })
    expect(first.items.map(({ feeMsat }) => feeMsat)).toEqual([1000n, 1001n, 1004n])
    const rest = await backend.forwards!.list({ limit: 3, cursor: first.nextCursor! })
    expect(rest.items.map(({ feeMsat }) => feeMsat)).toEqual([1002n])
    expect(rest.nextCursor).toBeUndefined()
    expect((await backend.forwards!.feeReport!({})).dayMsat).toBe(4007n)
  })
})

describe('messages', () => {
  const HEX =
    '1fdfec57decafdd21918b509f1526bb918b2f199cfa35d45aa293a6d2ca8de4f4c72f6db39a32d2ebf0989a08267086f89de804f6055d58b52297b2607d941d065'

  test('are signed in zbase32 and verified in hex', async () => {
    replay('signmessage', 'verifymessage')
    const signature = await backend.messages!.sign({ message: 'hello' })
    expect(signature).toMatch(/^[ybndrfg8ejkmcpqxot1uwisza345h769]{104}$/)
    expect(lastForm('signmessage')).toEqual(capture('signmessage').form)
    expect(await backend.messages!.verify({ message: 'hello', signature })).toEqual({
      valid: true,
      nodeId: answered<{ publicKey: string }>('verifymessage').publicKey,
    })
    expect(lastForm('verifymessage')).toEqual({ msg: 'aGVsbG8=', sig: HEX })
  })

  test.each(['', 'not a signature', 'y'.repeat(104)])(
    'tell a broken one without asking: %j',
    async (signature) => {
      expect(await backend.messages!.verify({ message: 'hello', signature })).toEqual({ valid: false })
      expect(eclair.calls).toEqual([])
    },
  )
})

describe('canceling an invoice', () => {
  const paymentHash = answered<{ invoice: { paymentHash: string } }>('getreceivedinfo-pending').invoice
    .paymentHash as never

  test('deletes it, and remembers that', async () => {
    eclair.answer('getreceivedinfo', capture('getreceivedinfo-pending'), capture('getreceivedinfo-unknown'))
    replay('deleteinvoice')
    expect(await backend.invoices!.cancel({ paymentHash })).toMatchObject({ status: 'canceled', paymentHash })
    expect(await backend.invoices!.cancel({ paymentHash })).toMatchObject({ status: 'canceled' })
    expect((await backend.lookupInvoice({ paymentHash }))?.status).toBe('canceled')
    expect(eclair.count('deleteinvoice')).toBe(1)
  })

  test('refuses a paid one, also where it was paid meanwhile', async () => {
    eclair.answer('getreceivedinfo', capture('getreceivedinfo-received'))
    expect(await code(backend.invoices!.cancel({ paymentHash }))).toBe('already_paid')
    eclair.answer('getreceivedinfo', capture('getreceivedinfo-pending'))
    replay('deleteinvoice-paid')
    expect(await code(backend.invoices!.cancel({ paymentHash }))).toBe('already_paid')
  })
})
