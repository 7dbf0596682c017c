import { LightningError, msat } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { STEPS } from '../src/steps.ts'
import { FakeNode } from './support/fake-node.ts'
import { World } from './support/world.ts'

const LEASE_MS = 15_000
const DAY_MS = 86_400_000

const sums = (world: World): number => Math.max(0, ...world.node.moved.values())

test.each(STEPS.filter((step) => step !== 'created' && step !== 'minted'))(
  'killed at %s, the same call pays once',
  async (dieAt) => {
    const world = new World()
    const first = await world.start({ dieAt })
    const { invoice } = world.invoice()
    void first.wallet.pay({ destination: invoice })
    await world.clock.advance(0)
    expect(world.node.requests).toHaveLength(dieAt === 'recorded' || dieAt === 'before-send' ? 0 : 1)

    const second = await world.start()
    const again = second.wallet.pay({ destination: invoice, waitSeconds: 60 })
    await world.clock.advance(61_000)
    const answer = await again
    expect(answer.replayed).toBe(true)
    if (answer.state === 'failed') {
      // proven that nothing was sent, so the same call may
      expect(answer.retry).toBe('same-call')
      expect((await second.wallet.getBudget()).reservedMsat).toBe(0n)
      expect(await second.wallet.pay({ destination: invoice })).toMatchObject({
        state: 'settled',
        attempt: 2,
      })
    } else expect(answer).toMatchObject({ state: 'settled', attempt: 1 })
    expect(sums(world)).toBe(1)
    expect(await second.wallet.getBudget()).toMatchObject({ reservedMsat: 0n, spentMsat: 1_001_000n })
  },
)

test('a crash is looked up by the next process without being asked', async () => {
  const world = new World()
  const first = await world.start({ dieAt: 'answered' })
  void first.wallet.pay({ destination: world.invoice().invoice })
  await world.clock.advance(0)
  const second = await world.start()
  await world.clock.advance(LEASE_MS + 1_000)
  const open = await second.store.read((reader) => reader.balance('default'))
  expect(open).toMatchObject({ reservedMsat: 0n, paidMsat: 1_000_000n, feesMsat: 1_000n })
})

test('a process that lives keeps its payment to itself', async () => {
  const world = new World()
  world.node.script = { do: 'hang-before' }
  const first = await world.start()
  const second = await world.start()
  const { invoice, paymentHash } = world.invoice()
  void first.wallet.pay({ destination: invoice })
  // three leases long nobody else so much as asks about it
  await world.clock.advance(3 * LEASE_MS)
  expect(await second.wallet.getPayment({ paymentHash })).toMatchObject({ state: 'dispatched' })
  const waited = second.wallet.waitForPayment({ paymentHash, waitSeconds: 40 })
  await world.clock.advance(41_000)
  expect((await waited).payment).toMatchObject({ state: 'dispatched' })
  expect(world.node.lookups).toEqual([])
  first.kill()
  await world.clock.advance(LEASE_MS + 35_000)
  expect(await second.wallet.getPayment({ paymentHash })).toMatchObject({
    state: 'failed',
    retry: 'same-call',
  })
})

test('absence proves nothing before two looks thirty seconds apart', async () => {
  const world = new World()
  world.node.script = { do: 'lose-request' }
  const { wallet } = await world.start()
  const { invoice, paymentHash } = world.invoice()
  await wallet.pay({ destination: invoice, waitSeconds: 0 })
  for (let second = 0; second < 29; second++) {
    await world.clock.advance(1_000)
    expect(await wallet.getPayment({ paymentHash })).toMatchObject({
      state: 'dispatched',
      outcome: 'unknown',
    })
  }
  expect(world.node.lookups.length).toBeGreaterThan(2)
  await world.clock.advance(3_000)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'failed', retry: 'same-call' })
  expect((await wallet.getBudget()).reservedMsat).toBe(0n)
})

