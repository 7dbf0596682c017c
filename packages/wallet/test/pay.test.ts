import { LightningError, msat } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import type { PaymentOutcome } from '../src/wallet.ts'
import type { Script } from './support/fake-node.ts'
import { randomPreimage } from './support/invoices.ts'
import { World } from './support/world.ts'

const refusal = (code: 'unavailable' | 'no_route' | 'invalid_invoice') =>
  new LightningError({ code, message: 'refused by the node' })

interface Case {
  name: string
  script: Script
  expected: Partial<PaymentOutcome> | { throws: string }
  reservedMsat: bigint
  spentMsat: bigint
  /** What the same call does again. */
  again: 'replays' | 'sends'
}

const RESERVED = 1_010_000n

const cases: readonly Case[] = [
  {
    name: 'settled with its fee',
    script: { do: 'settle', feeMsat: 7n },
    expected: { state: 'settled', feeMsat: msat(7n) },
    reservedMsat: 0n,
    spentMsat: 1_000_007n,
    again: 'replays',
  },
  {
    name: 'settled without proof is settled with a warning',
    script: { do: 'settle', preimage: null },
    expected: {
      state: 'settled',
      warnings: [{ code: 'unproven', message: 'the backend gave no proof of payment' }],
    },
    reservedMsat: 0n,
    spentMsat: 1_001_000n,
    again: 'replays',
  },
  {
    name: 'settled with a wrong preimage stays unknown',
    script: { do: 'settle', preimage: randomPreimage() },
    expected: { state: 'dispatched', outcome: 'unknown' },
    reservedMsat: RESERVED,
    spentMsat: 0n,
    again: 'replays',
  },
  {
    name: 'a fee that may still grow keeps the reservation',
    script: { do: 'settle', feeMsat: 7n, feeProvisional: true },
    expected: { state: 'settled', feeMsat: msat(7n), feeProvisional: true },
    reservedMsat: RESERVED,
    spentMsat: 0n,
    again: 'replays',
  },
  {
    name: 'a fee above the limit is booked in full',
    script: { do: 'settle', feeMsat: 50_000n },
    expected: { state: 'settled', feeMsat: msat(50_000n) },
    reservedMsat: 0n,
    spentMsat: 1_050_000n,
    again: 'replays',
  },
  {
    name: 'failed releases, and the same call sends again',
    script: { do: 'fail' },
    expected: { state: 'failed', failure: { reason: 'no_route' }, retry: 'same-call' },
    reservedMsat: 0n,
    spentMsat: 0n,
    again: 'sends',
  },
  {
    name: 'failed with a burnt hash asks for a fresh invoice',
    script: { do: 'fail', sameHashRetryable: false },
    expected: { state: 'failed', retry: 'fresh-invoice' },
    reservedMsat: 0n,
    spentMsat: 0n,
    again: 'replays',
  },
  {
    name: 'pending stays reserved',
    script: { do: 'pending' },
    expected: { state: 'dispatched', outcome: 'pending' },
    reservedMsat: RESERVED,
    spentMsat: 0n,
    again: 'replays',
  },
  {
    name: 'a lost request is unknown',
    script: { do: 'lose-request' },
    expected: { state: 'dispatched', outcome: 'unknown' },
    reservedMsat: RESERVED,
    spentMsat: 0n,
    again: 'replays',
  },
  {
    name: 'a lost reply is looked up at once',
    script: { do: 'lose-reply', outcome: 'settled' },
    expected: { state: 'settled' },
    reservedMsat: 0n,
    spentMsat: 1_001_000n,
    again: 'replays',
  },
  {
    name: 'a lost reply of a payment under way is pending',
    script: { do: 'lose-reply', outcome: 'pending' },
    expected: { state: 'dispatched', outcome: 'pending' },
    reservedMsat: RESERVED,
    spentMsat: 0n,
    again: 'replays',
  },
  {
    name: 'an error that says nothing was sent is thrown',
    script: { do: 'throw', error: refusal('unavailable') },
    expected: { throws: 'unavailable' },
    reservedMsat: 0n,
    spentMsat: 0n,
    again: 'sends',
  },
  {
    name: 'a refusal for good is not tried again',
    script: { do: 'throw', error: refusal('invalid_invoice') },
    expected: { throws: 'invalid_invoice' },
    reservedMsat: 0n,
    spentMsat: 0n,
    again: 'replays',
  },
  {
    name: 'an error that may have been sent is unknown',
    script: { do: 'throw', error: new LightningError({ code: 'outcome_unknown', message: 'who knows' }) },
    expected: { state: 'dispatched', outcome: 'unknown' },
    reservedMsat: RESERVED,
    spentMsat: 0n,
    again: 'replays',
  },
  {
    name: 'an internal error that claims nothing was sent is unknown',
    script: { do: 'throw', error: new LightningError({ code: 'internal', message: 'oops', sent: 'no' }) },
    expected: { state: 'dispatched', outcome: 'unknown' },
    reservedMsat: RESERVED,
    spentMsat: 0n,
    again: 'replays',
  },
  {
    name: 'an error that leaves it open is unknown, whatever its code',
    script: {
      do: 'throw',
      error: new LightningError({ code: 'unavailable', message: 'cut off', sent: 'maybe' }),
    },
    expected: { state: 'dispatched', outcome: 'unknown' },
    reservedMsat: RESERVED,
    spentMsat: 0n,
    again: 'replays',
  },
  {
    name: 'a foreign error is unknown',
    script: { do: 'throw', error: new TypeError('socket hang up') },
    expected: { state: 'dispatched', outcome: 'unknown' },
    reservedMsat: RESERVED,
    spentMsat: 0n,
    again: 'replays',
  },
  {
    name: 'a node that knows the hash and not the payment leaves it unknown',
    script: { do: 'throw', error: new LightningError({ code: 'already_paid', message: 'paid' }) },
    expected: { state: 'dispatched', outcome: 'unknown' },
    reservedMsat: RESERVED,
    spentMsat: 0n,
    again: 'replays',
  },
  {
    name: 'no answer yet is pending',
    script: { do: 'hang', outcome: 'pending' },
    expected: { state: 'dispatched', outcome: 'pending' },
    reservedMsat: RESERVED,
    spentMsat: 0n,
    again: 'replays',
  },
]

