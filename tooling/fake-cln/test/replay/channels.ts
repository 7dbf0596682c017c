import { asking, NOBODY, type Replay, type Replays } from './replay.ts'
import type { Reply, World } from './world.ts'

const AMOUNT_SAT = 100_000

const listed = (world: World): Promise<Reply> => world.a('listpeerchannels', { id: world.ids.b })

async function channelOf(world: World): Promise<Record<string, unknown>> {
  const { result = {} } = await listed(world)
  return (result['channels'] as Record<string, unknown>[])[0] as Record<string, unknown>
}

/** A minute of connection makes it a stable one. */
async function stable(world: World): Promise<void> {
  await listed(world)
  world.clock.advance(61_000)
  await listed(world)
}

const withScid =
  (ask: (world: World, scid: unknown) => Promise<Reply>): Replay =>
  async (world) =>
    ask(world, (await channelOf(world))['short_channel_id'])

const withId =
  (ask: (world: World, id: unknown) => Promise<Reply>): Replay =>
  async (world) =>
    ask(world, (await channelOf(world))['channel_id'])

const close = withScid((world, id) => world.a('close', { id }))

/** By force, once the peer has been away for the time that was given. */
const closeByForce: Replay = withScid(async (world, id) => {
  world.network.setPeerOnline('hub', false)
  const closing = world.a('close', { id, unilateraltimeout: 1 })
  await world.a('getinfo')
  world.clock.advance(1000)
  const answer = await closing
  world.network.setPeerOnline('hub', true)
  return answer
})

const fund = (world: World, more: Record<string, unknown> = {}): Promise<Reply> =>
  world.a('fundchannel', { id: world.ids.b, amount: AMOUNT_SAT, announce: true, ...more })

/** The newest channel of `a`. */
async function newest(world: World): Promise<Reply> {
  const { result = {} } = await listed(world)
  return { result: { channels: (result['channels'] as unknown[]).slice(-1) } }
}

export const channelReplays: Replays = {
  'listpeerchannels-normal': listed,
  'listpeerchannels-empty': (world) => world.a('listpeerchannels', { id: NOBODY }),
  async 'listpeerchannels-awaiting-lockin'(world) {
    await fund(world)
    return newest(world)
  },
  async 'listpeerchannels-private'(world) {
    await fund(world, { announce: false })
    world.network.mineBlocks(6)
    return newest(world)
  },
  async 'listpeerchannels-disconnected'(world) {
    await stable(world)
    world.network.setPeerOnline('hub', false)
    return listed(world)
  },
  async 'listpeerchannels-closing'(world) {
    await stable(world)
    await close(world)
    return listed(world)
  },
  async 'listpeerchannels-onchain'(world) {
    await closeByForce(world)
    world.network.mineBlocks(2)
    return listed(world)
  },
  async 'listpeerchannels-htlc-pending'(world) {
    await stable(world)
    const invoice = await world.invoice({ of: 'b', amountMsat: 2000 })
    world.network.holdNextHtlc({ node: 'hub' })
    const paying = world.a('xpay', { invstring: invoice })
    await world.a('getinfo')
    const answer = await listed(world)
    world.network.releaseHeldHtlcs('forward')
    await paying
    return answer
  },
  'listpeerchannels-middle': (world) => world.b('listpeerchannels'),
  'listpeerchannels-splicing': withId(async (world, channel) => {
    await stable(world)
    await world.a('splicein', { channel, amount: '100000sat' })
    return listed(world)
  }),
  'listpeerchannels-spliced': withId(async (world, channel) => {
    await stable(world)
    await world.a('splicein', { channel, amount: '100000sat' })
    world.network.mineBlocks(6)
    return listed(world)
  }),
  async listclosedchannels(world) {
    await close(world)
    world.network.mineBlocks(101)
    return world.a('listclosedchannels')
  },
  close,
  'close-unilateral': closeByForce,
  'close-unknown': asking('close', { id: '1x1x1' }),
  fundchannel: (world) => fund(world, { feerate: '1000perkb' }),
  'fundchannel-all': (world) => fund(world, { amount: 'all' }),
  'fundchannel-push': (world) => fund(world, { amount: 200_000, push_msat: 30_000_000 }),
  'fundchannel-too-much': (world) => fund(world, { amount: 900_000_000 }),
  'fundchannel-too-small': (world) => fund(world, { amount: 1000 }),
  'fundchannel-unknown-peer': asking('fundchannel', { id: NOBODY, amount: AMOUNT_SAT }),
  setchannel: (world) => world.a('setchannel', { id: world.ids.b, feebase: 1, feeppm: 250 }),
  splicein: withId((world, channel) => world.a('splicein', { channel, amount: '100000sat' })),
  'splicein-bad-channel': asking('splicein', { channel: '1x1x1', amount: '100000' }),
  'splicein-bare-number': asking('splicein', { channel: '1x1x1', amount: '100000' }),
  'splicein-unknown-channel': asking('splicein', { channel: '1x1x1', amount: '100000sat' }),
  spliceout: withId((world, channel) => world.a('spliceout', { channel, amount: '60000sat' })),
  'spliceout-too-much': withId((world, channel) => {
    // the captured one was asked for more than there was, and had lost its peer
    world.network.setPeerOnline('hub', false)
    return world.a('spliceout', { channel, amount: '900000000sat' })
  }),
  connect: (world) => world.a('connect', { id: world.ids.b, host: '127.0.0.1', port: 19_732 }),
  'connect-again': async (world) => {
    await world.a('connect', { id: world.ids.b, host: '127.0.0.1', port: 19_732 })
    return world.a('connect', { id: `${world.ids.b}@127.0.0.1:19732` })
  },
  'connect-badid': asking('connect', { id: 'zz' }),
  'connect-fail': asking('connect', { id: NOBODY, host: '127.0.0.1', port: 1 }),
  'connect-no-address': asking('connect', { id: NOBODY }),
  'disconnect-with-channel': (world) => world.a('disconnect', { id: world.ids.b }),
  'disconnect-force': (world) => world.a('disconnect', { id: world.ids.b, force: true }),
  listpeers: (world) => world.a('listpeers'),
  ping: (world) => world.a('ping', { id: world.ids.b }),
}
