import { createHash } from 'node:crypto'
import { type LightningEvent, msat } from '@lightning-mcp/core'
import { createFaultPlan, type Fault, withFaults } from '@lightning-mcp/layers'
import { expect, test } from 'vitest'
import { createSimulatedNetwork } from '../src/index.ts'

const hashOf = (secret: string): string =>
  createHash('sha256').update(Buffer.from(secret, 'hex')).digest('hex')

function open() {
  const network = createSimulatedNetwork({ seed: 'faults' })
  const plan = createFaultPlan()
  const bare = network.wallet('alice')
  return { network, plan, bare, alice: withFaults(bare, { plan }) }
}

const pay = async ({ alice, bare }: ReturnType<typeof open>) => {
  const { invoice, paymentHash } = await bare.controls.createTestInvoice({ amountMsat: msat(9000n) })
  return { paymentHash, paying: alice.payInvoice({ invoice, maxFeeMsat: msat(10_000n) }) }
}

test('a call dropped before it is sent leaves no payment', async () => {
  const world = open()
  world.plan.once('payInvoice', { kind: 'drop-before-send' })
  const { paying, paymentHash } = await pay(world)
  await expect(paying).rejects.toMatchObject({ code: 'unavailable', sent: 'no' })
  expect(await world.bare.lookupPayment({ paymentHash })).toBeUndefined()
})

test.each<{ fault: Fault; answer: string }>([
  { fault: { kind: 'drop-after-send' }, answer: 'unknown' },
  { fault: { kind: 'lying-reply' }, answer: 'failed' },
])('after $fault.kind the network knows what became of the payment', async ({ fault, answer }) => {
  const world = open()
  world.plan.once('payInvoice', fault)
  const { paying, paymentHash } = await pay(world)
  expect((await paying).status).toBe(answer)
  expect(await world.bare.lookupPayment({ paymentHash })).toMatchObject({ status: 'settled' })
})

test('a wrong preimage is the reply alone, the network keeps the right one', async () => {
  const world = open()
  world.plan.once('payInvoice', { kind: 'wrong-preimage' })
  const { paying, paymentHash } = await pay(world)
  expect(hashOf((await paying).preimage!)).not.toBe(paymentHash)
  expect(hashOf((await world.bare.lookupPayment({ paymentHash }))!.preimage!)).toBe(paymentHash)
})

test('events are doubled and lost as planned', async () => {
  const world = open()
  world.plan.once('watch', { kind: 'duplicate-event' })
  world.plan.once('watch', { kind: 'missing-event' })
  const events = world.alice.watch({ types: ['payment-settled'] })[Symbol.asyncIterator]()
  const first = events.next()
  const hashes: string[] = []
  for (let index = 0; index < 3; index += 1) {
    const { paying } = await pay(world)
    hashes.push((await paying).paymentHash)
  }
  const told = [await first, await events.next(), await events.next()].map(
    ({ value }: IteratorResult<LightningEvent, void>) =>
      value?.type === 'payment-settled' ? value.payment.paymentHash : undefined,
  )
  expect(told).toEqual([hashes[0], hashes[0], hashes[2]])
})
