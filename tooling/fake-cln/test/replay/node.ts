import { captures } from '../../src/index.ts'
import { asking, NOBODY, type Replays } from './replay.ts'
import { holdPayment, type World } from './world.ts'

/** One through `b` that works, and one that `b` cannot pass on. */
async function forwarded(world: World): Promise<void> {
  await world.a('xpay', { invstring: await world.invoice() })
  const book = world.fakes.b.node.forwards
  const time = world.clock.now() / 1000 + 0.5
  const forward = { inChannel: '101x1x0', outChannel: '101x2x0', outMsat: 1000n, receivedTime: time }
  await book.refresh()
  book.add({ ...forward, inMsat: 900_090_010n, state: 'local_failed' })
  book.add({ ...forward, inMsat: 1010n, state: 'failed', resolvedTime: time })
}

const sent = (name: string): string => {
  const { params } = captures().get(name)?.request ?? {}
  return (params as { string: string }).string
}

export const nodeReplays: Replays = {
  'getinfo-fresh': asking('getinfo'),
  'getinfo-channels': asking('getinfo'),
  'filter-getinfo': asking('getinfo', {}, { filter: { id: true, alias: true } }),
  'filter-listfunds': asking('listfunds', {}, { filter: { outputs: [{ amount_msat: true, status: true }] } }),
  'help-all': asking('help'),
  'help-one': asking('help', { command: 'xpay' }),
  check: asking('check', { command_to_check: 'invoice' }),
  'error-missing-param': asking('decode', {}),
  'error-unknown-method': asking('doesnotexist'),
  'error-unknown-param': asking('getinfo', { foo: 1 }),
  'params-array': asking('decode', [sent('decode-bolt11')]),
  'decode-bolt11': asking('decode', { string: sent('decode-bolt11') }),
  'decode-bolt11-deschash': asking('decode', { string: sent('decode-bolt11-deschash') }),
  'decode-rune': asking('decode', { string: sent('decode-rune') }),
  'decode-garbage': asking('decode', { string: 'hello' }),
  'decode-invalid': asking('decode', { string: 'lnbcrt1invalid' }),
  waitblockheight: asking('waitblockheight', { blockheight: 1 }),
  async 'waitblockheight-timeout'(world) {
    const waiting = world.a('waitblockheight', { blockheight: 99_999, timeout: 1 })
    await world.a('getinfo')
    world.clock.advance(1000)
    return waiting
  },
  signmessage: asking('signmessage', { message: 'hello' }),
  async checkmessage(world) {
    const { result } = await world.a('signmessage', { message: 'hello' })
    return world.b('checkmessage', { message: 'hello', zbase: result?.['zbase'] })
  },
  async 'checkmessage-bad'(world) {
    const { result } = await world.a('signmessage', { message: 'hello' })
    return world.b('checkmessage', { message: 'hullo', zbase: result?.['zbase'], pubkey: world.ids.a })
  },
  listnodes: asking('listnodes'),
  'listnodes-one': (world) => world.a('listnodes', { id: world.ids.c }),
  'listnodes-unknown': asking('listnodes', { id: NOBODY }),
  listchannels: asking('listchannels'),
  getroute: (world) => world.a('getroute', { id: world.ids.c, amount_msat: 10_000, riskfactor: 10 }),
  'getroute-none': asking('getroute', { id: NOBODY, amount_msat: 10_000, riskfactor: 10 }),
  getroutes: (world) =>
    world.a('getroutes', {
      source: world.ids.a,
      destination: world.ids.c,
      amount_msat: 10_000,
      layers: ['auto.localchans', 'auto.sourcefree'],
      maxfee_msat: 2000,
      final_cltv: 18,
    }),
  async listforwards(world) {
    await forwarded(world)
    return world.b('listforwards')
  },
  async 'listforwards-settled'(world) {
    await forwarded(world)
    return world.b('listforwards', { status: 'settled' })
  },
  async 'listhtlcs-pending'(world) {
    const { paying, release } = await holdPayment(world)
    const answer = await world.a('listhtlcs')
    release()
    await paying
    return answer
  },
}
