import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AccountKind } from '../../src/accounts/account.ts'
import { createAccount } from '../../src/accounts/create-account.ts'
import { createWallet } from '../../src/create-wallet.ts'
import type { StepName } from '../../src/steps.ts'
import type { WalletStore } from '../../src/store/wallet-store.ts'
import type { Wallet } from '../../src/wallet.ts'
import type { WalletOptions } from '../../src/wallet-options.ts'
import { FakeNode, type FakeNodeOptions } from './fake-node.ts'
import { type TestInvoice, type TestInvoiceOptions, testInvoice } from './invoices.ts'
import { newDatabase, openFreshStore, openStore } from './stores.ts'
import { rest, TestClock } from './test-clock.ts'

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface TestProcess {
  wallet: Wallet
  store: WalletStore
  /** As `kill -9`: nothing of it goes on. */
  kill(): void
}

/** One database, one clock, one node or several, and wallets that come and go as processes do. */
export class World {
  readonly clock = new TestClock()
  readonly node: FakeNode
  readonly #address: string | undefined
  readonly #memory: WalletStore | undefined

  /** `memory`: all wallets share one store, which outlives them as a file would and keeps nothing where it can. */
  constructor({ memory = false, ...node }: FakeNodeOptions & { memory?: boolean } = {}) {
    this.node = new FakeNode(() => this.clock.now(), node)
    const timers = this.clock.process({ sleeps: false })
    this.node.later = (delayMs, callback) => void timers.after(delayMs, callback)
    if (memory) this.#memory = openFreshStore()
    else this.#address = newDatabase(temporaryFolder())
  }

  /** What `openStore` opens the database by: with SQLite its file. */
  get database(): string {
    if (this.#address === undefined) throw new Error('this world keeps nothing')
    return this.#address
  }

  invoice(options: Partial<TestInvoiceOptions> = {}): TestInvoice {
    const made = testInvoice({ nowMs: this.clock.now(), ...options })
    this.node.secrets.set(made.paymentHash, made.preimage)
    return made
  }

  /** Starts a wallet. `dieAt`: it is killed at that step of a payment. */
  open(
    options: Partial<WalletOptions> & {
      dieAt?: StepName
      node?: FakeNode
      onStep?: WalletOptions['onStep']
    } = {},
  ): TestProcess {
    const { dieAt, node = this.node, ...more } = options
    const clock = this.clock.process()
    const store = this.#memory ?? openStore(this.database)
    let dead = false
    const forever = new Promise<never>(() => {})
    const process: TestProcess = {
      store,
      kill: () => {
        dead = true
        clock.kill()
      },
      wallet: createWallet({
        backend: dying(
          node.open(() => !dead),
          () => dead,
        ),
        store,
        clock,
        onStep: (step) => {
          if (step === dieAt) process.kill()
          return dead ? forever : undefined
        },
        ...more,
      }),
    }
    if (this.#memory === undefined)
      onTestFinished(async () => {
        clock.kill()
        await store.close()
      })
    return process
  }

  /** Makes an account, unless it is there. */
  async makeAccount(
    name: string,
    kind: AccountKind,
    { store, node = this.node }: { store: WalletStore; node?: FakeNode },
  ): Promise<void> {
    if ((await store.read((reader) => reader.account(name))) !== undefined) return
    const { identity } = node.profile
    await createAccount(store, { name, kind, identity, nowMs: this.clock.now() })
  }

  /** The same, started and at rest. An account that is not there is made, with its own connection. */
  async start(options: Parameters<World['open']>[0] = {}): Promise<TestProcess> {
    const process = this.open(options)
    const { account = 'default', node = this.node } = options
    if (account !== 'default') await this.makeAccount(account, 'own', { store: process.store, node })
    await process.wallet.start()
    await rest()
    return process
  }
}

/** Answers of the node that reach nobody once the process is dead. */
function dying<T extends object>(backend: T, dead: () => boolean): T {
  return new Proxy(backend, {
    get(target, name) {
      const value = Reflect.get(target, name)
      // a facet
      if (typeof value === 'object' && value !== null) return dying(value, dead)
      if (typeof value !== 'function') return value
      return async (...given: unknown[]) => {
        const answer = await value.apply(target, given)
        return dead() ? new Promise(() => {}) : answer
      }
    },
  })
}