test('a payment that turns up late is not called failed', async () => {
  const world = new World()
  world.node.script = { do: 'lose-request' }
  const { wallet } = await world.start()
  const { invoice, paymentHash, preimage } = world.invoice()
  await wallet.pay({ destination: invoice, waitSeconds: 0 })
  await world.clock.advance(10_000)
  world.node.payments.set(paymentHash, { paymentHash, status: 'settled', preimage, feeMsat: msat(5n) })
  await world.clock.advance(30_000)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'settled', feeMsat: 5n })
})

test('a node that forgot our earlier payment proves nothing by forgetting', async () => {
  const world = new World()
  const { wallet } = await world.start()
  const earlier = world.invoice()
  await wallet.pay({ destination: earlier.invoice })
  await world.clock.advance(1_000)
  world.node.script = { do: 'lose-request' }
  const { invoice, paymentHash } = world.invoice()
  await wallet.pay({ destination: invoice, waitSeconds: 0 })
  world.node.payments.delete(earlier.paymentHash)

  await world.clock.jump(DAY_MS)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
  // the longest time lock after the invoice expired
  await world.clock.jump(22 * DAY_MS)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'failed', retry: 'fresh-invoice' })
})

test('an old failure of the hash does not end a new attempt', async () => {
  const world = new World()
  world.node.scripts.push({ do: 'fail' }, { do: 'lose-request' })
  const { wallet } = await world.start()
  const { invoice, paymentHash } = world.invoice()
  await wallet.pay({ destination: invoice })
  await world.clock.advance(5_000)
  expect(await wallet.pay({ destination: invoice, waitSeconds: 0 })).toMatchObject({ attempt: 2 })
  await world.clock.advance(20_000)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'dispatched', attempt: 2 })
  await world.clock.advance(20_000)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'failed', attempt: 2 })
})

test('a failure under another key a moment ago does not end a new payment', async () => {
  const world = new World()
  world.node.scripts.push({ do: 'fail' }, { do: 'late', afterMs: 5_000, outcome: 'settled' })
  const { wallet } = await world.start()
  const { invoice, paymentHash } = world.invoice()
  await wallet.pay({ destination: invoice, idempotencyKey: 'a' })
  // within the same second, which is all that the node's records tell
  await world.clock.advance(100)
  await wallet.pay({ destination: invoice, idempotencyKey: 'b', waitSeconds: 0 })
  await world.clock.advance(3_000)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
  await world.clock.advance(40_000)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'settled' })
})

test('an old failure proves nothing where the node forgot what came between', async () => {
  const world = new World()
  world.node.scripts.push({ do: 'fail' }, { do: 'settle' }, { do: 'lose-reply', outcome: 'settled' })
  const { wallet } = await world.start()
  const { invoice, paymentHash } = world.invoice()
  await wallet.pay({ destination: invoice })
  const backup = new Map(world.node.payments)
  await world.clock.advance(5_000)
  await wallet.pay({ destination: world.invoice().invoice })
  await world.clock.advance(5_000)
  expect(await wallet.pay({ destination: invoice, waitSeconds: 0 })).toMatchObject({ attempt: 2 })
  world.node.payments.clear()
  for (const [hash, payment] of backup) world.node.payments.set(hash, payment)
  await world.clock.advance(120_000)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
})

test('one look proves nothing, not even after a clock that was put right by months', async () => {
  const world = new World()
  world.node.script = { do: 'lose-request' }
  const { wallet } = await world.start()
  const { invoice, paymentHash, preimage } = world.invoice()
  await wallet.pay({ destination: invoice, waitSeconds: 0 })
  await world.clock.jump(90 * DAY_MS)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
  world.node.payments.set(paymentHash, { paymentHash, status: 'settled', preimage, feeMsat: msat(5n) })
  await world.clock.advance(31_000)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'settled' })
})

