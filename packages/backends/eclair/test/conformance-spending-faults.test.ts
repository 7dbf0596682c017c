import { type LightningBackend, LightningError, msat, preimage, sat } from '@lightning-mcp/core'
import { type FakeEclair, type Spoiling, startFakeEclair } from '@lightning-mcp/fake-eclair'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backendOver } from './harness/eclair-harness.ts'

const FEE = { maxFeeMsat: msat(10_000n) }
const opened: { close(): Promise<void> }[] = []
let eclair: FakeEclair
let backend: LightningBackend

beforeEach(async () => {
  eclair = await startFakeEclair({ takesSecondPayments: true })
  opened.push(eclair)
  backend = backendOver(eclair)
  opened.push(backend)
  await backend.connect()
})
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

const alice = (): ReturnType<FakeEclair['network']['wallet']> => eclair.network.wallet('alice')
const nodeIdOf = (name: string) => eclair.network.nodes.find((node) => node.name === name)!.nodeId
const channelsOf = async () => [
  ...(await alice().channels!.list({ limit: 100 })).items,
  ...(await alice().channels!.listPending!({})),
]
const channelId = async (): Promise<string> => (await channelsOf())[0]?.channelId as string
const addressOf = (name: string): Promise<string> => eclair.network.wallet(name).onchain!.newAddress!({})
const spent = async (): Promise<number> => {
  const { items } = await alice().listTransactions({ direction: 'outgoing', limit: 100 })
  return items.filter(({ status }) => status === 'settled').length
}
const transactions = async (): Promise<number> =>
  (await alice().onchain!.listTransactions!({ limit: 100 })).items.length

interface Spending {
  name: string
  method: string
  run(): Promise<{ status: string }>
  /** How often it has happened, as the engine counts it. */
  done(): Promise<number>
}

const SPENDINGS: readonly Spending[] = [
  {
    name: 'a keysend payment',
    method: 'sendtonode',
    run: () =>
      backend.keysend!.send({
        destination: nodeIdOf('hub'),
        amountMsat: msat(3000n),
        preimage: preimage('11'.repeat(32)),
        ...FEE,
      }),
    done: spent,
  },
  {
    name: 'a payment of an offer',
    method: 'payoffer',
    async run() {
      const { offer } = await eclair.network
        .wallet('hub')
        .offers!.create({ amountMsat: msat(4000n), description: 'tea' })
      return backend.offers!.pay!({ offer, ...FEE })
    },
    done: spent,
  },
  {
    name: 'the opening of a channel',
    method: 'open',
    run: () => backend.channels!.open!({ peer: nodeIdOf('hub'), capacitySat: sat(150_000n) }),
    done: async () => (await channelsOf()).length,
  },
  {
    name: 'an on-chain payment',
    method: 'sendonchain',
    run: async () => backend.onchain!.send!({ address: await addressOf('hub'), amountSat: sat(20_000n) }),
    done: transactions,
  },
  {
    name: 'a cooperative close',
    method: 'close',
    run: async () =>
      backend.channels!.close!({ channel: { channelId: await channelId() }, mode: 'cooperative' }),
    done: async () => (await alice().channels!.listPending!({})).length,
  },
  {
    name: 'a splice in',
    method: 'splicein',
    run: async () =>
      backend.splicing!.spliceIn({ channel: { channelId: await channelId() }, amountSat: sat(30_000n) }),
    done: transactions,
  },
  {
    name: 'a splice out',
    method: 'spliceout',
    run: async () =>
      backend.splicing!.spliceOut({
        channel: { channelId: await channelId() },
        amountSat: sat(30_000n),
        address: await addressOf('alice'),
      }),
    done: transactions,
  },
]

const SPOILT: readonly Spoiling[] = ['lost', 'error', 'cut-json', 'garbled', 'html', 'not-eclair', 'too-long']

describe.each(SPENDINGS)('$name whose answer cannot be read', ({ method, run, done }) => {
  test.each(SPOILT)('is done once and not called failed: %s', async (spoiling) => {
    const before = await done()
    eclair.faults.spoilNext(spoiling, (called) => called === method)
    const answer = await run().catch((error: unknown) => {
      // an offer whose hash was in the lost answer has no payment to tell of
      if (LightningError.is(error) && error.code === 'outcome_unknown') return { status: 'unknown' }
      throw error
    })
    expect(answer.status).not.toBe('failed')
    await expect.poll(done).toBe(before + 1)
  })
})

describe('a failure that comes with status 200', () => {
  const nothingDone = async (run: () => Promise<{ status: string }>): Promise<string> => {
    const before = [(await channelsOf()).length, await transactions()]
    const answer = await run().catch((error: unknown) => {
      if (!LightningError.is(error)) throw error
      expect(error.sent, error.message).toBe('no')
      return { status: 'refused' }
    })
    expect([(await channelsOf()).length, await transactions()]).toEqual(before)
    return answer.status
  }

  test.each([
    { name: 'a channel that the peer finds too small', capacitySat: sat(50_000n) },
    { name: 'a channel that the coins do not suffice for', capacitySat: sat(900_000_000n) },
  ])('is no opened channel: $name', async ({ capacitySat }) => {
    const open = () => backend.channels!.open!({ peer: nodeIdOf('hub'), capacitySat })
    expect(['failed', 'refused', 'unknown']).toContain(await nothingDone(open))
  })

  test('is no closed channel where there was none', async () => {
    const close = () =>
      backend.channels!.close!({ channel: { channelId: '00'.repeat(32) }, mode: 'cooperative' })
    expect(['failed', 'refused']).toContain(await nothingDone(close))
  })

  test('is no connection', async () => {
    const nowhere = { nodeId: nodeIdOf('shop').replace(/.$/, '0') as never, host: '127.0.0.1:1' }
    await expect(backend.peers!.connect!(nowhere)).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('an opening that came to nothing is no channel in the lists', async () => {
    await backend.channels!.open!({ peer: nodeIdOf('hub'), capacitySat: sat(50_000n) }).catch(() => undefined)
    await backend.channels!.open!({ peer: nodeIdOf('hub'), capacitySat: sat(900_000_000n) }).catch(
      () => undefined,
    )
    const { items } = await backend.channels!.list({ limit: 100 })
    const pending = await backend.channels!.listPending!({})
    expect(items).toHaveLength(2)
    expect(pending.filter(({ state }) => state !== 'closed')).toEqual([])
  })
})
