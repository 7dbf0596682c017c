import { asking, type Replays } from './replay.ts'
import type { Reply, World } from './world.ts'

const SENT_SAT = 50_000

async function withdraw(world: World): Promise<Reply> {
  const { result } = await world.b('newaddr', { addresstype: 'bech32' })
  return world.a('withdraw', { destination: result?.['bech32'], satoshi: SENT_SAT })
}

async function closed(world: World): Promise<void> {
  await world.a('close', { id: world.ids.b })
  world.network.mineBlocks(2)
}

/** Coins out and in, a channel more, a payment. */
async function busy(world: World): Promise<void> {
  await withdraw(world)
  world.network.mineBlocks(1)
  await world.a('fundchannel', { id: world.ids.b, amount: 200_000 })
  world.network.mineBlocks(6)
  await world.a('xpay', { invstring: await world.invoice() })
}

export const onchainReplays: Replays = {
  newaddr: asking('newaddr'),
  'newaddr-p2tr': asking('newaddr', { addresstype: 'p2tr' }),
  'feerates-perkb': asking('feerates', { style: 'perkb' }),
  'listfunds-channel': asking('listfunds'),
  async 'listfunds-after-close'(world) {
    await closed(world)
    return world.a('listfunds')
  },
  async 'listfunds-final'(world) {
    await busy(world)
    return world.a('listfunds')
  },
  withdraw,
  'withdraw-bad-address': asking('withdraw', { destination: 'bcrt1qqqq', satoshi: SENT_SAT }),
  async 'withdraw-too-much'(world) {
    const { result } = await world.b('newaddr', { addresstype: 'bech32' })
    return world.a('withdraw', { destination: result?.['bech32'], satoshi: 5_000_000_000 })
  },
  async listtransactions(world) {
    await busy(world)
    return world.a('listtransactions')
  },
  async 'listtransactions-final'(world) {
    await busy(world)
    await closed(world)
    return world.a('listtransactions')
  },
  async 'bkpr-listaccountevents'(world) {
    await busy(world)
    return world.a('bkpr-listaccountevents')
  },
  async 'bkpr-listaccountevents-final'(world) {
    await busy(world)
    await closed(world)
    return world.a('bkpr-listaccountevents')
  },
  async 'bkpr-listbalances'(world) {
    await busy(world)
    return world.a('bkpr-listbalances')
  },
  async 'bkpr-listincome'(world) {
    await busy(world)
    return world.a('bkpr-listincome')
  },
}