test('a node that cannot be asked leaves it unknown', async () => {
  const world = new World()
  world.node.script = { do: 'lose-request' }
  const { wallet } = await world.start()
  const { invoice, paymentHash } = world.invoice()
  world.node.scripts.push({
    do: 'throw',
    error: new LightningError({ code: 'protocol_error', message: 'odd' }),
  })
  await wallet.pay({ destination: invoice, waitSeconds: 0 })
  world.node.down = new LightningError({ code: 'unavailable', message: 'gone' })
  await world.clock.jump(DAY_MS)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'dispatched', outcome: 'unknown' })
  world.node.down = undefined
  await world.clock.advance(200_000)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'failed' })
})

test('a stuck payment is resolved days later', async () => {
  const world = new World()
  world.node.script = { do: 'pending' }
  const { wallet } = await world.start()
  const { invoice, paymentHash } = world.invoice()
  await wallet.pay({ destination: invoice, waitSeconds: 0 })
  await world.clock.jump(3 * DAY_MS)
  expect((await wallet.getBudget()).reservedMsat).toBe(1_010_000n)
  world.node.resolve(paymentHash, 'settled')
  await world.clock.jump(DAY_MS)
  expect(await wallet.getBudget()).toMatchObject({ reservedMsat: 0n, spentMsat: 1_001_000n })
})

test('a fee that never becomes final is booked at its largest after 15 days', async () => {
  const world = new World()
  world.node.script = { do: 'settle', feeMsat: 4n, feeProvisional: true }
  const { wallet, store } = await world.start()
  const { paymentHash = '' } = await wallet.pay({ destination: world.invoice().invoice })
  const balance = () => store.read((reader) => reader.balance('default'))
  expect(await balance()).toMatchObject({ reservedMsat: 1_010_000n, feesMsat: 0n })
  for (let day = 0; day < 14; day++) await world.clock.jump(86_400_000)
  const record = () => wallet.getPayment({ paymentHash: paymentHash as never })
  expect(await record()).toMatchObject({ state: 'settled', feeMsat: 4n, feeProvisional: true })
  while ((await record())?.feeProvisional) await world.clock.jump(86_400_000)
  expect(await record()).toMatchObject({ state: 'settled', feeMsat: 10_000n })
  expect(await balance()).toMatchObject({ reservedMsat: 0n, paidMsat: 1_000_000n, feesMsat: 10_000n })
})

test('a provisional fee is asked for until it is final', async () => {
  const world = new World()
  world.node.script = { do: 'settle', feeMsat: 4n, feeProvisional: true }
  const { wallet } = await world.start()
  const { invoice, paymentHash } = world.invoice()
  await wallet.pay({ destination: invoice })
  expect((await wallet.getBudget()).reservedMsat).toBe(1_010_000n)
  const { feeProvisional: _, ...payment } = world.node.payments.get(paymentHash)!
  world.node.payments.set(paymentHash, { ...payment, feeMsat: msat(6n) })
  await world.clock.advance(60_000)
  expect(await wallet.getBudget()).toMatchObject({ reservedMsat: 0n, spentMsat: 1_000_006n })
  expect((await wallet.getPayment({ paymentHash }))?.feeProvisional).toBeUndefined()
})

test('another node is never asked, and spends nothing meanwhile', async () => {
  const world = new World()
  world.node.script = { do: 'lose-request' }
  const first = await world.start()
  const { invoice, paymentHash } = world.invoice()
  await first.wallet.pay({ destination: invoice, waitSeconds: 0 })
  await first.wallet.stop()

  const other = new FakeNode(() => world.clock.now(), { id: 'node-b' })
  const second = await world.start({ node: other })
  await world.clock.jump(DAY_MS)
  expect(other.lookups).toEqual([])
  const record = await second.wallet.getPayment({ paymentHash })
  expect(record).toMatchObject({ state: 'dispatched', warnings: [{ code: 'other' }] })
  expect(await second.wallet.pay({ destination: invoice, waitSeconds: 0 })).toMatchObject({ replayed: true })
  await expect(second.wallet.pay({ destination: world.invoice().invoice })).rejects.toMatchObject({
    code: 'spending_paused',
  })
  expect(other.requests).toEqual([])
  expect(await second.wallet.getBalance()).toMatchObject({ spendableMsat: 100_000_000n })
})

