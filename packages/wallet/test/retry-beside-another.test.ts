import { msat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { asked, LIMITS, PAYEE, REQUESTS } from './spending/spend-world.ts'
import { FakeService } from './support/fake-service.ts'
import { type TestProcess, World } from './support/world.ts'

const BOB = { destination: 'bob@example.com', amountMsat: msat(50_000n), waitSeconds: 0 }
const PODCAST = {
  kind: 'keysend',
  payee: PAYEE,
  amountMsat: msat(50_000n),
  maxFeeMsat: msat(1_000n),
  waitSeconds: 0,
} as const

const movedIn = ({ node }: World): number => [...node.moved.values()].reduce((sum, count) => sum + count, 0)

async function begin() {
  const world = new World()
  const process = await world.start({ resolver: new FakeService(world) })
  return { world, ...process }
}

type Call = { idempotencyKey?: string; quoteId?: string }

const ways = {
  'an address': ({ wallet }: TestProcess, call: Call) => wallet.pay({ ...BOB, ...call }),
  keysend: ({ wallet }: TestProcess, call: Call) => wallet.spend({ ...PODCAST, ...call }),
}

describe.each(Object.entries(ways))('%s', (_, pay) => {
  test('a failed one is not tried again beside another under way', async () => {
    const { world, ...process } = await begin()
    world.node.scripts.push({ do: 'fail' }, { do: 'lose-reply', outcome: 'pending' })
    expect(await pay(process, { idempotencyKey: 'first' })).toMatchObject({ state: 'failed' })
    const second = await pay(process, { idempotencyKey: 'second' })
    expect(second).toMatchObject({ state: 'dispatched' })
    await expect(pay(process, { idempotencyKey: 'first' })).rejects.toMatchObject({
      code: 'in_progress',
      message: expect.stringContaining(second.paymentId),
    })
    expect(movedIn(world)).toBe(1)
    world.node.resolve(second.paymentHash as string, 'settled')
    await world.clock.advance(60_000)
    expect(await process.wallet.getPayment(second)).toMatchObject({ state: 'settled' })
    expect(movedIn(world)).toBe(1)
  })
})

test('a failed one of a quote is not tried beside another', async () => {
  const { world, wallet } = await begin()
  const { quoteId = '' } = await wallet.preview(BOB)
  world.node.scripts.push({ do: 'fail' }, { do: 'lose-reply', outcome: 'pending' })
  expect(await wallet.pay({ ...BOB, quoteId })).toMatchObject({ state: 'failed' })
  const second = await wallet.pay({ ...BOB, idempotencyKey: 'second' })
  expect(second).toMatchObject({ state: 'dispatched' })
  await expect(wallet.pay({ ...BOB, quoteId })).rejects.toMatchObject({ code: 'in_progress' })
  expect(movedIn(world)).toBe(1)
})

test('a failed order for a channel is not tried beside another', async () => {
  const world = new World()
  const { wallet } = await world.start({ limits: LIMITS })
  const close = { ...REQUESTS['channel-close'], idempotencyKey: 'close' }
  world.node.scripts.push({ do: 'fail' }, { do: 'lose-reply', outcome: 'pending' })
  expect(await wallet.spend(close)).toMatchObject({ state: 'failed', retry: 'same-call' })
  expect(await wallet.spend({ ...REQUESTS['splice-in'], waitSeconds: 0 })).toMatchObject({
    state: 'dispatched',
  })
  await expect(wallet.spend(close)).rejects.toMatchObject({ code: 'in_progress' })
  expect(asked(world, 'channel-close')).toBe(1)
})
