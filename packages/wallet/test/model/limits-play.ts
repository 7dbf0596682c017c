import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LightningError, msat } from '@lightning-mcp/core'
import { expect } from 'vitest'
import { createAccount } from '../../src/accounts/create-account.ts'
import { transfer } from '../../src/accounts/transfer.ts'
import type { Intent } from '../../src/intents/intent.ts'
import { auditLedger } from '../../src/ledger/audit.ts'
import { postings } from '../../src/ledger/postings.ts'
import type { StepName } from '../../src/steps.ts'
import type { Script } from '../support/fake-node.ts'
import type { TestInvoice } from '../support/invoices.ts'
import { type TestProcess, World } from '../support/world.ts'
import {
  ACCOUNTS,
  type Asked,
  BUDGET,
  chargeOf,
  FEE_MSAT,
  inMsat,
  OWNER_KEY,
  type PlayLimits,
  PROCESSES,
  pooledInvoice,
  signedPolicy,
  treeOf,
} from './limits-scene.ts'
import { breaches, type Charge, mayRefuse, type ReferenceTree, usageBounds } from './reference.ts'

const LIMIT_CODES = ['budget_exceeded', 'rate_limited']

/** One payment that was asked for, and how many attempts of it were let through so far. */
interface Seen extends Asked {
  invoice: TestInvoice
  attempt: number
  charge?: Charge
}

/** Two accounts in two processes that come and go on one store, a node, and the reference. */
export class LimitsPlay {
  readonly world = new World({ memory: true })
  readonly #folder = mkdtempSync(join(tmpdir(), 'wallet-model-'))
  readonly #policyFile = join(this.#folder, 'policy.json')
  readonly #tree: ReferenceTree
  readonly #creditedMsat: bigint
  readonly #charges: Charge[] = []
  readonly seen: Seen[] = []
  #lateMs = 0
  readonly #processes = new Map<string, TestProcess>()

