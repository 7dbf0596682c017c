import assert from 'node:assert/strict'
import {
  type Channel,
  type ChannelRef,
  type LightningBackend,
  LightningError,
  type NodeId,
  sat,
  supports,
} from '@lightning-mcp/core'
import { expectRefusal, settle } from '../expectations.ts'
import { foreignInvoice } from '../foreign-invoice.ts'
import { type Scenario, verifies } from '../scenario.ts'
import { describeValue } from '../until.ts'

const STATES = ['opening', 'active', 'inactive', 'closing', 'force-closing', 'closed'] as const
const NODE_ID = /^0[23][0-9a-f]{64}$/

export const facetScenarios: readonly Scenario[] = [
  verifies('channel-states-normalised', async ({ backend }) => {
    const { items } = await backend.channels!.list({ limit: 100 })
    const pending = (await backend.channels!.listPending?.({})) ?? []
    assert.ok(
      items.some(({ state }) => state === 'active'),
      'the stage has an active channel',
    )
    for (const channel of [...items, ...pending]) assertNormalised(channel)
    for (const { state } of items)
      assert.ok(state === 'active' || state === 'inactive', `${state} is not open`)
  }),

  verifies('close-coop-vs-force-explicit', async ({ stage, backend, until }) => {
    const channel = await stage.spareChannel!()
    const answer = await settle(() => backend.channels!.close!({ channel, mode: 'cooperative' }))
    if ('error' in answer) assert.ok(LightningError.is(answer.error), String(answer.error))
    else assert.notEqual(answer.value.status, 'failed', describeValue(answer.value))
    const pending = await backend.channels!.listPending!({})
    assert.ok(!pending.some(({ state }) => state === 'force-closing'), 'it was closed by force')
    await stage.mineBlocks?.(6)
    await until(
      'the channel is no longer open',
      async () => (await backend.channels!.list({ limit: 100 })).items,
      (items) => !items.some((item) => item.fundingOutpoint === channel.fundingOutpoint),
    )
  }),

  verifies('open-reply-lost-not-reopened', async ({ stage, backend, until }) => {
    const listed = async (): Promise<readonly Channel[]> => [
      ...(await backend.channels!.listPending!({})),
      ...(await backend.channels!.list({ limit: 100 })).items,
    ]
    const before = (await listed()).length
    stage.faults!.loseReply!()
    const answer = await backend.channels!.open!({
      peer: stage.counterparty.nodeId,
      capacitySat: sat(100_000n),
    })
    assert.ok(['unknown', 'pending'].includes(answer.status), describeValue(answer))
    const after = await until('the channel is listed', listed, (channels) => channels.length > before)
    assert.equal(after.length - before, 1, 'channels opened')
  }),

  verifies('onchain-send-reply-lost-not-repeated', async ({ stage, backend, until }) => {
    const onchain = backend.onchain!
    const listed = async () => (await onchain.listTransactions!({ limit: 100 })).items
    const before = (await listed()).length
    const address = await stage.foreignAddress!()
    stage.faults!.loseReply!()
    const answer = await onchain.send!({ address, amountSat: sat(20_000n) })
    assert.ok(['unknown', 'broadcast'].includes(answer.status), describeValue(answer))
    const after = await until(
      'the transaction is listed',
      listed,
      (transactions) => transactions.length > before,
    )
    assert.equal(after.length - before, 1, 'transactions made')
  }),

  verifies('splice-unsupported-absent', async ({ backend }) => {
    const { capabilities, splicing } = backend
    const declared = (['splicing.spliceIn', 'splicing.spliceOut'] as const).map((name) =>
      supports(capabilities, name),
    )
    if (!declared.includes(true)) assert.equal(splicing, undefined, 'the facet is there')
    else
      assert.deepEqual(
        [typeof splicing?.spliceIn, typeof splicing?.spliceOut],
        declared.map((is) => (is ? 'function' : 'undefined')),
      )
  }),

  verifies('splice-reply-lost-not-repeated', async ({ stage, backend, until }) => {
    const spare = await stage.spareChannel!()
    const listed = () => sameChannel(backend, spare)
    const before = await listed()
    stage.faults!.loseReply!()
    const answer = await backend.splicing!.spliceIn({ channel: spare, amountSat: sat(30_000n) })
    assert.ok(['unknown', 'pending'].includes(answer.status), describeValue(answer))
    const after = await until(
      'the channel has its new output',
      listed,
      ({ fundingOutpoint }) => fundingOutpoint !== before.fundingOutpoint,
    )
    assert.equal(after.capacitySat - before.capacitySat, 30_000n, 'what the channel grew by')
  }),

  verifies('splice-moves-amount-exactly', async ({ stage, backend, until }) => {
    const spare = await stage.spareChannel!()
    const listed = () => sameChannel(backend, spare)
    const first = await listed()
    const changed = ({ fundingOutpoint }: Channel) => fundingOutpoint !== first.fundingOutpoint
    await backend.splicing!.spliceIn({ channel: spare, amountSat: sat(30_000n) })
    const grown = await until('the channel has its new output', listed, changed)
    assert.equal(grown.capacitySat - first.capacitySat, 30_000n, 'what the channel grew by')
    assert.equal(grown.localMsat - first.localMsat, 30_000_000n, 'what this side has more')
    await stage.mineBlocks!(6)
    const address = await (stage.spliceOutAddress ?? stage.foreignAddress)!()
    const amountSat = sat(20_000n)
    await backend.splicing!.spliceOut({ channel: spare, amountSat, address })
    const shrunk = await until(
      'the channel has its newer output',
      listed,
      ({ fundingOutpoint }) => fundingOutpoint !== grown.fundingOutpoint,
    )
    const takenSat = grown.capacitySat - shrunk.capacitySat
    assert.ok(takenSat > 20_000n && takenSat < 25_000n, `the channel lost ${takenSat} sat`)
    assert.equal(grown.localMsat - shrunk.localMsat, takenSat * 1000n, 'who paid')
  }),

  verifies('label-finds-lost-sending', async ({ stage, backend, until }) => {
    const onchain = backend.onchain!
    const address = await stage.foreignAddress!()
    const label = 'found-by-this-label/1'
    await onchain.send!({ address, amountSat: sat(20_000n) })
    // so that change can be spent
    await stage.mineBlocks!(1)
    stage.faults!.loseReply!()
    await onchain.send!({ address, amountSat: sat(20_000n), label })
    const labelled = await until(
      'the transaction is listed',
      async () =>
        (await onchain.listTransactions!({ limit: 100 })).items.filter((item) => item.label === label),
      (items) => items.length > 0,
    )
    assert.equal(labelled.length, 1, 'transactions with the label')
  }),

  verifies('probe-declared-side-effecting', async ({ stage, backend, network, now, amount }) => {
    const amountMsat = amount(5000)
    const { invoice, paymentHash } = await (stage.remote ?? stage.counterparty).createInvoice({ amountMsat })
    const estimate = await backend.routing!.estimateFee({ target: { invoice } })
    assert.notEqual(estimate.method, 'probe', 'it probed without leave')
    assert.ok(estimate.feeMsat >= 0n, 'a fee is not negative')
    if (supports(backend.capabilities, 'lookupPayment'))
      assert.equal(await backend.lookupPayment({ paymentHash }), undefined, 'an estimate made a payment')
    const unknown = foreignInvoice({ network, createdAt: now(), amountMsat })
    await expectRefusal(
      'an estimate for a node that does not exist',
      () => backend.routing!.estimateFee({ target: { invoice: unknown.invoice } }),
      ['no_route'],
    )
  }),

  verifies('sign-verify-roundtrip-and-foreign-zbase32', async ({ stage, backend }) => {
    const messages = backend.messages!
    const message = 'signed by a test kit ✓'
    const signature = await messages.sign({ message })
    const own = await messages.verify({ message, signature })
    assert.ok(own.valid, 'the own signature is invalid')
    const { nodeId } = await backend.getInfo()
    if (nodeId !== undefined) assert.equal(own.nodeId, nodeId, 'signer')
    for (const broken of [
      '',
      'not a signature',
      `${signature.slice(0, -1)}${signature.endsWith('y') ? 'b' : 'y'}`,
    ]) {
      const answer = await messages.verify({ message, signature: broken })
      // a changed signature recovers to some other key: then it is not the signer's
      assert.ok(!answer.valid || answer.nodeId !== nodeId, `a broken signature is valid: ${broken}`)
    }
    const other = await messages.verify({ message: `${message}.`, signature })
    assert.ok(!other.valid || other.nodeId !== nodeId, 'a signature of another message is valid')
    const { foreignSignature } = stage
    if (foreignSignature === undefined) return
    const foreign = await messages.verify(foreignSignature)
    if (foreign.nodeId !== undefined)
      assert.equal(foreign.nodeId, foreignSignature.nodeId as NodeId, 'foreign signer')
  }),
]

async function sameChannel(
  backend: LightningBackend,
  { channelId, fundingOutpoint }: ChannelRef,
): Promise<Channel> {
  const { items } = await backend.channels!.list({ limit: 100 })
  const channel = items.find((item) =>
    channelId === undefined ? item.fundingOutpoint === fundingOutpoint : item.channelId === channelId,
  )
  assert.ok(channel !== undefined, 'the spare channel is not listed')
  return channel
}

function assertNormalised(channel: Channel): void {
  assert.ok(STATES.includes(channel.state), `${channel.state} is none of core's states`)
  assert.match(channel.peer, NODE_ID, 'peer')
  for (const name of ['capacitySat', 'localMsat', 'remoteMsat'] as const) {
    assert.equal(typeof channel[name], 'bigint', name)
    assert.ok(channel[name] >= 0n, `${name} is negative`)
  }
  assert.ok(
    channel.localMsat + channel.remoteMsat <= channel.capacitySat * 1000n,
    `both sides hold more than the channel: ${describeValue(channel)}`,
  )
  assert.ok(
    channel.shortChannelId !== undefined ||
      channel.fundingOutpoint !== undefined ||
      channel.channelId !== undefined,
    'a channel has a name',
  )
}
