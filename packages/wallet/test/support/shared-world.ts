import { type Invoice, msat, type PaymentHash } from '@lightning-mcp/core'
import { createAccount } from '../../src/accounts/create-account.ts'
import { readNodeFigure } from '../../src/accounts/node-figure.ts'
import { transfer } from '../../src/accounts/transfer.ts'
import type { Decision } from '../../src/intents/intent.ts'
import { auditLedger } from '../../src/ledger/audit.ts'
import type { WalletStore } from '../../src/store/wallet-store.ts'
import { SharedNode } from './shared-node.ts'
import { rest } from './test-clock.ts'
import { type TestProcess, temporaryFolder, World } from './world.ts'

/** A node with a ledger on which accounts are made, and the wallets of any of them. */
export class SharedWorld extends World {
  readonly shared: SharedNode
  /** All processes see one data folder. */
  readonly invoiceKeyFile = `${temporaryFolder()}/invoice-key`

  constructor({ fundedMsat = 1_000_000_000n, memory = true } = {}) {
    super({ memory })
    this.shared = new SharedNode(() => this.clock.now(), { fundedMsat })
    this.shared.later = this.node.later
    // invoices of somebody else are known to both
    for (const [hash, secret] of this.node.secrets) this.shared.secrets.set(hash, secret)
  }

  override invoice(...given: Parameters<World['invoice']>) {
    const made = super.invoice(...given)
    this.shared.secrets.set(made.paymentHash, made.preimage)
    return made
  }

  override open(options: Parameters<World['open']>[0] = {}): TestProcess {
    return super.open({ node: this.shared, invoiceKeyFile: this.invoiceKeyFile, ...options })
  }

  override start(options: Parameters<World['start']>[0] = {}): Promise<TestProcess> {
    return super.start({ node: this.shared, ...options })
  }

  /** A tracked account that holds so much. */
  async tracked(store: WalletStore, name: string, holdsMsat = 0n): Promise<void> {
    const nowMs = this.clock.now()
    await createAccount(store, { name, kind: 'tracked', identity: this.shared.identity, nowMs })
    if (holdsMsat > 0n) await this.give(store, name, holdsMsat)
  }

  async give(store: WalletStore, account: string, amountMsat: bigint): Promise<void> {
    const nowMs = this.clock.now()
    const backend = this.shared.open()
    const figure = await readNodeFigure(store, () => backend.getBalance({}), nowMs)
    await transfer(store, { account, amountMsat, figure, nowMs })
  }

  /** An invoice that an account made. */
  async invoiceOf(
    { wallet }: TestProcess,
    amountMsat: bigint | undefined = 1_000_000n,
  ): Promise<MadeInvoice> {
    const made = await wallet.createInvoice({
      expirySeconds: 3600,
      description: 'between friends',
      ...(amountMsat === undefined ? {} : { amountMsat: msat(amountMsat) }),
    })
    return { ...made, invoice: made.invoice ?? '' }
  }

  /** Lets what is due happen. */
  async settle(ms = 0): Promise<void> {
    await this.clock.advance(ms)
    await rest()
  }
}

export type MadeInvoice = Invoice & { invoice: string; paymentHash: PaymentHash }

export const fundsOf = (store: WalletStore, account: string): Promise<bigint> =>
  store.read(async (reader) => (await reader.balance(account)).fundsMsat)

export const balanceOf = (store: WalletStore, account: string) =>
  store.read((reader) => reader.balance(account))

export const eventsOf = (store: WalletStore, account: string): Promise<readonly string[]> =>
  store.read(async (reader) =>
    (await reader.journalAfter(0, 1_000)).filter((row) => row.account === account).map(({ event }) => event),
  )

export const alarmsOf = (store: WalletStore, account: string): Promise<readonly Decision[]> =>
  store.read(async (reader) =>
    (await reader.decisions(account, 100)).filter(({ verdict }) => verdict === 'alarm'),
  )

/** Recomputes everything that follows from the journal, and the journal's own chain. */
export async function recompute(store: WalletStore): Promise<void> {
  // as of the beginning of time nothing has left its window, so all of it is checked
  const { findings } = await auditLedger({ store, nowMs: 0 })
  if (findings.length > 0) throw new Error(findings.map(({ message }) => message).join('\n'))
}
