import { randomBytes } from 'node:crypto'
import {
  type BackendProfile,
  type Capability,
  type Channel,
  type ChannelRef,
  cleanText,
  type LightningBackend,
  LightningError,
  type Msat,
  type Preimage,
  supports,
} from '@lightning-mcp/core'
import { isAlike } from '../dispatch/channel-open.ts'
import { hashOf } from '../dispatch/keysend.ts'
import { channelName, channelNames, listChannels, listOnchain, sameChannel } from '../dispatch/listing.ts'
import { pays } from '../dispatch/onchain.ts'
import type { FeeFacts } from '../limits.ts'
import { worstCloseFeeMsat, worstCoinFeeMsat, worstSpliceOutFeeMsat } from './fee-bound.ts'
import { offerDestination } from './read-offer.ts'
import type { AskedSpend, SpendOrder } from './read-spend.ts'
import type {
  ChannelCloseDetails,
  ChannelOpenDetails,
  KeysendDetails,
  OfferDetails,
  OnchainDetails,
  SpendCost,
  SpendPlan,
  SpliceDetails,
} from './spend-plan.ts'
import type { SpendKind } from './spend-request.ts'

/** An order with all that has to be known, and recorded, before it is sent. */
export interface PreparedSpend {
  /** In canonical form. */
  destination: string
  plan: SpendPlan
  /** The channel that it changes. */
  channel?: ChannelRef
}

interface Draft extends PreparedSpend {
  fees: FeeFacts
  feeBaseMsat?: Msat
}

interface Context {
  nowMs: number
  backend: LightningBackend
  profile: BackendProfile
  signal: AbortSignal | undefined
}

const NEEDS: Readonly<Record<SpendKind, readonly Capability[]>> = {
  keysend: ['keysend.send'],
  offer: ['offers.pay'],
  onchain: ['onchain.send'],
  'channel-open': ['channels.open'],
  // what is to be closed or resized has to be seen first
  'channel-close': ['channels.close', 'channels.list'],
  'splice-in': ['splicing.spliceIn', 'channels.list'],
  'splice-out': ['splicing.spliceOut', 'channels.list'],
}

/** Asks the backend for what an order depends on. Changes nothing, sends nothing. */
export async function prepareSpend(asked: AskedSpend, context: Context): Promise<PreparedSpend> {
  const { order } = asked
  const missing = NEEDS[order.kind].find((name) => !supports(context.profile.capabilities, name))
  if (missing !== undefined)
    throw new LightningError({
      code: 'unsupported',
      message: `this wallet’s backend or its credential cannot do ${missing}`,
      hint: 'The owner has to give it a credential that may, or connect another backend.',
    })
  const { fees, feeBaseMsat, plan, ...prepared } = await draft(asked, context)
  const cost: SpendCost = { fees, ...(feeBaseMsat === undefined ? {} : { feeBaseMsat }) }
  return { ...prepared, plan: { ...plan, details: { ...plan.details, ...cost } } }
}

async function draft(asked: AskedSpend, context: Context): Promise<Draft> {
  const { order } = asked
  switch (order.kind) {
    case 'keysend':
      return keysend(order, asked, context)
    case 'offer':
      return offer(order, asked, context)
    case 'onchain':
      return onchain(order, asked, context)
    case 'channel-open':
      return channelOpen(order, asked, context)
    case 'channel-close':
      return channelClose(order, asked, context)
    default:
      return splice(order, asked, context)
  }
}

const options = ({ signal }: Context) => (signal === undefined ? {} : { signal })

/** What the backend says about the fee of a payment over Lightning. */
async function lightningFees({ amountMsat }: AskedSpend, context: Context): Promise<FeeFacts> {
  const { backend, profile } = context
  const { feeLimit } = profile
  const worstFeeMsat =
    feeLimit === 'reserve-only'
      ? await backend.estimateWorstFee?.({ amountMsat, ...options(context) })
      : undefined
  return { feeLimit, ...(worstFeeMsat === undefined ? {} : { worstFeeMsat }) }
}

