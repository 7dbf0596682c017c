import {
  type Capabilities,
  type Channel,
  type ChannelState,
  type ChannelsFacet,
  clampSubMsat,
  cleanText,
  nodeId,
  type Page,
  type PageRequest,
  pageOf,
  sat,
  satToMsat,
  supports,
  txId,
} from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'
import type { RawChannel, RawClosedChannel, RawPendingChannel, RawPendingList } from '../schemas.ts'
import { toShortChannelId } from '../short-channel-id.ts'
import { closeChannel, openChannel, updatePolicy } from './channel-changes.ts'
import { ownPolicies } from './channel-policies.ts'

/** Channels; each way of changing them is there if the macaroon allows it. */
export function createChannelsFacet(client: LndClient, capabilities: Capabilities): ChannelsFacet {
  return {
    ...(supports(capabilities, 'channels.open') ? { open: (request) => openChannel(client, request) } : {}),
    ...(supports(capabilities, 'channels.close')
      ? { close: (request) => closeChannel(client, request) }
      : {}),
    ...(supports(capabilities, 'channels.updatePolicy')
      ? { updatePolicy: (request) => updatePolicy(client, request) }
      : {}),
    async list(request) {
      const { channels } = await client.call('listChannels', { peer_alias_lookup: true }, request)
      const page = pageByOutpoint(channels.map(toChannel), request)
      return supports(capabilities, 'graph.getNode')
        ? withPolicies(client, page, channels, request.signal)
        : page
    },
    async listPending(request) {
      const raw = await client.call('pendingChannels', {}, request)
      const all = (list: RawPendingList, state: ChannelState): Channel[] =>
        list.flatMap(({ channel, closing_txid }) =>
          channel === null ? [] : [{ ...toPendingChannel(channel, state), ...closedBy(closing_txid) }],
        )
      return [
        ...all(raw.pending_open_channels, 'opening'),
        ...all(raw.pending_closing_channels, 'closing'),
        ...all(raw.waiting_close_channels, 'closing'),
        ...all(raw.pending_force_closing_channels, 'force-closing'),
      ]
    },
    async listClosed(request) {
      const { channels } = await client.call('closedChannels', {}, request)
      return pageByOutpoint(
        channels.toSorted((a, b) => b.close_height - a.close_height).map(toClosedChannel),
        request,
      )
    },
  }
}

async function withPolicies(
  client: LndClient,
  page: Page<Channel>,
  all: readonly RawChannel[],
  signal: AbortSignal | undefined,
): Promise<Page<Channel>> {
  const listed = new Set(page.items.map(({ fundingOutpoint }) => fundingOutpoint))
  const shown = all.filter(({ channel_point }) => listed.has(channel_point))
  const policies = await ownPolicies(client, shown, signal)
  const idOf = new Map(shown.map(({ channel_point, chan_id }) => [channel_point, chan_id]))
  const items = page.items.map((channel) => {
    const policy = policies.get(idOf.get(channel.fundingOutpoint ?? '') ?? '')
    return policy === undefined ? channel : { ...channel, policy }
  })
  return { ...page, items }
}

const pageByOutpoint = (channels: readonly Channel[], request: PageRequest): Page<Channel> =>
  pageOf(channels, request, (channel) => channel.fundingOutpoint ?? '')

export function toChannel(raw: RawChannel): Channel {
  const shortChannelId = toShortChannelId(raw.chan_id)
  const localMsat = satToMsat(BigInt(raw.local_balance))
  const remoteMsat = satToMsat(BigInt(raw.remote_balance))
  return {
    ...(shortChannelId === undefined ? {} : { shortChannelId }),
    fundingOutpoint: raw.channel_point,
    peer: nodeId(raw.remote_pubkey),
    ...(raw.peer_alias === '' ? {} : { peerAlias: cleanText(raw.peer_alias, 64) }),
    state: raw.active ? 'active' : 'inactive',
    capacitySat: sat(BigInt(raw.capacity)),
    localMsat,
    remoteMsat,
    // LND's balances are already without the commitment fee and HTLCs in flight
    spendableMsat: clampSubMsat(localMsat, reserve(raw.local_constraints)),
    receivableMsat: clampSubMsat(remoteMsat, reserve(raw.remote_constraints)),
    private: raw.private,
    initiator: raw.initiator ? 'local' : 'remote',
    pendingHtlcs: raw.pending_htlcs.length,
    ...labelOf(raw),
  }
}

/** LND allows 500 bytes. */
const labelOf = ({ memo }: { memo: string }): Pick<Channel, 'label'> =>
  memo === '' ? {} : { label: cleanText(memo, 500) }

export const reserve = (constraints: RawChannel['local_constraints']) =>
  satToMsat(BigInt(constraints?.chan_reserve_sat ?? 0))

const initiator = (who: string | number): Pick<Channel, 'initiator'> =>
  who === 'INITIATOR_LOCAL'
    ? { initiator: 'local' }
    : who === 'INITIATOR_REMOTE'
      ? { initiator: 'remote' }
      : {}

/** LND writes nothing, or zeros, where there is no transaction yet. */
const closedBy = (hash = ''): Pick<Channel, 'closingTxId'> =>
  /^[0-9a-f]{64}$/.test(hash) && !/^0+$/.test(hash) ? { closingTxId: txId(hash) } : {}

const toPendingChannel = (raw: RawPendingChannel, state: ChannelState): Channel => ({
  fundingOutpoint: raw.channel_point,
  peer: nodeId(raw.remote_node_pub),
  state,
  capacitySat: sat(BigInt(raw.capacity)),
  localMsat: satToMsat(BigInt(raw.local_balance)),
  remoteMsat: satToMsat(BigInt(raw.remote_balance)),
  private: raw.private,
  ...initiator(raw.initiator),
  ...labelOf(raw),
})

const toClosedChannel = (raw: RawClosedChannel): Channel => {
  const shortChannelId = toShortChannelId(raw.chan_id)
  return {
    ...(shortChannelId === undefined ? {} : { shortChannelId }),
    fundingOutpoint: raw.channel_point,
    peer: nodeId(raw.remote_pubkey),
    state: 'closed',
    capacitySat: sat(BigInt(raw.capacity)),
    localMsat: satToMsat(BigInt(raw.settled_balance)),
    remoteMsat: satToMsat(0n),
    private: false,
    ...closedBy(raw.closing_tx_hash),
    ...initiator(raw.open_initiator),
  }
}