test.each(cases)('$name', async ({ script, expected, reservedMsat, spentMsat, again }) => {
  const world = new World()
  const { wallet } = await world.start()
  const { invoice } = world.invoice()
  world.node.scripts.push(script)
  const call = { destination: invoice, waitSeconds: 0.01 }

  const answer = wallet.pay(call)
  answer.catch(() => {})
  await world.clock.advance(20)
  if ('throws' in expected) await expect(answer).rejects.toMatchObject({ code: expected.throws })
  else expect(await answer).toMatchObject({ ...expected, replayed: false, attempt: 1 })
  expect(await wallet.getBudget()).toMatchObject({ reservedMsat, spentMsat })

  const second = wallet.pay({ ...call, waitSeconds: 0 })
  await world.clock.advance(20)
  expect((await second).replayed).toBe(again === 'replays')
  expect(world.node.requests).toHaveLength(again === 'replays' ? 1 : 2)
  const money = [...world.node.moved.values()]
  expect(Math.max(0, ...money)).toBeLessThanOrEqual(1)
})

test('records stand before the node is asked', async () => {
  const world = new World()
  const seen: string[] = []
  const { wallet, store } = await world.start({
    onStep: async (step, { paymentId }) => {
      if (step !== 'before-send') return
      const intent = await store.read((reader) => reader.intentById(paymentId))
      seen.push(`${intent?.state} ${intent?.bookedMsat} ${world.node.requests.length}`)
    },
  })
  await wallet.pay({ destination: world.invoice().invoice })
  expect(seen).toEqual(['dispatched 1010000 0'])
})

test('an amountless invoice is paid with the amount given', async () => {
  const world = new World()
  const { wallet } = await world.start()
  const { invoice } = world.invoice({ amountMsat: null })
  await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject({ code: 'amount_required' })
  const paid = await wallet.pay({ destination: invoice, amountMsat: msat(5_000n) })
  expect(paid).toMatchObject({ state: 'settled', amountMsat: 5_000n })
  expect(world.node.requests[0]?.amountMsat).toBe(5_000n)
})

