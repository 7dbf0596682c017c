import { createHash, randomBytes } from 'node:crypto'
import { LightningError, msat, type PaymentHash, type Preimage } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { rest } from '../support/test-clock.ts'
import { HoldWorld, MINUTE_MS, PATIENCE_MS } from './hold-world.ts'

function ownSecret(): { preimage: Preimage; paymentHash: PaymentHash } {
  const preimage = randomBytes(32).toString('hex') as Preimage
  const paymentHash = createHash('sha256').update(Buffer.from(preimage, 'hex')).digest('hex') as PaymentHash
  return { preimage, paymentHash }
}

test('a held payment is taken with the preimage that the wallet keeps', async () => {
  const world = new HoldWorld()
  const { wallet, store } = await world.start()
  const held = await world.accepted(wallet)
  expect(held).toMatchObject({ keptPreimage: true, onDeadline: 'cancel', status: 'open' })
  expect(held).not.toHaveProperty('preimage')
  const settled = await wallet.settleHoldInvoice(held)
  expect(settled).toMatchObject({ status: 'settled', preimage: expect.any(String) })
  expect(await held.paid).toMatchObject({ status: 'settled' })
  // again answers the same
  expect(await wallet.settleHoldInvoice(held)).toMatchObject({ status: 'settled' })
  expect(world.decided).toEqual(['settle'])
  const [decision] = await store.read((reader) => reader.decisions('default', 1))
  expect(decision).toMatchObject({ code: 'hold_settle', destination: `hold:${held.paymentHash}` })
  expect(JSON.stringify(decision, (_, v) => (typeof v === 'bigint' ? `${v}` : v))).not.toContain(
    settled.preimage,
  )
})

test('of a foreign hash the preimage has to be given, and has to fit', async () => {
  const world = new HoldWorld()
  const { wallet } = await world.start()
  const { preimage, paymentHash } = ownSecret()
  const held = await world.accepted(wallet, { paymentHash })
  expect(held.keptPreimage).toBe(false)
  await expect(wallet.settleHoldInvoice({ paymentHash })).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(
    wallet.settleHoldInvoice({ paymentHash, preimage: ownSecret().preimage }),
  ).rejects.toMatchObject({ code: 'invalid_request' })
  expect(world.decided).toEqual([])
  expect(await wallet.settleHoldInvoice({ paymentHash, preimage })).toMatchObject({ status: 'settled' })
})

test('an open one is not settled, and a canceled one cannot be paid', async () => {
  const world = new HoldWorld()
  const { wallet } = await world.start()
  const made = await wallet.createHoldInvoice({ amountMsat: msat(1_000n), expirySeconds: 3_600 })
  await expect(wallet.settleHoldInvoice(made)).rejects.toMatchObject({ code: 'not_found', sent: 'no' })
  expect(await wallet.cancelInvoice(made)).toMatchObject({ status: 'canceled' })
  expect(await wallet.cancelInvoice(made)).toMatchObject({ status: 'canceled' })
  expect(await world.pay(made.invoice ?? '')).toMatchObject({ status: 'failed' })
  await expect(wallet.settleHoldInvoice(made)).rejects.toMatchObject({ code: 'not_found' })
})

test('canceling sends a held payment back; a settled one stays', async () => {
  const world = new HoldWorld()
  const { wallet } = await world.start()
  const one = await world.accepted(wallet)
  expect(await wallet.cancelInvoice(one)).toMatchObject({ status: 'canceled' })
  expect(await one.paid).toMatchObject({ status: 'failed' })
  const two = await world.accepted(wallet)
  await wallet.settleHoldInvoice(two)
  await expect(wallet.cancelInvoice(two)).rejects.toMatchObject({ code: 'already_paid' })
})

