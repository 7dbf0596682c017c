import { createSimulatedNetwork } from '@lightning-mcp/backend-simulator'
import { type LightningBackend, LightningError, msat } from '@lightning-mcp/core'
import { onTestFinished } from 'vitest'
import { createWallet } from '../../src/create-wallet.ts'
import type { CreateHoldInvoiceRequest } from '../../src/hold/hold-invoice.ts'
import type { WalletStore } from '../../src/store/wallet-store.ts'
import type { Wallet } from '../../src/wallet.ts'
import type { WalletOptions } from '../../src/wallet-options.ts'
import { newDatabase, openStore } from '../support/stores.ts'
import { rest, TestClock } from '../support/test-clock.ts'
import { temporaryFolder } from '../support/world.ts'

export const MINUTE_MS = 60_000
/** As long as the guardian may take to notice anything. */
export const PATIENCE_MS = 5 * MINUTE_MS

/** What was asked of the node, by whichever process. */
type Asked = { operation: 'create' | 'settle' | 'cancel' }

/** A shop with hold invoices on a simulated network, whose blocks and clock a test moves. */
export class HoldWorld {
  readonly clock = new TestClock()
  readonly network
  readonly asked: Asked[] = []
  readonly alarms: string[] = []
  /** Thrown by every call of the shop's node while set. */
  down: LightningError | undefined
  triedInVain = 0
  /** Of the next call of that kind the answer is lost, or nothing arrives. */
  fault: { operation: Asked['operation']; arrives: boolean } | undefined
  /** What becomes of an answer of the shop's node on its way. */
  altered: (operation: string, answer: unknown) => unknown = (_, answer) => answer
  readonly #folder = temporaryFolder()
  readonly #database = newDatabase(this.#folder)

  constructor() {
    const timers = this.clock.process({ sleeps: false })
    this.network = createSimulatedNetwork({
      seed: 'hold',
      clock: {
        now: () => this.clock.now(),
        setTimeout: (callback, delayMs) => timers.after(delayMs, callback),
      },
    })
    onTestFinished(() => this.network.close())
  }

  get decided(): readonly string[] {
    return this.asked.map(({ operation }) => operation).filter((operation) => operation !== 'create')
  }

  async start(options: Partial<WalletOptions> = {}): Promise<{
    wallet: Wallet
    store: WalletStore
    kill: () => void
  }> {
    const clock = this.clock.process()
    const store = openStore(this.#database)
    let dead = false
    const wallet = createWallet({
      backend: this.#watched(this.network.wallet('shop'), () => dead),
      store,
      clock,
      invoiceKeyFile: `${this.#folder}/invoice-key`,
      log: { info() {}, warn() {}, error: (line) => void this.alarms.push(line) },
      ...options,
    })
    await wallet.start()
    await rest()
    onTestFinished(async () => {
      clock.kill()
      await store.close()
    })
    return {
      wallet,
      store,
      kill: () => {
        dead = true
        clock.kill()
      },
    }
  }

  /** A hold invoice of the shop that somebody pays, up to where it is held. */
  async accepted(wallet: Wallet, request: Partial<CreateHoldInvoiceRequest> = {}) {
    const made = await wallet.createHoldInvoice({
      amountMsat: msat(1_000_000n),
      expirySeconds: 86_400,
      ...request,
    })
    const paid = this.pay(made.invoice ?? '')
    await rest()
    await this.clock.advance(PATIENCE_MS)
    const found = await wallet.lookupInvoice(made)
    const deadline = found?.htlcExpiryHeight
    if (found?.status !== 'accepted' || deadline === undefined) throw new Error('it is not held')
    return { ...made, deadline, paid }
  }

  pay(invoice: string) {
    return this.network
      .wallet('alice')
      .payInvoice({ invoice, maxFeeMsat: msat(10_000n), timeoutSeconds: 3600 })
  }

  /** Mines until so many blocks are left. */
  mineUntil(deadline: number, blocksLeft: number): void {
    const count = deadline - blocksLeft - this.network.blockHeight
    if (count > 0) this.network.mineBlocks(count)
  }

  async payerSays(paymentHash: string) {
    return (await this.network.wallet('alice').lookupPayment({ paymentHash: paymentHash as never }))?.status
  }

  async status(paymentHash: string) {
    return (await this.network.wallet('shop').lookupInvoice({ paymentHash: paymentHash as never }))?.status
  }

  #watched(backend: LightningBackend, dead: () => boolean): LightningBackend {
    const forever = new Promise<never>(() => {})
    const call = async (operation: string, work: () => unknown): Promise<unknown> => {
      if (dead()) return forever
      if (this.down !== undefined) {
        this.triedInVain += 1
        throw this.down
      }
      const { fault } = this
      const isFaulty = fault?.operation === operation
      if (isFaulty) this.fault = undefined
      if (!isFaulty || fault.arrives) {
        if (operation === 'settle' || operation === 'cancel' || operation === 'create')
          this.asked.push({ operation })
        const answer = this.altered(operation, await work())
        if (!isFaulty) return dead() ? forever : answer
      }
      throw new LightningError({ code: 'unavailable', message: 'the answer is lost', sent: 'maybe' })
    }
    const watch = <T extends object>(target: T, path = ''): T =>
      new Proxy(target, {
        get: (of, name) => {
          const value = Reflect.get(of, name)
          if (name === 'hold' && typeof value === 'object' && value !== null) return watch(value, 'hold.')
          if (typeof value !== 'function' || name === 'watch' || name === 'close') return value
          return (...given: unknown[]) =>
            call(path === '' ? `${String(name)}` : String(name), () => value.apply(of, given))
        },
      })
    return watch(backend)
  }
}
