import { asking, type Replays } from './replay.ts'
import type { World } from './world.ts'

const INVOICE = { amount_msat: 10_000, label: 'inv-1', description: 'coffee', expiry: 3600 }

const make = (world: World, more: Record<string, unknown> = {}) => world.c('invoice', { ...INVOICE, ...more })

async function paid(world: World): Promise<void> {
  const { result } = await make(world)
  await world.a('xpay', { invstring: result?.['bolt11'] })
}

async function expired(world: World): Promise<void> {
  await make(world, { label: 'inv-exp', expiry: 1 })
  world.clock.advance(2000)
}

/** A paid one, an unpaid one for any amount, and one that has expired. */
async function several(world: World): Promise<void> {
  await paid(world)
  await make(world, { label: 'inv-any', amount_msat: 'any' })
  await expired(world)
}

/** Keysends and offers come in as invoices too. */
async function received(world: World): Promise<void> {
  await several(world)
  await world.a('xkeysend', { destination: world.ids.c, amount_msat: 3000 })
  const fixed = await world.c('offer', { amount: '7000msat', description: 'offer test' })
  await world.a('xpay', { invstring: fixed.result?.['bolt12'] })
  const any = await world.c('offer', { amount: 'any', description: 'any offer' })
  await world.a('fetchinvoice', { offer: any.result?.['bolt12'], amount_msat: 4000 })
}

export const invoiceReplays: Replays = {
  invoice: (world) => make(world),
  'invoice-any-amount': (world) => make(world, { amount_msat: 'any' }),
  'invoice-bad-amount': (world) => make(world, { amount_msat: 'abc' }),
  'invoice-zero': (world) => make(world, { amount_msat: 0 }),
  'invoice-deschashonly': (world) => make(world, { deschashonly: true }),
  async 'invoice-duplicate-label'(world) {
    await make(world)
    return make(world)
  },
  'invoice-missing-param': (world) => world.c('invoice', { amount_msat: 10_000, label: 'x' }),
  // a has nothing to receive with
  'invoice-no-capacity-warning': asking('invoice', INVOICE),
  'invoice-preimage': (world) => make(world, { preimage: '33'.repeat(32) }),
  async 'invoice-preimage-reused'(world) {
    await make(world, { preimage: '33'.repeat(32) })
    return make(world, { label: 'pre-2', preimage: '33'.repeat(32) })
  },
  async 'listinvoices-all'(world) {
    await several(world)
    return world.c('listinvoices')
  },
  async 'listinvoices-bolt12'(world) {
    await received(world)
    return world.c('listinvoices', { index: 'created', start: 4 })
  },
  async 'listinvoices-keysend'(world) {
    await several(world)
    await world.a('keysend', { destination: world.ids.c, amount_msat: 3000 })
    return world.c('listinvoices', { index: 'created', start: 2 })
  },
  async 'listinvoices-expired'(world) {
    await expired(world)
    return world.c('listinvoices', { label: 'inv-exp' })
  },
  'listinvoices-none': (world) => world.c('listinvoices', { label: 'does-not-exist' }),
  async 'listinvoices-page'(world) {
    await paid(world)
    await make(world, { label: 'inv-any', amount_msat: 'any' })
    await make(world, { label: 'inv-2' })
    await make(world, { label: 'inv-3' })
    return world.c('listinvoices', { index: 'created', start: 2, limit: 2 })
  },
  async 'listinvoices-paid'(world) {
    await paid(world)
    return world.c('listinvoices', { label: 'inv-1' })
  },
  async 'listinvoices-unpaid'(world) {
    await make(world)
    return world.c('listinvoices', { label: 'inv-1' })
  },
  async delinvoice(world) {
    await make(world)
    return world.c('delinvoice', { label: 'inv-1', status: 'unpaid' })
  },
  'delinvoice-unknown': (world) => world.c('delinvoice', { label: 'inv-del', status: 'unpaid' }),
  async 'delinvoice-wrong-status'(world) {
    await paid(world)
    return world.c('delinvoice', { label: 'inv-1', status: 'unpaid' })
  },
  async waitanyinvoice(world) {
    const waiting = world.c('waitanyinvoice', { lastpay_index: 0 })
    await paid(world)
    return waiting
  },
  async 'waitanyinvoice-timeout'(world) {
    const waiting = world.c('waitanyinvoice', { lastpay_index: 1, timeout: 1 })
    await world.c('getinfo')
    world.clock.advance(1000)
    return waiting
  },
  async waitinvoice(world) {
    const { result } = await make(world)
    const waiting = world.c('waitinvoice', { label: 'inv-1' })
    await world.a('xpay', { invstring: result?.['bolt11'] })
    return waiting
  },
  async 'waitinvoice-expired'(world) {
    await expired(world)
    return world.c('waitinvoice', { label: 'inv-exp' })
  },
  'waitinvoice-unknown': (world) => world.c('waitinvoice', { label: 'nope' }),
  async 'wait-invoices-updated'(world) {
    const waiting = world.c('wait', { subsystem: 'invoices', indexname: 'updated', nextvalue: 1 })
    await paid(world)
    return waiting
  },
}
