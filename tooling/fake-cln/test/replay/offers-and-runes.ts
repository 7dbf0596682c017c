import { asking, type Replays } from './replay.ts'
import type { Reply, World } from './world.ts'

const OFFER = { amount: '7000msat', description: 'offer test', label: 'of-1' }
const RESTRICTED = { restrictions: [['method=invoice', 'method=listinvoices'], ['rate=60']] }

async function offered(
  world: World,
  order: Record<string, unknown> = OFFER,
): Promise<Record<string, unknown>> {
  const { result = {} } = await world.c('offer', order)
  return result
}

const runeOf = async (world: World, params: Record<string, unknown> = {}): Promise<unknown> =>
  (await world.a('createrune', params)).result?.['rune']

async function checked(
  world: World,
  made: Record<string, unknown>,
  asked: Record<string, unknown>,
): Promise<Reply> {
  return world.a('checkrune', { rune: await runeOf(world, made), ...asked })
}

export const offerAndRuneReplays: Replays = {
  offer: (world) => world.c('offer', OFFER),
  'offer-any': (world) => world.c('offer', { amount: 'any', description: 'any offer' }),
  async listoffers(world) {
    await offered(world)
    await offered(world, { amount: 'any', description: 'any offer' })
    return world.c('listoffers')
  },
  async disableoffer(world) {
    const { offer_id } = await offered(world)
    return world.c('disableoffer', { offer_id })
  },
  async fetchinvoice(world) {
    const { bolt12: offer } = await offered(world)
    return world.a('fetchinvoice', { offer, timeout: 30 })
  },
  async 'fetchinvoice-any'(world) {
    const { bolt12: offer } = await offered(world, { amount: 'any', description: 'any offer' })
    return world.a('fetchinvoice', { offer, amount_msat: 4000, payer_note: 'thanks', timeout: 30 })
  },
  async 'fetchinvoice-any-missing-amount'(world) {
    const { bolt12: offer } = await offered(world, { amount: 'any', description: 'any offer' })
    return world.a('fetchinvoice', { offer, timeout: 10 })
  },
  async 'fetchinvoice-disabled'(world) {
    const { bolt12: offer, offer_id } = await offered(world)
    await world.c('disableoffer', { offer_id })
    return world.a('fetchinvoice', { offer, timeout: 10 })
  },
  'createrune-readonly': asking('createrune', { restrictions: 'readonly' }),
  'createrune-unrestricted': asking('createrune'),
  'createrune-restricted': asking('createrune', RESTRICTED),
  'createrune-amount': asking('createrune', { restrictions: [['method=xpay'], ['pnameamountmsat<10001']] }),
  'createrune-derived': async (world) =>
    world.a('createrune', {
      rune: await runeOf(world, { restrictions: 'readonly' }),
      restrictions: [['time<1795325990']],
    }),
  'checkrune-ok': (world) => checked(world, { restrictions: 'readonly' }, { method: 'listfunds' }),
  'checkrune-denied': (world) =>
    checked(world, { restrictions: 'readonly' }, { method: 'pay', params: { bolt11: 'x' } }),
  'checkrune-restricted-ok': (world) =>
    checked(world, RESTRICTED, { method: 'invoice', params: { amount_msat: 1 } }),
  'checkrune-invalid': asking('checkrune', { rune: 'notarune', method: 'getinfo' }),
  async 'checkrune-blacklisted'(world) {
    const rune = await runeOf(world, RESTRICTED)
    const { result = {} } = await world.a('showrunes', { rune })
    const [{ unique_id: id } = {}] = result['runes'] as { unique_id?: string }[]
    await world.a('blacklistrune', { start: Number(id), end: Number(id) })
    return world.a('checkrune', { rune, method: 'invoice' })
  },
  blacklistrune: asking('blacklistrune', { start: 2, end: 2 }),
  async showrunes(world) {
    const rune = await runeOf(world, { restrictions: 'readonly' })
    await world.a('checkrune', { rune, method: 'listfunds' })
    await runeOf(world, RESTRICTED)
    await runeOf(world, { restrictions: [['method=xpay'], ['pnameamountmsat<10001']] })
    return world.a('showrunes')
  },
}