async function offer(
  { offer }: Extract<SpendOrder, { kind: 'offer' }>,
  asked: AskedSpend,
  context: Context,
): Promise<Draft> {
  assertNetwork(offer, context.profile, 'offer')
  const { offerId, issuerId, description, amountMsat, expiresAt } = offer
  if (expiresAt !== undefined && expiresAt * 1000 <= context.nowMs)
    throw new LightningError({
      code: 'invoice_expired',
      message: 'the offer has expired',
      hint: 'Ask the recipient for a fresh offer.',
    })
  const fetches = supports(context.profile.capabilities, 'offers.fetchInvoice')
  const before = fetches
    ? undefined
    : ((await context.backend.offers?.listPayments?.({ offer: offer.offer, ...options(context) })) ?? [])
  const details: OfferDetails = {
    offer: offer.offer,
    offerId,
    hasAmount: amountMsat !== undefined,
    ...(before === undefined ? {} : { known: before.map(({ paymentHash }) => paymentHash) }),
  }
  return {
    destination: offerDestination(offer),
    plan: {
      ...(issuerId === undefined ? {} : { payee: issuerId }),
      ...(description === undefined ? {} : { description: cleanText(description) }),
      ...(fetches ? { mints: true as const } : {}),
      details: { ...details },
    },
    fees: await lightningFees(asked, context),
  }
}

async function keysend(
  { payee }: Extract<SpendOrder, { kind: 'keysend' }>,
  asked: AskedSpend,
  context: Context,
): Promise<Draft> {
  const { profile } = context
  const fees = await lightningFees(asked, context)
  if (profile.keysendChoosesPreimage === true) {
    const details: KeysendDetails = profile.keepsPaymentLabels === true ? { labelled: true } : {}
    return { destination: payee, plan: { payee, details: { ...details } }, fees }
  }
  const preimage = randomBytes(32).toString('hex') as Preimage
  return {
    destination: payee,
    plan: { payee, paymentHash: hashOf(preimage), details: { preimage } },
    fees,
  }
}

async function onchain(
  order: Extract<SpendOrder, { kind: 'onchain' }>,
  asked: AskedSpend,
  context: Context,
): Promise<Draft> {
  const { address, amountSat } = order
  assertNetwork(order, context.profile)
  const feeRateSatPerVbyte = await feeRateFor(asked, context)
  const labelled = context.profile.keepsLabels === true
  const before = labelled ? [] : await listOnchain(context.backend, context.signal)
  const details: OnchainDetails = {
    address,
    amountSat,
    feeRateSatPerVbyte,
    labelled,
    known: before.filter((transaction) => pays(transaction, address, amountSat)).map(({ txId }) => txId),
  }
  return {
    destination: address,
    plan: { details: { ...details } },
    fees: await coinFees({ amountSat, feeRateSatPerVbyte }, context),
  }
}

async function channelOpen(
  order: Extract<SpendOrder, { kind: 'channel-open' }>,
  asked: AskedSpend,
  context: Context,
): Promise<Draft> {
  const { kind: _, ...terms } = order
  const { peer, capacitySat } = order
  const feeRateSatPerVbyte = await feeRateFor(asked, context)
  const labelled = context.profile.keepsLabels === true
  const before = labelled ? [] : await listChannels(context.backend, context.signal, { closed: true })
  const details: ChannelOpenDetails = {
    ...terms,
    feeRateSatPerVbyte,
    labelled,
    known: before.filter((channel) => isAlike(channel, peer, capacitySat)).flatMap(channelNames),
  }
  return {
    destination: peer,
    plan: {
      payee: peer,
      details: { ...details },
    },
    fees: await coinFees({ amountSat: capacitySat, feeRateSatPerVbyte }, context),
  }
}

async function channelClose(
  order: Extract<SpendOrder, { kind: 'channel-close' }>,
  asked: AskedSpend,
  context: Context,
): Promise<Draft> {
  const { mode } = order
  const channel = await findChannel(order.channel, context)
  const feeRateSatPerVbyte = await feeRateFor(asked, context)
  const { localMsat, initiator, pendingHtlcs = 0 } = channel
  const details: ChannelCloseDetails = {
    channel: namesOf(channel),
    mode,
    feeRateSatPerVbyte,
    localMsat,
    ...(initiator === undefined ? {} : { initiator }),
  }
  return {
    // a forced close may follow a cooperative one that the peer does not answer
    destination: `${destinationOf(channel)}${mode === 'force' ? '?force' : ''}`,
    plan: { payee: channel.peer, details: { ...details } },
    channel: namesOf(channel),
    fees: {
      feeLimit: 'reserve-only',
      worstFeeMsat: worstCloseFeeMsat({ mode, feeRateSatPerVbyte, pendingHtlcs }),
    },
    feeBaseMsat: localMsat,
  }
}