test.each([
  ['an amount for an invoice that has one', { amountMsat: msat(5n) }, 'amount_not_allowed'],
  ['an expired invoice', { make: { nowMs: 1_700_000_000_000 } }, 'invoice_expired'],
  ['an invoice of another network', { make: { network: 'mainnet' } }, 'wrong_network'],
  ['what is no quote id', { quoteId: 'q' }, 'invalid_request'],
  ['an empty key', { idempotencyKey: '' }, 'invalid_request'],
  ['a negative fee', { maxFeeMsat: -1n as never }, 'invalid_request'],
  ['an address without a resolver', { destination: 'bob@example.com', amountMsat: msat(5n) }, 'unsupported'],
  [
    'a node id',
    {
      destination: `02${'79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'}`,
      amountMsat: msat(5n),
    },
    'unsupported',
  ],
  ['nonsense', { destination: 'nonsense' }, 'invalid_request'],
  ['a wait below zero', { waitSeconds: -1 }, 'invalid_request'],
] as const)('refuses %s and sends nothing', async (_, given, code) => {
  const world = new World()
  const { wallet, store } = await world.start()
  const { make, ...request } = { make: {}, ...(given as object) }
  const call = wallet.pay({ destination: world.invoice(make).invoice, ...request })
  await expect(call).rejects.toSatisfy(
    (error) => LightningError.is(error) && error.code === code && error.hint !== undefined,
  )
  expect(world.node.requests).toHaveLength(0)
  expect(await store.read((reader) => reader.decisions('default', 9))).toEqual([])
})

test('a fee above the limit is alarmed', async () => {
  const world = new World()
  world.node.script = { do: 'settle', feeMsat: 50_000n }
  const { wallet, store } = await world.start()
  const { paymentId } = await wallet.pay({ destination: world.invoice().invoice })
  const decisions = await store.read((reader) => reader.decisions('default', 9))
  expect(decisions.map(({ verdict }) => verdict).sort()).toEqual(['alarm', 'allowed'])
  expect(decisions.find(({ verdict }) => verdict === 'alarm')).toMatchObject({
    paymentId,
    rules: [{ rule: 'max_fee', limitMsat: 10_000n, usedMsat: 50_000n, allowed: false }],
  })
})

test('an aborted call stops waiting, the payment goes on', async () => {
  const world = new World()
  world.node.script = { do: 'hang', outcome: 'pending' }
  const { wallet } = await world.start()
  const { invoice, paymentHash } = world.invoice()
  const patience = new AbortController()
  const call = wallet.pay({ destination: invoice, signal: patience.signal })
  await world.clock.advance(100)
  patience.abort()
  expect(await call).toMatchObject({ state: 'dispatched', replayed: false })
  expect(world.node.requests[0]?.signal?.aborted).toBe(false)
  expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'dispatched' })
})

test('a call that was aborted beforehand sends nothing', async () => {
  const world = new World()
  const { wallet } = await world.start()
  const call = wallet.pay({ destination: world.invoice().invoice, signal: AbortSignal.abort() })
  await expect(call).rejects.toSatisfy(LightningError.is)
  expect(world.node.requests).toHaveLength(0)
})

test('a payment that the node says it made before is adopted', async () => {
  const world = new World()
  const { wallet } = await world.start()
  const { invoice, paymentHash, preimage } = world.invoice()
  world.node.payments.set(paymentHash, {
    paymentHash,
    preimage,
    status: 'settled',
    amountMsat: msat(1_000_000n),
    feeMsat: msat(3n),
  })
  world.node.script = { do: 'throw', error: new LightningError({ code: 'already_paid', message: 'paid' }) }
  expect(await wallet.pay({ destination: invoice })).toMatchObject({ state: 'settled', preimage })
  expect((await wallet.getBudget()).spentMsat).toBe(1_000_003n)
})

test('an earlier payment of another amount is not adopted', async () => {
  const world = new World()
  const { wallet } = await world.start()
  const { invoice, paymentHash, preimage } = world.invoice({ amountMsat: null })
  world.node.payments.set(paymentHash, { paymentHash, preimage, status: 'settled', amountMsat: msat(9n) })
  world.node.script = { do: 'throw', error: new LightningError({ code: 'already_paid', message: 'paid' }) }
  const paid = await wallet.pay({ destination: invoice, amountMsat: msat(5_000n) })
  expect(paid).toMatchObject({ state: 'failed', retry: 'never' })
  expect(paid.preimage).toBeUndefined()
})
