import type { Msat } from '@lightning-mcp/core'
import type { LndNode } from '@lightning-mcp/nodes'
import { ownPolicy } from './channels.ts'

interface RawChannels {
  channels: { chan_id: string; channel_point: string; remote_pubkey: string }[]
}

const FINAL_DELTA = 80

/** The payer pays itself through the router: out by one of their channels and back by another. */
export async function routePayment(payer: LndNode, router: LndNode, amountMsat: Msat): Promise<void> {
  const { channels } = await router.call<RawChannels>('default', 'listChannels')
  const [out, back] = channels
    .filter(({ remote_pubkey }) => remote_pubkey === payer.pubkey)
    .toSorted((a, b) => a.channel_point.localeCompare(b.channel_point))
  if (back === undefined || out === undefined) throw new Error('there are no two channels to route between')
  // LND forwards by any channel with the next node: only by the way back does it get what it asks for
  await router.call('default', 'updateChannelPolicy', {
    chan_point: {
      funding_txid_str: out.channel_point.split(':')[0],
      output_index: out.channel_point.split(':')[1],
    },
    base_fee_msat: '1000000',
    fee_rate_ppm: 0,
    time_lock_delta: 80,
  })
  const [invoice, policy, { block_height }] = await Promise.all([
    payer.call<{ r_hash: Buffer; payment_addr: Buffer }>('default', 'addInvoice', {
      value_msat: String(amountMsat),
    }),
    ownPolicy(router, back.channel_point),
    payer.call<{ block_height: number }>('default', 'getInfo'),
  ])
  if (policy === undefined) throw new Error('the router has no policy')
  const feeMsat =
    BigInt(policy.fee_base_msat) + (amountMsat * BigInt(policy.fee_rate_milli_msat)) / 1_000_000n
  // a few blocks more, in case one comes meanwhile
  const expiry = block_height + FINAL_DELTA + 3
  const hop = { expiry, amt_to_forward_msat: String(amountMsat), tlv_payload: true }
  const attempt = await payer.call<{ status: string; failure: object | null }>('router', 'sendToRouteV2', {
    payment_hash: invoice.r_hash,
    route: {
      total_time_lock: expiry + policy.time_lock_delta,
      total_amt_msat: String(amountMsat + feeMsat),
      total_fees_msat: String(feeMsat),
      hops: [
        { ...hop, chan_id: out.chan_id, pub_key: router.pubkey, fee_msat: String(feeMsat) },
        {
          ...hop,
          chan_id: back.chan_id,
          pub_key: payer.pubkey,
          mpp_record: { payment_addr: invoice.payment_addr, total_amt_msat: String(amountMsat) },
        },
      ],
    },
  })
  if (attempt.status !== 'SUCCEEDED')
    throw new Error(`the routed payment failed: ${JSON.stringify(attempt.failure)}`)
}