async function splice(
  order: Extract<SpendOrder, { kind: 'splice-in' | 'splice-out' }>,
  asked: AskedSpend,
  context: Context,
): Promise<Draft> {
  const out = order.kind === 'splice-out'
  if (out) assertNetwork(order, context.profile)
  const channel = await findChannel(order.channel, context)
  const feeRateSatPerVbyte = await feeRateFor(asked, context)
  const { amountSat } = order
  const { capacitySat, fundingOutpoint } = channel
  const details: SpliceDetails = {
    channel: namesOf(channel),
    amountSat,
    feeRateSatPerVbyte,
    capacitySat,
    ...(fundingOutpoint === undefined ? {} : { fundingOutpoint }),
    ...(out ? { address: order.address } : {}),
  }
  const worstFeeMsat = worstSpliceOutFeeMsat(feeRateSatPerVbyte)
  return {
    // what is spliced out goes to the address; what is spliced in stays with the peer
    destination: out ? order.address : destinationOf(channel),
    plan: {
      ...(out ? {} : { payee: channel.peer }),
      details: { ...details },
    },
    channel: namesOf(channel),
    fees: out
      ? { feeLimit: 'reserve-only', worstFeeMsat }
      : await coinFees({ amountSat, feeRateSatPerVbyte, channelInput: true }, context),
  }
}

/** Nobody limits what coins cost to send, but it can be told beforehand, where they can be seen. */
async function coinFees(order: Parameters<typeof worstCoinFeeMsat>[1], context: Context): Promise<FeeFacts> {
  const utxos = await context.backend.onchain?.listUtxos?.(options(context))
  return utxos === undefined
    ? { feeLimit: 'none' }
    : { feeLimit: 'reserve-only', worstFeeMsat: worstCoinFeeMsat(utxos, order) }
}

/** Blocks within which a transaction should confirm. */
const TARGET_BLOCKS = 6

async function feeRateFor({ feeRateSatPerVbyte }: AskedSpend, context: Context): Promise<number> {
  if (feeRateSatPerVbyte !== undefined) return feeRateSatPerVbyte
  const estimates = await context.backend.onchain?.estimateFees?.({
    targets: [TARGET_BLOCKS],
    ...options(context),
  })
  const rate = estimates?.[TARGET_BLOCKS]
  if (rate !== undefined && Number.isFinite(rate) && rate > 0) return rate
  throw new LightningError({
    code: 'invalid_request',
    message: 'the backend does not estimate on-chain fees, so a fee rate has to be given',
    hint: 'Give the fee rate in sat per virtual byte.',
  })
}

function assertNetwork(
  { networks }: { networks: readonly BackendProfile['identity']['network'][] },
  { identity }: BackendProfile,
  what: 'address' | 'offer' = 'address',
): void {
  if (networks.includes(identity.network)) return
  throw new LightningError({
    code: 'wrong_network',
    message: `the ${what} is one of ${networks.join(' or ') || 'no known network'}, and this wallet is on ${identity.network}`,
    hint: `Ask the recipient for an ${what} on ${identity.network}.`,
  })
}

async function findChannel(ref: ChannelRef, { backend, signal }: Context): Promise<Channel> {
  const found = (await listChannels(backend, signal, { closed: true })).find((candidate) =>
    sameChannel(candidate, ref),
  )
  if (found !== undefined) return found
  throw new LightningError({
    code: 'not_found',
    message: 'this wallet has no such channel',
    hint: 'List the channels and give one of their names.',
    sent: 'no',
  })
}

const namesOf = ({ shortChannelId, fundingOutpoint, channelId }: Channel): ChannelRef => ({
  ...(shortChannelId === undefined ? {} : { shortChannelId }),
  ...(fundingOutpoint === undefined ? {} : { fundingOutpoint }),
  ...(channelId === undefined ? {} : { channelId }),
})

const destinationOf = (channel: Channel): string => `channel:${channelName(channel)}`
