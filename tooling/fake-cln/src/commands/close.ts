import { type Channel, LightningError } from '@lightning-mcp/core'
import { fakeHex } from '../node/channel-lines.ts'
import type { FakeNode } from '../node/fake-node.ts'
import type { Command } from '../rpc/command.ts'
import { badParameter, RpcError } from '../rpc/rpc-error.ts'

/** Two days: unless told otherwise, a close that the peer does not agree to becomes a forced one. */
const DEFAULT_UNILATERAL_SECONDS = 172_800
/** How often it asks a peer that is away, or waits for payments, anew. */
const RETRY_MS = 20

/**
 * Mutual if the peer agrees; after `unilateraltimeout` by force, which goes on whether or not anybody
 * waits for the answer. 0: never.
 */
export const closeCommand: Command = async (node, params) => {
  const id = params.text('id') ?? ''
  const channel = await node.channels.find(id)
  if (channel?.channelId === undefined)
    throw badParameter('id', 'Short channel id not found', JSON.stringify(id))
  const timeoutSeconds = params.number('unilateraltimeout') ?? DEFAULT_UNILATERAL_SECONDS
  const destination = params.text('destination')
  if (destination !== undefined && !/^(bcrt1|bc1|tb1)/i.test(destination))
    throw badParameter('destination', 'should be valid address or scriptpubkey', JSON.stringify(destination))
  // `feerange` bounds a negotiation that this fake does not have
  const first = await tryClose(node, channel, 'cooperative')
  if (first !== undefined) return first
  return untilAgreed(
    node,
    channel,
    timeoutSeconds === 0 ? undefined : node.clock.now() + timeoutSeconds * 1000,
  )
}

/** Keeps asking; once the time is over it does it by force. */
function untilAgreed(node: FakeNode, channel: Channel, deadlineMs: number | undefined): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const look = async (): Promise<void> => {
      if (node.ended.signal.aborted) return
      const late = deadlineMs !== undefined && node.clock.now() >= deadlineMs
      const answer = await tryClose(node, channel, late ? 'force' : 'cooperative')
      if (answer === undefined) again()
      else resolve(answer)
    }
    const again = (): void => {
      const timer = setTimeout(() => look().catch(reject), RETRY_MS)
      node.ended.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
    }
    again()
  })
}

async function tryClose(node: FakeNode, channel: Channel, mode: 'cooperative' | 'force'): Promise<unknown> {
  const { channelId = '' } = channel
  const type = mode === 'force' ? 'unilateral' : 'mutual'
  try {
    const { txId = '' } = await node.link.call('closeChannel', { channel: { channelId }, mode })
    await node.channels.live()
    node.channels.closing({ ...channel, closingTxId: txId as never }, type)
    node.coins.noteClose(channel, txId)
    return { txs: [fakeHex(60, txId, 'tx')], txids: [txId], type }
  } catch (error) {
    if (!LightningError.is(error)) throw error
    // away, or payments under way: both may pass
    if (mode === 'cooperative' && (error.code === 'unavailable' || /under way/.test(error.message)))
      return undefined
    throw new RpcError(-1, error.message)
  }
}
