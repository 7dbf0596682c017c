import { describe, expect, test } from 'vitest'
import { World } from './support/world.ts'

const CHANNELS = ['563x1x0']

describe('how a payment is to be routed', () => {
  test('reaches the backend, and again at a further attempt', async () => {
    const world = new World()
    const { wallet } = await world.start()
    const { invoice: destination } = world.invoice()
    world.node.scripts.push({ do: 'fail' }, { do: 'fail' })
    await wallet.pay({ destination, maxParts: 4 })
    await wallet.pay({ destination })
    await wallet.pay({ destination, maxParts: 2 })
    expect(world.node.requests.map(({ maxParts }) => maxParts)).toEqual([4, 4, 2])
  })

  test('is kept while the owner thinks, and over a restart', async () => {
    const world = new World()
    const { invoice: destination } = world.invoice()
    const first = await world.start({ limits: { approveAboveMsat: 1n as never } })
    await first.wallet.pay({ destination, maxParts: 3, waitSeconds: 0 })
    first.kill()
    const second = await world.start({
      approvals: { decide: async () => 'approve' },
      limits: { approveAboveMsat: 1n as never },
    })
    await world.clock.advance(10_000)
    expect(world.node.requests).toMatchObject([{ maxParts: 3 }])
    second.kill()
  })

  test('is refused where the backend cannot be told, with nothing sent', async () => {
    const world = new World()
    const { wallet } = await world.start()
    const { invoice: destination } = world.invoice()
    await expect(wallet.pay({ destination, outgoingChannels: CHANNELS })).rejects.toMatchObject({
      code: 'unsupported',
      sent: 'no',
    })
    expect(await wallet.pay({ destination })).toMatchObject({ state: 'settled' })
  })

  test.each([
    ['no parts', { maxParts: 0 }],
    ['half a part', { maxParts: 1.5 }],
    ['no channel', { outgoingChannels: [] }],
    ['a channel by another name', { outgoingChannels: ['first'] }],
    ['no node', { lastHop: 'me' as never }],
  ])('with %s is refused', async (_, wish) => {
    const world = new World({ memory: true })
    const { wallet } = await world.start()
    await expect(wallet.pay({ destination: world.invoice().invoice, ...wish })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    expect(world.node.requests).toEqual([])
  })
})
