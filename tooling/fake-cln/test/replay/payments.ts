import { asking, NOBODY, type Replay, type Replays } from './replay.ts'
import { holdPayment, type Reply, type World } from './world.ts'

type Payer = (world: World, text: string, more?: Record<string, unknown>) => Promise<Reply>

const xpay: Payer = (world, invstring, more) => world.a('xpay', { invstring, ...more })
const pay: Payer = (world, bolt11, more) => world.a('pay', { bolt11, ...more })

const paying =
  (by: Payer, order: Parameters<World['invoice']>[0], more?: Record<string, unknown>): Replay =>
  async (world) =>
    by(world, await world.invoice(order), more)

const again =
  (by: Payer): Replay =>
  async (world) => {
    const invoice = await world.invoice()
    await by(world, invoice)
    return by(world, invoice)
  }

const expired =
  (by: Payer): Replay =>
  async (world) => {
    const invoice = await world.invoice({ expiry: 1 })
    world.clock.advance(3000)
    return by(world, invoice)
  }

const unknownToPayee =
  (by: Payer): Replay =>
  async (world) => {
    const { result } = await world.c('invoice', { amount_msat: 1000, label: 'gone', description: 'd' })
    await world.c('delinvoice', { label: 'gone', status: 'unpaid' })
    return by(world, result?.['bolt11'] as string)
  }

const held =
  (by: Payer): Replay =>
  async (world) => {
    const invoice = await world.invoice({ of: 'b', amountMsat: 2000 })
    world.network.holdNextHtlc({ node: 'hub' })
    const answer = by(world, invoice, { retry_for: 3 })
    await world.a('getinfo')
    world.clock.advance(9000)
    world.network.releaseHeldHtlcs('forward')
    return answer
  }

const whileHeld =
  (ask: (world: World, held: { invoice: string; hash: string }) => Promise<Reply>): Replay =>
  async (world) => {
    const { invoice, hash, paying: first, release } = await holdPayment(world)
    const answer = await ask(world, { invoice, hash })
    release()
    await first
    return answer
  }

/** Fails at `b`, which has 700,000 sat towards `c`. */
const TOO_MUCH_FOR_B = { amountMsat: 900_000_000 }
const TOO_MUCH_FOR_A = { amountMsat: 5_000_000_000 }

async function history(world: World): Promise<string> {
  const invoice = await world.invoice()
  await xpay(world, invoice)
  await xpay(world, await world.invoice(TOO_MUCH_FOR_B))
  await unknownToPayee(xpay)(world)
  await xpay(world, await world.invoice({ amountMsat: 'any' }), { amount_msat: 5000 })
  return invoice
}

async function fetched(world: World): Promise<string> {
  const { result } = await world.c('offer', { amount: '7000msat', description: 'offer test' })
  const answer = await world.a('fetchinvoice', { offer: result?.['bolt12'] })
  return answer.result?.['invoice'] as string
}

const afterHold: Replay = async (world) => {
  const { hash, paying: first, release } = await holdPayment(world)
  release()
  await first
  return world.a('listsendpays', { payment_hash: hash })
}

export const paymentReplays: Replays = {
  xpay: paying(xpay, {}),
  'xpay-again': again(xpay),
  'xpay-amountless': paying(xpay, { amountMsat: 'any' }, { amount_msat: 5000 }),
  'xpay-amountless-missing': paying(xpay, { amountMsat: 'any' }),
  'xpay-fail-badinvoice': asking('xpay', { invstring: 'lnbcrt1invalid' }),
  'xpay-fail-balance': paying(xpay, TOO_MUCH_FOR_A),
  'xpay-fail-expired': expired(xpay),
  'xpay-fail-maxfee': paying(xpay, {}, { maxfee: 0 }),
  'xpay-fail-no-liquidity': paying(xpay, TOO_MUCH_FOR_B),
  async 'xpay-fail-peer-offline'(world) {
    const invoice = await world.invoice()
    world.network.setPeerOnline('hub', false)
    return xpay(world, invoice)
  },
  'xpay-fail-unknown-hash': unknownToPayee(xpay),
  'xpay-held-9s': held(xpay),
  'xpay-while-pending': whileHeld((world, { invoice }) => xpay(world, invoice)),
  async 'xpay-offer-direct'(world) {
    const { result } = await world.c('offer', { amount: 'any', description: 'any offer' })
    return xpay(world, result?.['bolt12'] as string, { amount_msat: 2500 })
  },
  async 'xpay-bolt12-invoice'(world) {
    return xpay(world, await fetched(world))
  },
  pay: paying(pay, {}),
  'pay-again': again(pay),
  'pay-amountless-missing': paying(pay, { amountMsat: 'any' }),
  'pay-fail-badinvoice': asking('pay', { bolt11: 'lnbcrt1invalid' }),
  'pay-fail-balance': paying(pay, TOO_MUCH_FOR_A),
  'pay-fail-expired': expired(pay),
  'pay-fail-maxfee': paying(pay, {}, { maxfee: 0 }),
  'pay-fail-unknown-hash': unknownToPayee(pay),
  'pay-held-9s': held(pay),
  'pay-while-pending': whileHeld((world, { invoice }) => pay(world, invoice)),
  'pay-self': async (world) => xpay(world, await world.invoice({ of: 'a', amountMsat: 1000 })),
  keysend: (world) => world.a('keysend', { destination: world.ids.c, amount_msat: 3000, label: 'ks' }),
  'keysend-tlv': (world) =>
    world.a('keysend', {
      destination: world.ids.c,
      amount_msat: 3000,
      extratlvs: { '34349334': '68656c6c6f' },
    }),
  'keysend-fail-unknown': asking('keysend', { destination: NOBODY, amount_msat: 3000, retry_for: 5 }),
  xkeysend: (world) => world.a('xkeysend', { destination: world.ids.c, amount_msat: 3000 }),
  async listpays(world) {
    return world.a('listpays', { bolt11: await history(world) })
  },
  async 'listpays-all'(world) {
    await history(world)
    return world.a('listpays')
  },
  async 'listpays-failed'(world) {
    await history(world)
    return world.a('listpays', { status: 'failed' })
  },
  async 'listpays-page'(world) {
    await xpay(world, await world.invoice())
    await xpay(world, await world.invoice())
    await xpay(world, await world.invoice())
    return world.a('listpays', { index: 'created', start: 1, limit: 2 })
  },
  async 'listpays-bolt12'(world) {
    const invoice = await fetched(world)
    await xpay(world, invoice)
    return world.a('listpays', { bolt11: invoice })
  },
  'listpays-pending': whileHeld((world, { hash }) => world.a('listpays', { payment_hash: hash })),
  'listpays-after-client-hangup': whileHeld((world, { hash }) => world.a('listpays', { payment_hash: hash })),
  async 'listpays-after-client-hangup-later'(world) {
    const { hash, paying: first, release } = await holdPayment(world)
    release()
    await first
    return world.a('listpays', { payment_hash: hash })
  },
  async listsendpays(world) {
    const invoice = await history(world)
    return world.a('listsendpays', { bolt11: invoice })
  },
  async 'listsendpays-failed'(world) {
    await history(world)
    return world.a('listsendpays', { status: 'failed' })
  },
  'listsendpays-pending': whileHeld((world, { hash }) => world.a('listsendpays', { payment_hash: hash })),
  'listsendpays-after-pending': afterHold,
  'waitsendpay-pending-timeout': whileHeld((world, { hash }) =>
    world.a('waitsendpay', { payment_hash: hash, timeout: 1 }),
  ),
  paystatus: asking('paystatus'),
}