  constructor(limits: PlayLimits) {
    this.#creditedMsat = inMsat(limits.credited)
    this.#tree = treeOf(limits)
    this.world.node.feeMsat = msat(FEE_MSAT)
    writeFileSync(this.#policyFile, signedPolicy(limits))
    // else it is read again with each payment, because it may still be written to
    utimesSync(this.#policyFile, 1, 1)
  }

  async open(account: string, process: number, dieAt?: StepName): Promise<void> {
    const name = `${account}${process}`
    this.#processes.get(name)?.kill()
    this.#processes.set(
      name,
      await this.world.start({
        account,
        policyFile: this.#policyFile,
        owner: { publicKey: OWNER_KEY, required: false },
        ...(dieAt === undefined ? {} : { dieAt }),
      }),
    )
  }

  async begin(): Promise<void> {
    const { store } = this.world.open()
    const { identity } = this.world.node.profile
    const nowMs = this.world.clock.now()
    for (const name of ACCOUNTS)
      await createAccount(store, { name, kind: name === 'alice' ? 'tracked' : 'own', identity, nowMs })
    const figure = { spendableMsat: msat(100_000_000n), seq: 0, atMs: nowMs }
    await transfer(store, { account: 'alice', amountMsat: this.#creditedMsat, figure, nowMs })
    await this.openAll()
  }

  async openAll(): Promise<void> {
    for (const [account, process] of PROCESSES) await this.open(account, process)
  }

  get #store() {
    const [first] = this.#processes.values()
    if (first === undefined) throw new Error('nothing runs')
    return first.store
  }

  /** Asks for all of them at once, in turn in either process of their account. */
  async pay(asked: readonly (Asked | number)[], script: Script): Promise<void> {
    const { world } = this
    world.node.script = script
    const calls = asked.flatMap((one, index) => {
      const seen = typeof one === 'number' ? this.seen[one % Math.max(1, this.seen.length)] : this.#add(one)
      return seen === undefined ? [] : [{ seen, process: index % 2, code: undefined as string | undefined }]
    })
    const before = new Map(this.#charges.map((charge) => [charge, charge.heldMsat]))
    for (const call of calls) {
      const { account, maxFee, budget, invoice } = call.seen
      this.#processes
        .get(account === 'alice' ? `alice${call.process}` : 'bob0')
        ?.wallet.pay({
          destination: invoice.invoice,
          maxFeeMsat: msat(inMsat(maxFee)),
          waitSeconds: 0,
          ...(budget && account === 'alice' ? { budget: BUDGET } : {}),
        })
        .catch((error: unknown) => {
          expect(LightningError.is(error)).toBe(true)
          call.code = (error as LightningError).code
        })
    }
    await world.clock.advance(0)
    const begun = await this.check()
    const nowMs = world.clock.now()
    for (const charge of begun) expect(breaches(this.#tree, this.#charges, charge)).toEqual([])
    const mostOf = (charge: Charge): bigint => before.get(charge) ?? charge.amountMsat + charge.maxFeeMsat
    for (const { seen, code } of calls) {
      if (code === undefined || !LIMIT_CODES.includes(code)) continue
      const others = this.#charges.filter((charge) => charge !== seen.charge || !begun.includes(charge))
      expect([code, mayRefuse(this.#tree, others, chargeOf(seen, nowMs), mostOf, nowMs)]).toEqual([
        code,
        true,
      ])
    }
  }

  #add(asked: Asked): Seen {
    const invoice = pooledInvoice(asked.amount, this.seen.length)
    this.world.node.secrets.set(invoice.paymentHash, invoice.preimage)
    const seen: Seen = { ...asked, invoice, attempt: 0 }
    this.seen.push(seen)
    return seen
  }

  /** Compares books and reference. Answers what was let through since the last time. */
  async check(): Promise<readonly Charge[]> {
    const { node, clock } = this.world
    for (const times of node.moved.values()) expect(times).toBeLessThanOrEqual(1)
    const begun: Charge[] = []
    const totals = new Map(ACCOUNTS.map((account) => [account, { reservedMsat: 0n, spentMsat: 0n }]))
    const intents = await this.#intents()
    for (const seen of this.seen) {
      const { account, invoice } = seen
      const intent = intents.get(invoice.paymentHash)
      if (intent === undefined) continue
      if (intent.attempt !== seen.attempt && intent.state !== 'created') {
        seen.attempt = intent.attempt
        seen.charge = chargeOf(seen, clock.now())
        begun.push(seen.charge)
        this.#charges.push(seen.charge)
      }
      const { charge } = seen
      if (charge === undefined) continue
      const sum = totals.get(account) ?? { reservedMsat: 0n, spentMsat: 0n }
      const whole = charge.amountMsat + charge.maxFeeMsat
      const truth = node.payments.get(invoice.paymentHash)?.status
      charge.heldMsat = whole
      if (intent.state === 'dispatched') sum.reservedMsat += whole
      else if (intent.state === 'settled') {
        expect(truth).toBe('settled')
        // until the fee is final the whole is kept
        if (intent.feeProvisional) sum.reservedMsat += whole
        else {
          charge.heldMsat = charge.amountMsat + FEE_MSAT
          sum.spentMsat += charge.heldMsat
        }
      } else {
        expect(node.moved.get(invoice.paymentHash) ?? 0).toBe(0)
        charge.heldMsat = 0n
      }
      expect(sumOf(postings(intent))).toBe(charge.heldMsat)
    }
    for (const account of ACCOUNTS) {
      const { fundsMsat, reservedMsat, paidMsat, feesMsat } = await this.#store.read((reader) =>
        reader.balance(account),
      )
      const held = totals.get(account)
      expect({ reservedMsat, spentMsat: paidMsat + feesMsat }).toEqual(held)
      const credited = account === 'alice' ? this.#creditedMsat : 0n
      expect(fundsMsat).toBe(credited - reservedMsat - paidMsat - feesMsat)
      if (account === 'alice') expect(fundsMsat).toBeGreaterThanOrEqual(0n)
    }
    await this.#checkUsage()
    return begun
  }

  /** Every window is as long as it says, or longer by one step. */
  async #checkUsage(): Promise<void> {
    const nowMs = this.world.clock.now()
    for (const scope of Object.keys(this.#tree)) {
      const usage = await this.#store.read((reader) => reader.usage(scope, nowMs))
      const bounds = usageBounds(this.#charges, scope, nowMs)
      const used = {
        hour: usage.hourMsat,
        day: usage.dayMsat,
        lifetime: usage.lifetimeMsat,
        minute: BigInt(usage.minuteCount),
      }
      for (const [name, [least, most]] of Object.entries(bounds)) {
        const is = used[name as keyof typeof used]
        if (is < least || is > most) expect({ scope, name, is }).toEqual({ scope, name, least, most })
      }
    }
  }

  /** Each hash is asked for by one account only. */
  async #intents(): Promise<ReadonlyMap<string | undefined, Intent>> {
    const found = await Promise.all(
      ACCOUNTS.map((account) => {
        const own = this.seen.filter((seen) => seen.account === account)
        const hashes = own.map(({ invoice }) => invoice.paymentHash)
        return this.#store.read((reader) => reader.intentsByHashes(account, hashes))
      }),
    )
    return new Map(found.flat().map((intent) => [intent.paymentHash, intent]))
  }

  /** Time passes; a long one is slept through. */
  async wait(ms: number): Promise<void> {
    const { clock } = this.world
    if (ms <= 100_000) return clock.advance(ms)
    // nobody is asked about a fee for ever
    this.#feesBecomeFinal()
    await clock.jump(ms)
  }

  /** Until just before a charge leaves a window, or until it has surely left. */
  async waitForEdge(which: number, windowMs: number, offsetMs: number): Promise<void> {
    const charge = this.#charges[which % Math.max(1, this.#charges.length)]
    const untilMs = (charge?.atMs ?? 0) + windowMs + offsetMs
    await this.wait(Math.max(0, untilMs - this.world.clock.now()))
  }

  #feesBecomeFinal(): void {
    const { payments } = this.world.node
    for (const [hash, { feeProvisional: _, ...payment }] of payments) payments.set(hash, payment)
  }

  /** A clock that went wrong and was put right. */
  async clockBack(ms: number): Promise<void> {
    this.#lateMs += ms
    await this.world.clock.back(ms)
  }

  async resolve(which: number, status: 'settled' | 'failed'): Promise<void> {
    const { node } = this.world
    const pending = [...node.payments.values()].filter((payment) => payment.status === 'pending')
    const hash = pending[which % Math.max(1, pending.length)]?.paymentHash
    if (hash !== undefined) node.resolve(hash, status)
  }

  async ask(which: number): Promise<void> {
    const seen = this.seen[which % Math.max(1, this.seen.length)]
    if (seen === undefined) return
    const { paymentHash } = seen.invoice
    void this.#processes.get(`${seen.account}0`)?.wallet.getPayment({ paymentHash })
    await this.world.clock.advance(0)
  }

  /** All under way ends: nothing stays reserved, what is booked is what moved, and the journal adds up. */
  async end(): Promise<void> {
    const { node, clock } = this.world
    await clock.advance(60_000)
    for (const process of this.#processes.values()) process.kill()
    // what a dead process had in hand when the clock went back is its own until then
    await clock.jump(this.#lateMs)
    for (const { status, paymentHash } of node.payments.values())
      if (status === 'pending') node.resolve(paymentHash, 'settled')
    this.#feesBecomeFinal()
    await this.openAll()
    for (let i = 0; i < 6; i++) await clock.advance(40_000)
    for (let i = 0; i < 3; i++) await clock.jump(4_000_000)
    await this.check()
    for (const account of ACCOUNTS) {
      const { reservedMsat, paidMsat, feesMsat } = await this.#store.read((reader) => reader.balance(account))
      const moved = this.seen
        .filter(
          ({ account: whose, invoice }) => whose === account && node.moved.get(invoice.paymentHash) === 1,
        )
        .reduce((sum, { amount }) => sum + inMsat(amount) + FEE_MSAT, 0n)
      expect({ reservedMsat, spentMsat: paidMsat + feesMsat }).toEqual({ reservedMsat: 0n, spentMsat: moved })
    }
    const audit = await auditLedger({ store: this.#store, nowMs: clock.now() })
    expect(audit.findings).toEqual([])
    expect(audit.balances.reduce((sum, { fundsMsat }) => sum - fundsMsat, this.#creditedMsat)).toBe(
      this.#charges.reduce((sum, { heldMsat }) => sum + heldMsat, 0n),
    )
  }

  async close(): Promise<void> {
    for (const process of this.#processes.values()) process.kill()
    if (this.#processes.size > 0) await this.#store.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

const sumOf = ({ reservedMsat, paidMsat, feesMsat, capitalMsat }: ReturnType<typeof postings>): bigint =>
  reservedMsat + paidMsat + feesMsat + capitalMsat