test('a program that slept through its lease does not send', async () => {
  const world = new World()
  let woken = () => {}
  const asleep = new Promise<void>((resolve) => {
    woken = resolve
  })
  const { wallet, kill } = await world.start({
    onStep: (step) => (step === 'before-send' ? asleep : undefined),
  })
  const { invoice } = world.invoice()
  const call = wallet.pay({ destination: invoice, waitSeconds: 60 })
  await world.clock.advance(0)
  // its timers stand still, as in a suspended machine
  kill()
  await world.clock.advance(2 * LEASE_MS)
  woken()
  void call
  await world.clock.advance(0)
  expect(world.node.requests).toEqual([])
})

test('stopping makes what is being sent durable', async () => {
  const world = new World()
  world.node.script = { do: 'hang', outcome: 'pending' }
  const first = await world.start()
  const { invoice, paymentHash } = world.invoice()
  const call = first.wallet.pay({ destination: invoice })
  await world.clock.advance(100)
  const stopped = first.wallet.stop()
  await world.clock.advance(2_000)
  await stopped
  expect(await call).toMatchObject({ state: 'dispatched' })
  await expect(first.wallet.getBalance()).rejects.toMatchObject({ code: 'unavailable' })

  const second = await world.start()
  const intent = await second.store.read((reader) => reader.intentByHash('default', paymentHash))
  // let go at once, so that the next process need not wait for a lease
  expect(intent).toMatchObject({ state: 'dispatched' })
  world.node.resolve(paymentHash, 'settled')
  await world.clock.advance(3_000)
  expect(await second.wallet.getPayment({ paymentHash })).toMatchObject({ state: 'settled' })
})

test('a program that stops before it has sent sends no more', async () => {
  const world = new World()
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const first = await world.start({ onStep: (step) => (step === 'before-send' ? held : undefined) })
  const { invoice, paymentHash } = world.invoice()
  const call = first.wallet.pay({ destination: invoice })
  await world.clock.advance(0)
  const stopped = first.wallet.stop()
  await world.clock.advance(800)
  goOn()
  await world.clock.advance(2_000)
  await stopped
  await call
  expect(world.node.requests).toEqual([])
  const second = await world.start()
  expect(await second.wallet.getPayment({ paymentHash })).toMatchObject({
    state: 'failed',
    retry: 'same-call',
  })
})

test('a look that cannot tell starts the proof of absence again', async () => {
  const world = new World()
  world.node.script = { do: 'lose-request' }
  const { wallet } = await world.start()
  const { invoice, paymentHash } = world.invoice()
  await wallet.pay({ destination: invoice, waitSeconds: 0 })
  await world.clock.advance(3_000)
  world.node.payments.set(paymentHash, { paymentHash, status: 'unknown' })
  await world.clock.advance(28_000)
  world.node.payments.delete(paymentHash)
  await world.clock.advance(25_000)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'dispatched' })
  await world.clock.advance(60_000)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'failed' })
})

test('the history shows what nobody knows, on its first page', async () => {
  const world = new World()
  const { wallet } = await world.start()
  await wallet.pay({ destination: world.invoice().invoice })
  world.node.script = { do: 'lose-request' }
  const lost = await wallet.pay({ destination: world.invoice().invoice, memo: 'lost', waitSeconds: 0 })
  await world.clock.advance(100)
  const { items } = await wallet.listPayments({ limit: 5 })
  expect(items.map(({ status }) => status)).toEqual(['unknown', 'settled'])
  expect(items[0]).toMatchObject({ paymentId: lost.paymentId, memo: 'lost', amountMsat: 1_000_000n })
  for (const narrower of [
    { direction: 'incoming' as const },
    { statuses: ['settled' as const] },
    { cursor: '.bx' },
  ])
    expect((await wallet.listPayments({ limit: 5, ...narrower })).items[0]?.status).toBe('settled')
})
