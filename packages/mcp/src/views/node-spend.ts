import { cleanText } from '@lightning-mcp/core'
import type { PaymentRecord } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { costsIf, optionalAmountShape, satsText } from '../amounts.ts'
import { channelName } from '../input/channel.ts'

type Kind = PaymentRecord['kind']

/** Fields that only spending otherwise than on an invoice has. */
export const nodeSpendShape = {
  ...optionalAmountShape('capital'),
  tx_id: z.string().optional(),
  channel_id: z.string().optional(),
}

export const nodeSpendView = ({
  capitalMsat,
  txId,
  channel,
}: Pick<PaymentRecord, 'capitalMsat' | 'txId' | 'channel'>) => {
  const channelId = channel === undefined ? '' : channelName(channel)
  return {
    ...costsIf('capital', capitalMsat),
    ...(txId === undefined ? {} : { tx_id: txId }),
    ...(channelId === '' ? {} : { channel_id: channelId }),
  }
}

/** What a text about a spending needs of its view. */
export interface SpendSeen {
  amount_sats: number
  destination: string
  capital_sats?: number
  fee_sats?: number
  max_fee_sats?: number
  tx_id?: string
  channel_id?: string
}

interface Words {
  /** Begins a sentence. */
  noun: string
  /** Done, in the past. */
  done(seen: SpendSeen): string
  /** To be done: put to a person, who says yes or no. `fee`: of up to so much. */
  order(seen: SpendSeen, fee?: string): string
}

const channelOf = ({ channel_id, destination }: SpendSeen): string =>
  channel_id ?? destination.replace(/^channel:/, '').replace(/\?force$/, '')

/** A splice-out names the recipient as its destination, and its channel only where it was found. */
const outOf = ({ channel_id }: SpendSeen): string =>
  channel_id === undefined ? 'the channel' : `channel ${channel_id}`

const byForce = ({ destination }: SpendSeen): string => (destination.endsWith('?force') ? ' by force' : '')

const pushed = ({ amount_sats }: SpendSeen): string =>
  amount_sats === 0 ? '' : `, ${satsText(amount_sats)} given to the peer for good`

/** What is out but not in a block yet is not there for use. */
const unconfirmed = ({ tx_id }: SpendSeen, then: string): string =>
  `; ${then} once ${tx_id === undefined ? 'its transaction' : `transaction ${tx_id}`} has confirmed`

const payment: Words = {
  noun: 'The payment',
  done: ({ amount_sats }) => `Paid ${satsText(amount_sats)}`,
  order: ({ amount_sats, destination }, fee = '') => `Pay ${satsText(amount_sats)}${fee} to ${destination}`,
}

const WORDS: Readonly<Record<Kind, Words>> = {
  invoice: payment,
  minted: payment,
  keysend: payment,
  offer: payment,
  onchain: {
    noun: 'The transaction',
    done: (seen) =>
      `Sent ${satsText(seen.amount_sats)} to ${seen.destination}${unconfirmed(seen, 'they have arrived')}`,
    order: ({ amount_sats, destination }, fee = '') =>
      `Send ${satsText(amount_sats)}${fee} on-chain to ${destination}`,
  },
  'channel-open': {
    noun: 'The opening',
    done: (seen) =>
      `Opened a channel with ${satsText(seen.capital_sats ?? 0)} of own money${pushed(seen)}${unconfirmed(seen, 'it works')}`,
    order: (seen, fee = '') =>
      `Open a channel with ${seen.destination}: ${satsText(seen.capital_sats ?? 0)} of own money${pushed(seen)}${fee}`,
  },
  'channel-close': {
    noun: 'The closing',
    done: (seen) =>
      `Closed channel ${channelOf(seen)}${byForce(seen)}${unconfirmed(seen, `its coins are there${byForce(seen) === '' ? '' : ', when their time lock ends,'}`)}`,
    order: (seen, fee = '') =>
      `Close channel ${channelOf(seen)}${byForce(seen)}${fee.replace(' and', ' for')}`,
  },
  'splice-in': {
    noun: 'The splice',
    done: (seen) =>
      `Moved ${satsText(seen.capital_sats ?? 0)} into channel ${channelOf(seen)}${unconfirmed(seen, 'they can be used')}`,
    order: (seen, fee = '') =>
      `Move ${satsText(seen.capital_sats ?? 0)} into channel ${channelOf(seen)}${fee.replace(' and', ' for')}`,
  },
  'splice-out': {
    noun: 'The splice',
    done: (seen) =>
      `Sent ${satsText(seen.amount_sats)} out of ${outOf(seen)} to ${seen.destination}${unconfirmed(seen, 'they have arrived')}`,
    order: (seen, fee = '') =>
      `Send ${satsText(seen.amount_sats)}${fee} out of ${outOf(seen)} to ${seen.destination}`,
  },
}

/** How a kind of spending is spoken of. */
export const spendWords = (kind: Kind): Words => WORDS[kind]

/** Whether there is a recipient whom Lightning proves the payment to. */
export const isPayment = (kind: Kind): boolean => WORDS[kind] === payment

/** What the node said of a failure: it may be a peer's words. */
export const failureDetail = ({ kind, failure }: PaymentRecord): { failure_detail?: string } => {
  const detail = isPayment(kind) ? '' : cleanText(failure?.detail ?? '', 240)
  return detail === '' ? {} : { failure_detail: detail }
}
