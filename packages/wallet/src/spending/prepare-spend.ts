import { type Capability, type Channel, type ChannelRef, LightningError, supports } from '@lightning-mcp/core'
import { ENDING } from '../dispatch/channel-close.ts'
import { isAlike } from '../dispatch/channel-open.ts'
import { channelNames, listChannels, listOnchain, sameChannel } from '../dispatch/listing.ts'
import { pays } from '../dispatch/onchain.ts'
import type { FeeFacts } from '../limits.ts'
import { channelDestination } from './asked-for.ts'
import { assertNetwork, type Context, type Draft, type PreparedSpend, signalOf } from './draft-spend.ts'
import { worstCloseFeeMsat, worstCoinFeeMsat, worstSpliceOutFeeMsat } from './fee-bound.ts'
import { prepareKeysend, prepareOffer } from './prepare-lightning.ts'
import type { AskedSpend, SpendOrder } from './read-spend.ts'
import type {
  ChannelCloseDetails,
  ChannelOpenDetails,
  OnchainDetails,
  SpendCost,
  SpliceDetails,
} from './spend-plan.ts'
import type { SpendKind } from './spend-request.ts'

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
      return prepareKeysend(order, asked, context)
    case 'offer':
      return prepareOffer(order, asked, context)
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
    fees:
      context.profile.capsOpeningFee === true
        ? { feeLimit: 'enforced' }
        : await coinFees({ amountSat: capacitySat, feeRateSatPerVbyte }, context),
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
  // what comes after a forced close is sent at the node's own rate, whichever was given
  const sweepRate = mode === 'force' ? ((await estimatedRate(context)) ?? 0) : 0
  const { localMsat, spendableMsat, capacitySat, initiator, pendingHtlcs = 0 } = channel
  const details: ChannelCloseDetails = {
    channel: namesOf(channel),
    mode,
    feeRateSatPerVbyte,
    localMsat,
    ...(spendableMsat === undefined ? {} : { spendableMsat }),
    capacitySat,
    ...(initiator === undefined ? {} : { initiator }),
  }
  return {
    destination: channelDestination(channel, order),
    plan: { payee: channel.peer, details: { ...details } },
    channel: namesOf(channel),
    ...(ENDING.includes(channel.state)
      ? { warnings: [{ code: 'other', message: `this channel is ${channel.state} already` }] }
      : {}),
    fees: {
      feeLimit: 'reserve-only',
      worstFeeMsat: worstCloseFeeMsat({
        mode,
        feeRateSatPerVbyte: Math.max(feeRateSatPerVbyte, sweepRate),
        pendingHtlcs,
      }),
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
  const feeRateSatPerVbyte = await spliceRateFor(asked, context)
  const { amountSat } = order
  const { capacitySat, fundingOutpoint } = channel
  const details: SpliceDetails = {
    channel: namesOf(channel),
    amountSat,
    ...(feeRateSatPerVbyte === undefined ? {} : { feeRateSatPerVbyte }),
    capacitySat,
    ...(fundingOutpoint === undefined ? {} : { fundingOutpoint }),
    ...(out ? { address: order.address } : {}),
  }
  return {
    // what is spliced out goes to the address; what is spliced in stays with the peer
    destination: out ? order.address : channelDestination(channel, order),
    plan: {
      ...(out ? {} : { payee: channel.peer }),
      details: { ...details },
    },
    channel: namesOf(channel),
    fees: await spliceFees(order, feeRateSatPerVbyte, context),
  }
}

/** `undefined`: the backend chooses it, and nobody knows or caps what it will cost. */
async function spliceRateFor(asked: AskedSpend, context: Context): Promise<number | undefined> {
  if (context.profile.choosesSpliceFee !== true) return feeRateFor(asked, context)
  if (asked.feeRateSatPerVbyte === undefined) return undefined
  throw new LightningError({
    code: 'unsupported',
    message: 'this wallet’s backend chooses the fee rate of a splice itself',
    hint: 'Leave the fee rate out.',
  })
}

async function spliceFees(
  { kind, amountSat }: Extract<SpendOrder, { kind: 'splice-in' | 'splice-out' }>,
  feeRateSatPerVbyte: number | undefined,
  context: Context,
): Promise<FeeFacts> {
  if (feeRateSatPerVbyte === undefined) return { feeLimit: 'none' }
  return kind === 'splice-out'
    ? { feeLimit: 'reserve-only', worstFeeMsat: worstSpliceOutFeeMsat(feeRateSatPerVbyte) }
    : coinFees({ amountSat, feeRateSatPerVbyte, channelInput: true }, context)
}

/** Nobody limits what coins cost to send, but it can be told beforehand, where they can be seen. */
async function coinFees(order: Parameters<typeof worstCoinFeeMsat>[1], context: Context): Promise<FeeFacts> {
  const utxos = await context.backend.onchain?.listUtxos?.(signalOf(context))
  return utxos === undefined
    ? { feeLimit: 'none' }
    : { feeLimit: 'reserve-only', worstFeeMsat: worstCoinFeeMsat(utxos, order) }
}

/** Blocks within which a transaction should confirm. */
const TARGET_BLOCKS = 6

async function feeRateFor({ feeRateSatPerVbyte }: AskedSpend, context: Context): Promise<number> {
  if (feeRateSatPerVbyte !== undefined) return feeRateSatPerVbyte
  const rate = await estimatedRate(context)
  if (rate !== undefined) return rate
  throw new LightningError({
    code: 'invalid_request',
    message: 'the backend does not estimate on-chain fees, so a fee rate has to be given',
    hint: 'Give the fee rate in sat per virtual byte (sat_per_vbyte).',
  })
}

async function estimatedRate(context: Context): Promise<number | undefined> {
  const estimates = await context.backend.onchain?.estimateFees?.({
    targets: [TARGET_BLOCKS],
    ...signalOf(context),
  })
  const rate = estimates?.[TARGET_BLOCKS]
  return rate !== undefined && Number.isFinite(rate) && rate > 0 ? rate : undefined
}

async function findChannel(ref: ChannelRef, { backend, signal, namesOnRecord }: Context): Promise<Channel> {
  const channels = await listChannels(backend, signal, { closed: true })
  const called = (names: ChannelRef | undefined): Channel | undefined =>
    names === undefined ? undefined : channels.find((candidate) => sameChannel(candidate, names))
  const found = called(ref) ?? called(await namesOnRecord?.(ref))
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
