import { type BackendIdentity, LightningError, msat } from '@lightning-mcp/core'
import { amountText } from '../amount-text.ts'
import type { Connection } from '../backend/connection.ts'
import { type Clock, pause } from '../clock.ts'
import type { Intent, IntentKind } from '../intents/intent.ts'
import { type OnReserved, type SpendingGate, spendingPaused } from '../safety/gates.ts'
import { type ChannelCloseDetails, detailsOf } from '../spending/spend-plan.ts'
import type { StoreReader, WalletStore } from '../store/wallet-store.ts'
import { type AccountHolding, DEFAULT_ACCOUNT } from './account.ts'
import { ACCOUNTS_META, noSuchAccount } from './create-account.ts'
import { readNodeFigure } from './node-figure.ts'
import { freeForOthersMsat, type NodeFigure, shortfallMsat, trackedSums } from './solvency.ts'
import { assertTrackedKind } from './tracked-kinds.ts'

const CHECK_MS = 60_000
/** While tracked accounts are short. */
const CHECK_SHORT_MS = 10_000
/** A shortfall counts once two looks so far apart agree: a payment between two steps is none. */
const CONFIRM_MS = 2_000
/** A figure older than this says nothing. */
const FIGURE_MAX_AGE_MS = 60_000

/** Spending that does not come out of what the node can send over Lightning. */
const NOT_LIGHTNING: readonly IntentKind[] = ['onchain', 'channel-open', 'splice-in']

export interface SolvencyGuardOptions {
  connection: Connection
  store: WalletStore
  clock: Clock
  /** Also for the log. */
  onAlarm: (alarm: string) => void
}

/** Keeps what tracked accounts hold within what the node can spend: before each spend, and on a schedule. */
export class SolvencyGuard {
  readonly #options: SolvencyGuardOptions
  #figure: NodeFigure | undefined
  #reading: Promise<NodeFigure> | undefined
  /** Whether the backend has tracked accounts, as far as this process knows. */
  #isShared: boolean | undefined
  #isShort = false
  readonly #surprises = new WeakSet<object>()
  #cancel: (() => void) | undefined
  #checking: Promise<void> | undefined
  readonly #stopping = new AbortController()

  constructor(options: SolvencyGuardOptions) {
    this.#options = options
  }

  start(): void {
    this.#checking ??= this.#check()
      .catch(() => {})
      .finally(() => {
        this.#checking = undefined
        if (!this.#stopping.signal.aborted)
          this.#cancel = this.#options.clock.after(this.#isShort ? CHECK_SHORT_MS : CHECK_MS, () =>
            this.start(),
          )
      })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#cancel?.()
    await this.#checking
  }

