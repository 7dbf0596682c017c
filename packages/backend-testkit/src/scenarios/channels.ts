import assert from 'node:assert/strict'
import type { Channel, ChannelOperation, ChannelRef } from '@lightning-mcp/core'
import { msat, sat } from '@lightning-mcp/core'
import { type Scenario, verifies } from '../scenario.ts'
import { describeValue } from '../until.ts'

const DEFAULT_CLTV_DELTA = 40
/** Enough for every node to call a channel open or closed. */
const CONFIRMATIONS = 6

export const channelScenarios: readonly Scenario[] = [
  verifies('opened-channel-becomes-active', async ({ stage, backend, until }) => {
    const channels = backend.channels!
    const capacitySat = sat(160_000n)
    const peer = stage.counterparty.nodeId
    const opened = await channels.open!({ peer, capacitySat })
    assert.equal(opened.status, 'pending', describeValue(opened))
    const pending = await until(
      'the channel is pending',
      () => channels.listPending!({}),
      (items) => items.some((item) => isSame(item, opened)),
    )
    const waiting = pending.find((item) => isSame(item, opened))
    assert.equal(waiting?.state, 'opening', 'state before it is confirmed')
    assert.equal(waiting?.capacitySat, capacitySat, 'capacity before it is confirmed')
    await stage.mineBlocks!(CONFIRMATIONS)
    const active = await until(
      'the channel is active',
      async () => (await channels.list({ limit: 100 })).items.find((item) => isSame(item, opened)),
      (item) => item?.state === 'active',
    )
    assert.equal(active?.capacitySat, capacitySat, 'capacity')
    assert.equal(active?.peer, peer, 'peer')
    assert.equal(active?.private, false, 'private')
    assert.equal(active?.initiator ?? 'local', 'local', 'initiator')
  }),

  verifies('closed-channel-is-listed', async ({ stage, backend, until }) => {
    const channels = backend.channels!
    const spare = await stage.spareChannel!()
    const open = (await channels.list({ limit: 100 })).items.find((item) => isSame(item, spare))
    assert.ok(open !== undefined, 'the spare channel is not listed')
    const closing = await channels.close!({ channel: spare, mode: 'cooperative' })
    assert.ok(['pending', 'done'].includes(closing.status), describeValue(closing))
    await stage.mineBlocks!(CONFIRMATIONS)
    const closed = await until(
      'the channel is listed as closed',
      async () => (await channels.listClosed!({ limit: 100 })).items.find((item) => isSame(item, open)),
      (item) => item !== undefined,
    )
    assert.equal(closed?.state, 'closed', 'state')
    assert.equal(closed?.peer, open.peer, 'peer')
    const { items } = await channels.list({ limit: 100 })
    assert.ok(!items.some((item) => isSame(item, open)), 'a closed channel is listed as open')
  }),

  verifies('policy-update-is-listed', async ({ stage, backend, until }) => {
    const channels = backend.channels!
    const spare = await stage.spareChannel!()
    const listed = async () => (await channels.list({ limit: 100 })).items.find((item) => isSame(item, spare))
    const before = await listed()
    const policy = {
      feeBaseMsat: msat((before?.policy?.feeBaseMsat ?? 0n) + 234n),
      feeProportionalMillionths: (before?.policy?.feeProportionalMillionths ?? 0) + 21,
      cltvExpiryDelta: before?.policy?.cltvExpiryDelta ?? DEFAULT_CLTV_DELTA,
    }
    await channels.updatePolicy!({ channel: spare, policy })
    await until(
      'the list tells the new policy',
      async () => (await listed())?.policy,
      (told) =>
        told?.feeBaseMsat === policy.feeBaseMsat &&
        told.feeProportionalMillionths === policy.feeProportionalMillionths &&
        told.cltvExpiryDelta === policy.cltvExpiryDelta,
    )
  }),
]

/** By whichever of its names both sides tell. */
function isSame(channel: Channel, ref: ChannelRef & Pick<ChannelOperation, 'txId'>): boolean {
  if (channel.channelId !== undefined && ref.channelId !== undefined)
    return channel.channelId === ref.channelId
  if (channel.fundingOutpoint === undefined) return false
  if (ref.fundingOutpoint !== undefined) return channel.fundingOutpoint === ref.fundingOutpoint
  return ref.txId !== undefined && channel.fundingOutpoint.startsWith(`${ref.txId}:`)
}
