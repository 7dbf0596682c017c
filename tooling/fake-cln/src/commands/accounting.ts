import type { OnchainTransaction } from '@lightning-mcp/core'
import type { SpentCoins } from '../node/coin-book.ts'
import type { FakeNode } from '../node/fake-node.ts'
import type { Commands } from '../rpc/command.ts'
import { exact, given } from '../rpc/exact-json.ts'

const CURRENCY = 'bcrt'
const WALLET = 'wallet'

interface AccountEvent {
  account: string
  type: 'chain' | 'channel' | 'onchain_fee'
  tag: string
  creditMsat?: bigint
  debitMsat?: bigint
  timestamp: number
  more?: Readonly<Record<string, unknown>>
}

/** The bookkeeper plugin. */
export const accountingCommands: Commands = {
  'bkpr-listaccountevents': async (node, params) => {
    const account = params.text('account')
    const paymentId = params.text('payment_id')
    const events = await eventsOf(node)
    return {
      events: events
        .filter(
          (event) =>
            (account === undefined || event.account === account) &&
            (paymentId === undefined ||
              event.more?.['payment_id'] === paymentId ||
              event.more?.['txid'] === paymentId),
        )
        .map(eventLine),
    }
  },

  'bkpr-listbalances': async (node) => {
    const coins = await node.coins.unspent()
    const wallet = coins.reduce((sum: bigint, { amountSat }) => sum + amountSat * 1000n, 0n)
    return {
      accounts: [
        { account: WALLET, balances: [{ balance_msat: exact(wallet), coin_type: CURRENCY }] },
        ...(await node.channels.live()).map((channel) => ({
          account: channel.channelId,
          peer_id: channel.peer,
          we_opened: channel.initiator === 'local',
          account_closed: false,
          account_resolved: false,
          balances: [{ balance_msat: exact(channel.localMsat), coin_type: CURRENCY }],
        })),
      ],
    }
  },

  'bkpr-listincome': async (node) => {
    const events = await eventsOf(node)
    const income: unknown[] = []
    for (const event of events) {
      if (
        event.type === 'chain' &&
        event.tag === 'deposit' &&
        event.account === WALLET &&
        event.more?.['own'] === undefined
      )
        income.push(incomeLine(event, 'deposit', event.creditMsat ?? 0n, 0n))
      const fees = event.more?.['fees_msat']
      if (event.type !== 'channel' || typeof fees !== 'number') continue
      income.push(
        incomeLine(event, 'invoice', event.creditMsat ?? 0n, (event.debitMsat ?? 0n) - BigInt(fees)),
      )
      income.push(incomeLine(event, 'invoice_fee', 0n, BigInt(fees)))
    }
    return { income_events: income }
  },
}

const eventLine = (event: AccountEvent): unknown => {
  const { own: _own, ...more } = event.more ?? {}
  return given({
    account: event.account,
    type: event.type,
    tag: event.tag,
    credit_msat: exact(event.creditMsat ?? 0n),
    debit_msat: exact(event.debitMsat ?? 0n),
    currency: CURRENCY,
    timestamp: event.timestamp,
    ...more,
  })
}

const incomeLine = (event: AccountEvent, tag: string, creditMsat: bigint, debitMsat: bigint): unknown =>
  given({
    account: event.account,
    tag,
    credit_msat: exact(creditMsat),
    debit_msat: exact(debitMsat),
    currency: CURRENCY,
    timestamp: event.timestamp,
    description: event.more?.['description'],
    outpoint: event.more?.['outpoint'],
    payment_id: event.more?.['payment_id'],
  })

async function eventsOf(node: FakeNode): Promise<readonly AccountEvent[]> {
  const chain = (await node.coins.transactions())
    // only what is in a block is booked
    .filter(({ confirmations }) => confirmations > 0)
    .flatMap((transaction) => chainEvents(node, transaction))
  return [...chain, ...channelEvents(node)].sort((a, b) => a.timestamp - b.timestamp)
}

/** Coins in, coins out, what went into a channel, and the fee as what is left. */
function chainEvents(node: FakeNode, transaction: OnchainTransaction): readonly AccountEvent[] {
  const { txId: txid, outputs = [], createdAt = node.now() } = transaction
  const spent = node.coins.spentBy(txid)
  const common = { timestamp: createdAt }
  const blockheight = node.coins.heightOf(transaction)
  const events: AccountEvent[] = []
  for (const { outpoint, amountSat } of spent?.coins ?? [])
    events.push({
      ...common,
      account: WALLET,
      type: 'chain',
      tag: 'withdrawal',
      debitMsat: amountSat * 1000n,
      more: { outpoint, txid, blockheight },
    })
  outputs.forEach(({ amountSat, own }, index) => {
    const isDeposit = own === true || spent?.kind === 'withdraw'
    if (!isDeposit) return
    events.push({
      ...common,
      account: own === true ? WALLET : 'external',
      type: 'chain',
      tag: 'deposit',
      creditMsat: amountSat * 1000n,
      more: {
        ...(own === true ? {} : { origin: WALLET }),
        ...(spent === undefined ? {} : { own: true }),
        outpoint: `${txid}:${index}`,
        blockheight,
      },
    })
  })
  if (spent !== undefined) events.push(...channelMoves(transaction, spent, blockheight, createdAt))
  return events
}

function channelMoves(
  { txId: txid, feeSat = 0n as never }: OnchainTransaction,
  spent: SpentCoins,
  blockheight: number,
  timestamp: number,
): readonly AccountEvent[] {
  const account = spent.channelId ?? WALLET
  const fee: AccountEvent = {
    account: spent.kind === 'withdraw' ? WALLET : account,
    type: 'onchain_fee',
    tag: 'onchain_fee',
    creditMsat: feeSat * 1000n,
    timestamp,
    more: { txid },
  }
  if (spent.kind === 'withdraw') return [fee]
  const moved = spent.channelMsat ?? 0n
  const more = { outpoint: `${txid}:0`, blockheight }
  const move: AccountEvent =
    spent.kind === 'close'
      ? {
          account,
          type: 'chain',
          tag: 'channel_close',
          debitMsat: moved,
          timestamp,
          more: { ...more, outpoint: spent.channelOutpoint, txid },
        }
      : { account, type: 'chain', tag: 'channel_open', creditMsat: moved, timestamp, more }
  return [move, fee]
}

/** What was paid over the channels. Which one carried it the network does not tell: the first is named. */
function channelEvents(node: FakeNode): readonly AccountEvent[] {
  const account = node.channels.anyId() ?? WALLET
  const events: AccountEvent[] = []
  for (const part of node.payments.from(1)) {
    if (part.state !== 'complete') continue
    events.push({
      account,
      type: 'channel',
      tag: 'invoice',
      debitMsat: part.sentMsat,
      timestamp: part.completedAt ?? part.group.createdAt,
      more: {
        fees_msat: exact(part.sentMsat - part.amountMsat),
        payment_id: part.group.paymentHash,
        part_id: part.partId,
        is_rebalance: false,
      },
    })
  }
  for (const row of node.invoices.from(1))
    if (row.state === 'paid')
      events.push({
        account,
        type: 'channel',
        tag: 'invoice',
        creditMsat: row.receivedMsat ?? 0n,
        timestamp: row.paidAt ?? 0,
        more: given({ payment_id: row.paymentHash, description: row.description, is_rebalance: false }),
      })
  return events
}
