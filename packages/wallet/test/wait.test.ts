import { describe, expect, it } from 'vitest'
import { World } from './support/world.ts'

describe('a call that outlasts its patience', () => {
  it.each([
    ['25 s by default', {}, 25_000],
    ['wait_seconds', { waitSeconds: 7 }, 7_000],
  ])('answers pending with a handle after %s', async (_, patience, waitMs) => {
    const world = new World({ memory: true })
    const { wallet } = await world.start()
    world.node.script = { do: 'pending' }
    const { invoice, paymentHash } = world.invoice()
    const startedMs = world.clock.now()
    let answeredMs: number | undefined
    const paying = wallet.pay({ destination: invoice, ...patience }).finally(() => {
      answeredMs = world.clock.now()
    })
    await world.clock.advance(waitMs - 1)
    expect(answeredMs).toBeUndefined()
    await world.clock.advance(1)
    const pending = await paying
    expect(answeredMs).toBe(startedMs + waitMs)
    expect(pending).toMatchObject({ state: 'dispatched', outcome: 'pending', replayed: false })
    world.node.resolve(paymentHash, 'settled')
    const { payment } = await wallet.waitForPayment({ paymentId: pending.paymentId, waitSeconds: 5 })
    expect(payment?.state).toBe('settled')
    expect(world.node.requests).toHaveLength(1)
  })
})