  /** Before a spend: asks the node what it can spend, where others' money lies on it. Never rejects. */
  async prepare(identity: BackendIdentity): Promise<void> {
    try {
      this.#isShared ??= await this.#readShared(identity)
      if (this.#isShared) await this.#read()
    } catch {
      // the gate judges by the last figure, if that is young enough
    }
  }

  /** What somebody else asked the node for just now. */
  note(figure: NodeFigure): void {
    if (this.#figure === undefined || this.#figure.atMs <= figure.atMs) this.#figure = figure
  }

  /** In the transaction that reserves. */
  readonly gate: SpendingGate = {
    name: 'accounts',
    meta: [ACCOUNTS_META],
    check: async (
      store,
      { account, identity, kind, amountMsat, nowMs, meta },
    ): Promise<OnReserved | undefined> => {
      if (!meta.has(ACCOUNTS_META) && account === DEFAULT_ACCOUNT) return undefined
      const holdings = await store.holdingsOn(identity)
      const own = holdings.find(({ name }) => name === account)
      if (own === undefined) await assertKnown(store, account)
      if (own?.closed === true)
        throw spendingPaused(
          `account "${account}" is closed`,
          'Use another account, or ask the owner to make one.',
        )
      this.#isShared = holdings.some((holding) => holding.kind === 'tracked')
      if (!this.#isShared) return undefined
      const isTracked = own?.kind === 'tracked'
      if (isTracked) assertTrackedKind(account, kind)
      if (!isTracked && NOT_LIGHTNING.includes(kind)) return undefined
      // asked whether anything may be spent at all: only what is known counts
      const isQuestion = amountMsat === 0n && kind !== 'channel-close'
      if (isQuestion && this.#figure === undefined) return undefined
      const figure = this.#young(nowMs, isQuestion)
      if (!isTracked) return (writer) => assertNothingOfOthers(writer, identity, figure)
      this.#assertWhole(shortfallMsat({ figure, moves: await store.movesSince(figure.seq), holdings }))
      return (writer) => assertNotBelowZero(writer, account)
    },
  }

  #young(nowMs: number, atAnyAge: boolean): NodeFigure {
    const figure = this.#figure
    const ageMs = Math.abs(nowMs - (figure?.atMs ?? 0))
    if (figure !== undefined && (atAnyAge || ageMs <= FIGURE_MAX_AGE_MS)) return figure
    const refused = new LightningError({
      code: 'unavailable',
      message:
        'the node has not said what it can spend, so it is not sure that every account’s money is there',
      hint: 'Nothing was sent. Try again in a moment; if it stays, the owner has to look at the node.',
      sent: 'no',
      retry: 'after-delay',
    })
    if (figure === undefined) this.#surprises.add(refused)
    throw refused
  }

  /** Does it again where the first tracked account was made since this process last looked: nothing was reserved, and now it knows to ask. */
  async withFigure<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (typeof error === 'object' && error !== null && this.#surprises.has(error)) return work()
      throw error
    }
  }

  #assertWhole(shortMsat: bigint): void {
    if (shortMsat === 0n) return
    // tells the operator, who alone can do something about it
    this.#cancel?.()
    this.start()
    throw spendingPaused(
      'the node has less than its accounts hold together, so none of them may spend for now',
      'The owner has to add funds to the node, or take from an account; then call again.',
    )
  }

  async #readShared(identity: BackendIdentity): Promise<boolean> {
    const holdings = await this.#options.store.read((reader) => reader.holdingsOn(identity))
    return holdings.some(({ kind }) => kind === 'tracked')
  }

  /** The figure as of now; several that ask at once share one answer. */
  #read(): Promise<NodeFigure> {
    const { connection, store, clock } = this.#options
    this.#reading ??= readNodeFigure(
      store,
      () => connection.call((backend) => backend.getBalance({})),
      clock.now(),
    )
      .then((figure) => {
        this.#figure = figure
        return figure
      })
      .finally(() => {
        this.#reading = undefined
      })
    return this.#reading
  }

  async #check(): Promise<void> {
    const { connection, clock } = this.#options
    const { identity } = await connection.ready(this.#stopping.signal)
    this.#isShared = await this.#readShared(identity)
    if (!this.#isShared) return
    let short = await this.#look(identity)
    if (short > 0n && !this.#isShort) {
      await pause(clock, CONFIRM_MS, this.#stopping.signal)
      if (this.#stopping.signal.aborted) return
      short = await this.#look(identity)
    }
    await this.#record(identity, short)
  }

  async #look(identity: BackendIdentity): Promise<bigint> {
    const figure = await this.#read()
    const { store } = this.#options
    return store.read(async (reader) => {
      const moves = await reader.movesSince(figure.seq)
      const holdings = await reader.holdingsOn(identity)
      return shortfallMsat({ figure, moves, holdings })
    })
  }

  /** Alarms once, whichever process saw it first, and says when it is over. */
  async #record(identity: BackendIdentity, shortMsat: bigint): Promise<void> {
    const { store, clock, onAlarm } = this.#options
    const key = `solvency:${identity.kind}:${identity.network}:${identity.id}`
    this.#isShort = shortMsat > 0n
    const state = this.#isShort ? 'short' : 'whole'
    const news = await store.transaction(async (writer) => {
      const known = (await writer.getMeta(key)) ?? 'whole'
      if (known === state) return false
      await writer.setMeta(key, state)
      if (shortMsat === 0n) return true
      const tracked = (await writer.holdingsOn(identity)).filter(({ kind }) => kind === 'tracked')
      for (const { account, detail } of alarmsFor(tracked, shortMsat))
        await writer.insertDecision({
          account,
          atMs: clock.now(),
          verdict: 'alarm',
          code: 'spending_paused',
          destination: '',
          amountMsat: msat(0n),
          maxFeeMsat: msat(0n),
          rules: [{ rule: 'solvency', detail, allowed: false }],
        })
      return true
    })
    if (!news) return
    onAlarm(
      this.#isShort
        ? `the node has ${amountText(msat(shortMsat))} less than its tracked accounts hold; they cannot spend until that is made good`
        : 'the node again has what its tracked accounts hold; they can spend',
    )
  }
}

