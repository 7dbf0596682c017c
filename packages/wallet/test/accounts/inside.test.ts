import { stat } from 'node:fs/promises'
import { LightningError, msat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { auditLedger } from '../../src/ledger/audit.ts'
import { resolveByOwner } from '../../src/spending/resolve-by-owner.ts'
import { INSIDE_STEP, STEPS, type StepName } from '../../src/steps.ts'
import { balanceOf, eventsOf, fundsOf, recompute, SharedWorld } from '../support/shared-world.ts'
import { until } from '../support/test-clock.ts'

/** Where a process may die that pays another account. */
const DEATHS: readonly StepName[] = [
  ...STEPS.filter((step) => step !== 'created' && step !== 'minted'),
  INSIDE_STEP,
]

const code = (wanted: string) => (error: unknown) => LightningError.is(error) && error.code === wanted

async function withTwo() {
  const world = new SharedWorld()
  const owner = await world.start()
  const { store } = owner
  await world.tracked(store, 'alice', 5_000_000n)
  await world.tracked(store, 'bob')
  const alice = await world.start({ account: 'alice' })
  const bob = await world.start({ account: 'bob' })
  return { world, store, owner, alice, bob }
}

type Two = Awaited<ReturnType<typeof withTwo>>

/** Nothing came from nowhere, and nothing was paid twice. */
async function assertMovedOnce({ world, store }: Two, amountMsat: bigint): Promise<void> {
  expect(await balanceOf(store, 'alice')).toMatchObject({
    fundsMsat: 5_000_000n - amountMsat,
    reservedMsat: 0n,
    paidMsat: amountMsat,
    feesMsat: 0n,
  })
  expect(await balanceOf(store, 'bob')).toMatchObject({ fundsMsat: amountMsat, outsideMsat: -amountMsat })
  expect(world.shared.requests).toEqual([])
  await recompute(store)
}

describe('a payment between two accounts', () => {
  test('moves money in the ledger and leaves the node alone', async () => {
    const two = await withTwo()
    const { world, store, alice, bob } = two
    const { invoice, paymentHash } = await world.invoiceOf(bob)
    const paid = await alice.wallet.pay({ destination: invoice })
    expect(paid).toMatchObject({ state: 'settled', feeMsat: 0n, amountMsat: 1_000_000n, maxFeeMsat: 0n })
    await assertMovedOnce(two, 1_000_000n)
    expect(await eventsOf(store, 'bob')).toEqual(['received-inside'])
    expect(await bob.wallet.lookupInvoice({ paymentHash })).toMatchObject({
      status: 'settled',
      receivedMsat: 1_000_000n,
      preimage: paid.preimage,
    })
    // nobody outside can pay it any more
    expect(world.shared.invoices.get(paymentHash)?.status).toBe('canceled')
    expect(world.shared.payFromOutside(paymentHash)).toBe(false)
    for (let i = 0; i < 4; i++) await world.settle(60_000)
    await assertMovedOnce(two, 1_000_000n)
    expect((await bob.wallet.listPayments({ limit: 5 })).items).toMatchObject([
      { status: 'settled', direction: 'incoming', amountMsat: 1_000_000n },
    ])
  })

  test('is replayed, not repeated', async () => {
    const two = await withTwo()
    const { world, alice, bob } = two
    const { invoice: destination } = await world.invoiceOf(bob)
    const calls = await Promise.all([1, 2, 3].map(() => alice.wallet.pay({ destination })))
    expect(calls.filter(({ replayed }) => !replayed)).toHaveLength(1)
    await assertMovedOnce(two, 1_000_000n)
  })

  test('of an invoice without amount takes the payer’s', async () => {
    const two = await withTwo()
    const made = await two.bob.wallet.createInvoice({ expirySeconds: 60, description: '' })
    const paid = await two.alice.wallet.pay({ destination: made.invoice ?? '', amountMsat: msat(70_000n) })
    expect(paid.state).toBe('settled')
    await assertMovedOnce(two, 70_000n)
  })

  test('may take the whole balance, for there is no fee', async () => {
    const two = await withTwo()
    const { invoice } = await two.world.invoiceOf(two.bob, 5_000_000n)
    expect((await two.alice.wallet.pay({ destination: invoice })).state).toBe('settled')
    await assertMovedOnce(two, 5_000_000n)
  })

  test('of an account with its own connection is booked on both sides', async () => {
    const { world, store, owner, bob } = await withTwo()
    const { invoice } = await world.invoiceOf(bob)
    expect((await owner.wallet.pay({ destination: invoice })).state).toBe('settled')
    expect(await fundsOf(store, 'bob')).toBe(1_000_000n)
    expect(await balanceOf(store, 'default')).toMatchObject({ fundsMsat: -1_000_000n, paidMsat: 1_000_000n })
    const back = await world.invoiceOf(owner, 400_000n)
    expect((await bob.wallet.pay({ destination: back.invoice })).state).toBe('settled')
    expect(await fundsOf(store, 'bob')).toBe(600_000n)
    expect(await fundsOf(store, 'default')).toBe(-600_000n)
    await recompute(store)
  })

  test('is held to the limits', async () => {
    const world = new SharedWorld()
    const { store } = await world.start()
    await world.tracked(store, 'alice', 50_000_000n)
    await world.tracked(store, 'bob')
    const bob = await world.start({ account: 'bob' })
    const alice = await world.start({ account: 'alice', limits: { maxPaymentMsat: msat(999_999n) } })
    const { invoice, paymentHash } = await world.invoiceOf(bob)
    await expect(alice.wallet.pay({ destination: invoice })).rejects.toSatisfy(code('budget_exceeded'))
    expect(world.shared.cancels).toEqual([])
    expect(world.shared.payFromOutside(paymentHash)).toBe(true)
  })

  test('above the balance is refused and the invoice stays open', async () => {
    const { world, alice, bob } = await withTwo()
    const { invoice, paymentHash } = await world.invoiceOf(bob, 5_000_001n)
    await expect(alice.wallet.pay({ destination: invoice })).rejects.toSatisfy(code('insufficient_balance'))
    expect(world.shared.payFromOutside(paymentHash)).toBe(true)
  })

  test('of an expired invoice is refused', async () => {
    const { world, alice, bob } = await withTwo()
    const { invoice } = await world.invoiceOf(bob)
    await world.settle(3_600_000)
    await expect(alice.wallet.pay({ destination: invoice })).rejects.toSatisfy(code('invoice_expired'))
  })

  test('that somebody outside has paid moves nothing', async () => {
    const { world, store, alice, bob } = await withTwo()
    const { invoice, paymentHash } = await world.invoiceOf(bob)
    world.shared.payFromOutside(paymentHash)
    const lost = await alice.wallet.pay({ destination: invoice })
    expect(lost).toMatchObject({ state: 'failed', retry: 'never' })
    await world.settle(2_000)
    expect(await fundsOf(store, 'alice')).toBe(5_000_000n)
    expect(await eventsOf(store, 'bob')).toEqual(['received'])
    await expect(bob.wallet.lookupInvoice({ paymentHash })).resolves.toMatchObject({ status: 'settled' })
    // and once the ledger knows, it is refused before anything is reserved
    const { wallet } = await world.start({ account: 'default' })
    await expect(wallet.pay({ destination: invoice })).rejects.toSatisfy(code('already_paid'))
  })

  test.each([
    { name: 'the request is lost', script: 'lose-request' as const, settles: false },
    { name: 'the reply is lost', script: 'lose-reply' as const, settles: true },
  ])('waits for proof where $name', async ({ script, settles }) => {
    const two = await withTwo()
    const { world, store, alice, bob } = two
    const { invoice, paymentHash } = await world.invoiceOf(bob)
    world.shared.cancelScript = script
    const first = await alice.wallet.pay({ destination: invoice, waitSeconds: 0 })
    await world.settle()
    if (settles) return assertMovedOnce(two, 1_000_000n)
    expect(first.state).toBe('dispatched')
    expect(await balanceOf(store, 'alice')).toMatchObject({ reservedMsat: 1_000_000n, paidMsat: 0n })
    expect(await bob.wallet.lookupInvoice({ paymentHash })).toMatchObject({ status: 'accepted' })
    // nor can the owner book one side of it
    await world.settle(1_000)
    const word = { paymentId: first.paymentId, outcome: 'settled' as const, evidence: 'I looked' }
    const byHand = resolveByOwner(store, { ...word, nowMs: world.clock.now() })
    await expect(byHand).rejects.toSatisfy(code('unsupported'))
    world.shared.cancelScript = 'cancel'
    await world.settle(20_000)
    await assertMovedOnce(two, 1_000_000n)
  })

  test('that the node does not cancel fails, and nothing moved', async () => {
    const { world, store, alice, bob } = await withTwo()
    const { invoice, paymentHash } = await world.invoiceOf(bob)
    world.shared.cancelScript = 'refuse'
    const paid = await alice.wallet.pay({ destination: invoice })
    expect(paid).toMatchObject({ state: 'failed', retry: 'same-call' })
    expect(await balanceOf(store, 'alice')).toMatchObject({ fundsMsat: 5_000_000n, reservedMsat: 0n })
    expect(world.shared.payFromOutside(paymentHash)).toBe(true)
  })

  test.each(DEATHS)('is finished after its process died at %s', async (dieAt) => {
    const two = await withTwo()
    const { world, bob } = two
    const { invoice, paymentHash } = await world.invoiceOf(bob)
    const dying = await world.start({ account: 'alice', dieAt })
    void dying.wallet.pay({ destination: invoice }).catch(() => {})
    await world.settle()
    await world.settle(200_000)
    await assertMovedOnce(two, 1_000_000n)
    expect(await bob.wallet.lookupInvoice({ paymentHash })).toMatchObject({ status: 'settled' })
    const again = await (await world.start({ account: 'alice' })).wallet.pay({ destination: invoice })
    expect(again).toMatchObject({ state: 'settled', replayed: true })
    await assertMovedOnce(two, 1_000_000n)
  })

  test('is not begun again while spending is paused', async () => {
    const two = await withTwo()
    const { world, store, owner, bob } = two
    const { invoice, paymentHash } = await world.invoiceOf(bob)
    const dying = await world.start({ account: 'alice', dieAt: 'recorded' })
    void dying.wallet.pay({ destination: invoice }).catch(() => {})
    await world.settle()
    await owner.wallet.pause('alice was talked into something')
    await world.settle(200_000)
    expect(world.shared.cancels).toEqual([])
    expect(await balanceOf(store, 'alice')).toMatchObject({ fundsMsat: 5_000_000n, reservedMsat: 0n })
    expect(world.shared.payFromOutside(paymentHash)).toBe(true)
    await recompute(store)
  })

  test('that had begun is finished while spending is paused', async () => {
    const two = await withTwo()
    const { world, owner, bob } = two
    const { invoice } = await world.invoiceOf(bob)
    const dying = await world.start({ account: 'alice', dieAt: INSIDE_STEP })
    void dying.wallet.pay({ destination: invoice }).catch(() => {})
    await until(() => world.shared.cancels.length > 0)
    await owner.wallet.pause('enough for today')
    await world.settle(200_000)
    await assertMovedOnce(two, 1_000_000n)
  })

  test.each(DEATHS)('and one from outside pay once where the process died at %s', async (dieAt) => {
    const two = await withTwo()
    const { world, store, bob } = two
    const { invoice, paymentHash } = await world.invoiceOf(bob)
    const dying = await world.start({ account: 'alice', dieAt })
    void dying.wallet.pay({ destination: invoice }).catch(() => {})
    const isEarly = dieAt === 'recorded' || dieAt === 'before-send'
    await until(async () =>
      isEarly
        ? (await store.read((reader) => reader.liveIntentByHash(paymentHash))) !== undefined
        : world.shared.cancels.length > 0,
    )
    await world.settle()
    const paidOutside = world.shared.payFromOutside(paymentHash)
    expect(paidOutside).toBe(isEarly)
    await world.settle(200_000)
    if (!paidOutside) return assertMovedOnce(two, 1_000_000n)
    expect(await fundsOf(store, 'alice')).toBe(5_000_000n)
    expect(await eventsOf(store, 'bob')).toEqual(['received'])
    await recompute(store)
  })
})

describe('an invoice of this very node', () => {
  test('that nobody here made is refused before anything is reserved', async () => {
    const { world, store, alice, owner } = await withTwo()
    const { invoice = '' } = await world.shared
      .open()
      .createInvoice({ expirySeconds: 60, amountMsat: msat(1_000n), description: '' })
    for (const { wallet } of [alice, owner])
      await expect(wallet.pay({ destination: invoice })).rejects.toSatisfy(code('self_payment'))
    expect(await eventsOf(store, 'alice')).toEqual(['credited'])
    expect(await eventsOf(store, 'default')).toEqual([])
  })

  test('of the account itself is refused', async () => {
    const { world, alice } = await withTwo()
    const { invoice } = await world.invoiceOf(alice)
    await expect(alice.wallet.pay({ destination: invoice })).rejects.toSatisfy(code('self_payment'))
    expect(world.shared.cancels).toEqual([])
  })

  test('whose preimage another key hides is refused', async () => {
    const { world, bob } = await withTwo()
    const { invoice } = await world.invoiceOf(bob)
    const stranger = await world.start({ account: 'alice', invoiceKeyFile: `${world.invoiceKeyFile}-other` })
    await expect(stranger.wallet.pay({ destination: invoice })).rejects.toSatisfy(code('self_payment'))
    expect(world.shared.cancels).toEqual([])
  })

  test('with the hash of another account’s and another amount is refused', async () => {
    const { world, alice, bob } = await withTwo()
    const { paymentHash } = await world.invoiceOf(bob)
    const kept = world.shared.invoices.get(paymentHash)
    world.shared.invoices.delete(paymentHash)
    const forged = await world.shared
      .open()
      .createInvoice({ expirySeconds: 60, amountMsat: msat(1n), preimage: kept!.secret, description: '' })
    await expect(alice.wallet.pay({ destination: forged.invoice ?? '' })).rejects.toSatisfy(
      code('hash_conflict'),
    )
  })

  test('keeps its preimage out of the database, in a key file for the owner alone', async () => {
    const { world, store, bob } = await withTwo()
    const { paymentHash } = await world.invoiceOf(bob)
    const row = await store.read((reader) => reader.ownInvoice(world.shared.identity, paymentHash))
    const secret = world.shared.invoices.get(paymentHash)!.secret
    expect(row?.sealedPreimage).toMatch(/^v1\./)
    expect(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}` : value))).not.toContain(
      secret,
    )
    const sealed = Buffer.from(row!.sealedPreimage!.split('.')[2]!, 'base64url')
    expect(sealed.includes(Buffer.from(secret, 'hex'))).toBe(false)
    expect((await stat(world.invoiceKeyFile)).mode & 0o777).toBe(0o600)
  })
})

test('the audit finds nothing wrong with what accounts gave, received and paid each other', async () => {
  const { world, store, owner, alice, bob } = await withTwo()
  await alice.wallet.pay({ destination: (await world.invoiceOf(bob)).invoice })
  await bob.wallet.pay({ destination: (await world.invoiceOf(owner, 300_000n)).invoice })
  const { paymentHash } = await world.invoiceOf(bob)
  world.shared.payFromOutside(paymentHash)
  await world.settle(5_000)
  world.shared.scripts.push({ do: 'settle', feeMsat: 4_500_000n })
  await alice.wallet.pay({ destination: world.invoice().invoice })
  expect(await eventsOf(store, 'alice')).toContain('covered')
  const report = await auditLedger({ store, nowMs: world.clock.now() })
  expect(report.findings).toEqual([])
  expect(report.ok).toBe(true)
})
