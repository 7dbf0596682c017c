import {
  type BitcoinAddressType,
  type DecodedOffer,
  parseBitcoinAddress,
  parseNodeUri,
} from '@lightning-mcp/codec'
import {
  type ChannelRef,
  cleanText,
  LightningError,
  type Msat,
  msat,
  type Network,
  type NodeId,
  nodeId,
  type Sat,
  sat,
  satToMsat,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import { assertKey } from '../intents/target.ts'
import { paymentId } from '../payment-id.ts'
import { readQuoteId } from '../quotes/quote.ts'
import type { PaymentId } from '../wallet.ts'
import { readOffer } from './read-offer.ts'
import type { SpendKind, SpendRequest } from './spend-request.ts'

/** What is to be spent on what, read from the caller's words. */
export type SpendOrder =
  | { kind: 'keysend'; payee: NodeId }
  | { kind: 'offer'; offer: DecodedOffer }
  | { kind: 'onchain'; address: string; networks: readonly Network[]; amountSat: Sat }
  | { kind: 'channel-open'; peer: NodeId; host?: string; capacitySat: Sat; pushMsat: Msat; private: boolean }
  | { kind: 'channel-close'; channel: ChannelRef; mode: 'cooperative' | 'force' }
  | { kind: 'splice-in'; channel: ChannelRef; amountSat: Sat }
  | { kind: 'splice-out'; channel: ChannelRef; amountSat: Sat; address: string; networks: readonly Network[] }

/** A request in the form in which two of them are compared. */
export interface AskedSpend {
  order: SpendOrder
  feeRateSatPerVbyte?: number
  /** What leaves for others. */
  amountMsat: Msat
  amountGivenMsat?: Msat
  /** What stays the account's own, in a channel. */
  capitalMsat?: Msat
  maxFeeGivenMsat?: Msat
  idempotencyKey?: string
  repeatOf?: PaymentId
  memo?: string
  /** For the recipient. */
  comment?: string
  budget?: string
  quoteId?: string
}

const MAX_BUDGET_LENGTH = 200
const MAX_FEE_RATE = 10_000

/** Outputs below it are not relayed (Bitcoin Core's default). */
const DUST_SAT: Readonly<Record<BitcoinAddressType, bigint>> = {
  p2pkh: 546n,
  p2sh: 540n,
  p2wpkh: 294n,
  p2wsh: 330n,
  p2tr: 330n,
  witness: 330n,
}

const bad = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint })

/** Reads a request without any I/O. Throws for what can never be done. */
export function readSpend(request: SpendRequest): AskedSpend {
  const { idempotencyKey, budget } = request
  assertKey(idempotencyKey)
  if (budget !== undefined && (budget === '' || budget.length > MAX_BUDGET_LENGTH))
    throw bad('not the name of a budget', 'Give the name that the owner told you, or leave it out.')
  const rate = 'feeRateSatPerVbyte' in request ? request.feeRateSatPerVbyte : undefined
  if (rate !== undefined && !(Number.isFinite(rate) && rate > 0 && rate <= MAX_FEE_RATE))
    throw bad(
      `the fee rate must lie between 0 and ${MAX_FEE_RATE} sat per virtual byte`,
      'Leave it out, or use on-chain fee estimates.',
    )
  return {
    ...readOrder(request),
    ...(rate === undefined ? {} : { feeRateSatPerVbyte: rate }),
    ...(request.maxFeeMsat === undefined ? {} : { maxFeeGivenMsat: msat(request.maxFeeMsat) }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(request.repeatOf === undefined ? {} : { repeatOf: paymentId(request.repeatOf) }),
    ...(request.memo === undefined ? {} : { memo: cleanText(request.memo) }),
    ...(budget === undefined ? {} : { budget }),
    ...(request.quoteId === undefined ? {} : { quoteId: readQuoteId(request.quoteId) }),
  }
}

function readOrder(
  request: SpendRequest,
): Pick<AskedSpend, 'order' | 'amountMsat' | 'amountGivenMsat' | 'capitalMsat' | 'comment'> {
  switch (request.kind) {
    case 'offer':
      return readOffer(request)
    case 'keysend':
      return {
        order: { kind: 'keysend', payee: nodeId(request.payee.trim()) },
        amountMsat: positive(msat(request.amountMsat)),
      }
    case 'onchain': {
      const { amountSat } = request
      const target = readAddress(request.address, amountSat)
      return { order: { kind: 'onchain', ...target, amountSat }, amountMsat: satToMsat(amountSat) }
    }
    case 'channel-open':
      return readOpening(request)
    case 'channel-close': {
      const { mode } = request
      if (mode !== 'cooperative' && mode !== 'force')
        throw bad('a channel is closed in one of two ways', 'Say cooperative or force.')
      return {
        order: { kind: 'channel-close', channel: readChannel(request.channel), mode },
        amountMsat: ZERO_MSAT,
      }
    }
    case 'splice-in': {
      const { amountSat } = request
      return {
        order: { kind: 'splice-in', channel: readChannel(request.channel), amountSat },
        amountMsat: ZERO_MSAT,
        capitalMsat: positive(satToMsat(sat(amountSat))),
      }
    }
    case 'splice-out': {
      const { amountSat } = request
      const target = readAddress(request.address, amountSat)
      const channel = readChannel(request.channel)
      return {
        order: { kind: 'splice-out', channel, ...target, amountSat },
        amountMsat: satToMsat(amountSat),
      }
    }
    default:
      throw bad('this wallet knows no such kind of spending', `Say one of: ${KINDS.join(', ')}.`)
  }
}

const KINDS: readonly SpendKind[] = [
  'keysend',
  'offer',
  'onchain',
  'channel-open',
  'channel-close',
  'splice-in',
  'splice-out',
]

function readOpening(
  request: Extract<SpendRequest, { kind: 'channel-open' }>,
): Pick<AskedSpend, 'order' | 'amountMsat' | 'capitalMsat'> {
  const text = request.peer.trim()
  const uri = text.includes('@') ? parseNodeUri(text) : undefined
  const written =
    uri === undefined ? undefined : `${uri.host.includes(':') ? `[${uri.host}]` : uri.host}:${uri.port}`
  const host = request.host ?? written
  const capacityMsat = positive(satToMsat(sat(request.capacitySat)))
  const pushMsat = msat(request.pushMsat ?? ZERO_MSAT)
  if (pushMsat >= capacityMsat)
    throw bad('as much would be given to the peer as the channel holds', 'Push less, or leave it out.')
  return {
    order: {
      kind: 'channel-open',
      peer: uri?.nodeId ?? nodeId(text),
      capacitySat: request.capacitySat,
      pushMsat,
      private: request.private ?? false,
      ...(host === undefined ? {} : { host }),
    },
    amountMsat: pushMsat,
    capitalMsat: msat(capacityMsat - pushMsat),
  }
}

function positive(amountMsat: Msat): Msat {
  if (amountMsat > 0n) return amountMsat
  throw bad('the amount must be above zero', 'Give a positive amount.')
}

function readAddress(text: string, amountSat: Sat): { address: string; networks: readonly Network[] } {
  const { address, type, networks } = parseBitcoinAddress(text)
  positive(satToMsat(sat(amountSat)))
  if (amountSat < DUST_SAT[type])
    throw bad(
      `${amountSat} sat to such an address is dust, which no node passes on`,
      `Send at least ${DUST_SAT[type]} sat.`,
    )
  return { address, networks }
}

function readChannel({ shortChannelId, fundingOutpoint, channelId }: ChannelRef): ChannelRef {
  const channel: ChannelRef = {
    ...(shortChannelId === undefined ? {} : { shortChannelId }),
    ...(fundingOutpoint === undefined ? {} : { fundingOutpoint: fundingOutpoint.toLowerCase() }),
    ...(channelId === undefined ? {} : { channelId: channelId.toLowerCase() }),
  }
  if (Object.keys(channel).length > 0) return channel
  throw bad('no channel is named', 'Give one of the names that the list of channels shows.')
}