test('an ordinary invoice is canceled, too', async () => {
  const world = new HoldWorld()
  const { wallet } = await world.start()
  const made = await wallet.createInvoice({ amountMsat: msat(1_000n), expirySeconds: 3_600 })
  expect(await wallet.cancelInvoice(made)).toMatchObject({ status: 'canceled' })
  await expect(wallet.cancelInvoice(ownSecret())).rejects.toMatchObject({ code: 'not_found' })
})

test.each(['settle', 'cancel'] as const)(
  'a %s whose answer is lost is carried out once more',
  async (operation) => {
    const world = new HoldWorld()
    const { wallet } = await world.start()
    const held = await world.accepted(wallet)
    world.fault = { operation, arrives: false }
    const call = operation === 'settle' ? wallet.settleHoldInvoice(held) : wallet.cancelInvoice(held)
    await expect(call).rejects.toMatchObject({ code: 'unavailable' })
    // what was decided stays decided
    const other = operation === 'settle' ? wallet.cancelInvoice(held) : wallet.settleHoldInvoice(held)
    await expect(other).rejects.toMatchObject({ code: 'in_progress' })
    await world.clock.advance(MINUTE_MS)
    expect(await world.status(held.paymentHash)).toBe(operation === 'settle' ? 'settled' : 'canceled')
    expect(world.decided).toEqual([operation])
  },
)

test('what was decided before a crash is done after it, with the preimage that was given', async () => {
  const world = new HoldWorld()
  const first = await world.start()
  const { preimage, paymentHash } = ownSecret()
  const held = await world.accepted(first.wallet, { paymentHash })
  world.fault = { operation: 'settle', arrives: false }
  await first.wallet.settleHoldInvoice({ paymentHash, preimage }).catch(() => {})
  first.kill()
  await world.start()
  await world.clock.advance(PATIENCE_MS)
  expect(await world.status(held.paymentHash)).toBe('settled')
  expect(await held.paid).toMatchObject({ status: 'settled', preimage })
})

test('another account’s is not there, and a tracked account has none', async () => {
  const world = new HoldWorld()
  const { wallet, store } = await world.start()
  const held = await world.accepted(wallet)
  const identity = await world.network.wallet('shop').connect()
  const { createAccount } = await import('../../src/accounts/create-account.ts')
  await createAccount(store, { name: 'alice', kind: 'tracked', identity: identity.identity })
  const alice = await world.start({ account: 'alice' })
  for (const call of [
    alice.wallet.createHoldInvoice({ amountMsat: msat(1_000n), expirySeconds: 60 }),
    alice.wallet.settleHoldInvoice(held),
    alice.wallet.cancelInvoice(held),
  ])
    await expect(call).rejects.toMatchObject({ sent: 'no' })
  expect(alice.wallet.manage).toEqual({})
  await rest()
  expect(await world.status(held.paymentHash)).toBe('accepted')
})

test.each([
  ['no amount', { amountMsat: msat(0n) }],
  ['an expiry of nothing', { expirySeconds: 0 }],
  [
    'a deadline it cannot keep',
    { paymentHash: '00'.repeat(32) as PaymentHash, onDeadline: 'settle' as const },
  ],
])('%s is refused with nothing made', async (_, wrong) => {
  const world = new HoldWorld()
  const { wallet } = await world.start()
  await expect(
    wallet.createHoldInvoice({ amountMsat: msat(1_000n), expirySeconds: 60, ...wrong }),
  ).rejects.toMatchObject({ code: 'invalid_request' })
  expect(world.asked).toEqual([])
})

test('one that the node surely did not make can be asked for again', async () => {
  const world = new HoldWorld()
  const { wallet } = await world.start()
  const asked = { amountMsat: msat(1_000n), expirySeconds: 60, paymentHash: '11'.repeat(32) as PaymentHash }
  world.down = new LightningError({ code: 'unavailable', message: 'the node is away', sent: 'no' })
  await expect(wallet.createHoldInvoice(asked)).rejects.toMatchObject({ sent: 'no' })
  world.down = undefined
  expect(await wallet.createHoldInvoice(asked)).toMatchObject({ status: 'open' })
})
