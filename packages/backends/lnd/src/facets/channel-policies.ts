import { type ChannelPolicy, LightningError } from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'
import type { RawEdge, RawPolicy } from '../node-schemas.ts'
import type { Int64, RawChannel } from '../schemas.ts'
import { toMsat } from '../to-core.ts'

/** What this node asks for forwarding, by channel: one call for all that are announced, one for each that is not. */
export async function ownPolicies(
  client: LndClient,
  channels: readonly RawChannel[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<Int64, ChannelPolicy>> {
  if (channels.length === 0) return new Map()
  const { identity_pubkey: self } = await client.call('getInfo', {}, { signal })
  const policies = new Map<Int64, ChannelPolicy>()
  const note = (edge: RawEdge): void => {
    const raw = edge.node1_pub === self ? edge.node1_policy : edge.node2_policy
    if (raw !== null) policies.set(edge.channel_id, toPolicy(raw))
  }
  const announced = await orNothing(() =>
    client.call('getNodeInfo', { pub_key: self, include_channels: true }, { signal }),
  )
  announced?.channels.forEach(note)
  const others = channels.filter(({ chan_id }) => !policies.has(chan_id))
  await Promise.all(
    others.map(async ({ chan_id }) => {
      const edge = await orNothing(() => client.call('getChanInfo', { chan_id }, { signal }))
      if (edge !== undefined) note(edge)
    }),
  )
  return policies
}

/** A channel that has just opened is not in LND's map of the network yet. */
async function orNothing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (LightningError.is(error) && error.code === 'not_found') return undefined
    throw error
  }
}

const toPolicy = (raw: RawPolicy): ChannelPolicy => ({
  feeBaseMsat: toMsat(raw.fee_base_msat),
  feeProportionalMillionths: Number(raw.fee_rate_milli_msat),
  cltvExpiryDelta: raw.time_lock_delta,
  minHtlcMsat: toMsat(raw.min_htlc),
  maxHtlcMsat: toMsat(raw.max_htlc_msat),
})