/** By how much goes to the operator's account alone: it tells of others' balances. */
const alarmsFor = (tracked: readonly AccountHolding[], shortMsat: bigint) => [
  {
    account: DEFAULT_ACCOUNT,
    detail: `the node has ${amountText(msat(shortMsat))} less than its tracked accounts hold`,
  },
  ...tracked
    .filter(({ name }) => name !== DEFAULT_ACCOUNT)
    .map(({ name }) => ({ account: name, detail: 'the node has less than its accounts hold together' })),
]

async function assertKnown(store: StoreReader, account: string): Promise<void> {
  const elsewhere = await store.account(account)
  if (elsewhere === undefined) {
    if (account === DEFAULT_ACCOUNT) return
    throw noSuchAccount(account)
  }
  throw otherBackend(account)
}

export const otherBackend = (account: string): LightningError =>
  new LightningError({
    code: 'not_ready',
    message: `account "${account}" was made on another node or wallet than the one that is connected`,
    hint: 'The owner has to connect that one, or name another account.',
  })

/** After a tracked account has reserved amount and largest fee. The database refuses it as well. */
async function assertNotBelowZero(store: StoreReader, account: string): Promise<void> {
  const { fundsMsat } = await store.balance(account)
  if (fundsMsat >= 0n) return
  throw new LightningError({
    code: 'insufficient_balance',
    message: `amount and largest fee are ${amountText(msat(-fundsMsat))} more than account "${account}" holds`,
    hint: 'Pay less, receive first, or ask the owner to credit the account.',
    sent: 'no',
  })
}

/** What closings under way take out of what can be sent over Lightning: it becomes coins, which are nobody's but the node's. */
const closingMsat = (held: readonly Intent[]): bigint =>
  held
    .filter(({ kind }) => kind === 'channel-close')
    .map((intent) => detailsOf<ChannelCloseDetails>(intent))
    .reduce((sum, { spendableMsat, localMsat }) => sum + (spendableMsat ?? localMsat), 0n)

/** After an account of its own has reserved: what tracked accounts hold must still be there. */
async function assertNothingOfOthers(
  store: StoreReader,
  identity: BackendIdentity,
  figure: NodeFigure,
): Promise<void> {
  const holdings = await store.holdingsOn(identity)
  const { fundsMsat, reservedMsat } = trackedSums(holdings)
  if (fundsMsat + reservedMsat <= 0n) return
  const freeMsat =
    freeForOthersMsat({
      figure,
      moves: await store.movesSince(figure.seq),
      holdings,
      reservedByOthersMsat: await store.reservedByOthers(),
    }) - closingMsat(await store.heldSpends(identity))
  if (freeMsat >= 0n) return
  throw new LightningError({
    code: 'insufficient_balance',
    message: `this is ${amountText(msat(-freeMsat))} more than this node can spend beside the balances of its other accounts, fees and what closing channels take away included`,
    hint: 'Pay less, wait until payments under way are final, or add funds to the node.',
    sent: 'no',
  })
}
