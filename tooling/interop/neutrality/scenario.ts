import { createHash } from 'node:crypto'
import { type PaymentHash, sat, satToMsat } from '@lightning-mcp/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServerUnderTest, startServer } from './server-under-test.ts'
import type { World } from './world.ts'

const SATS = 2_100
const MSAT = satToMsat(sat(BigInt(SATS)))
/** A guard on a busy machine with real nodes; no test waits for it to pass. */
const PATIENCE = { timeout: 120_000 }

const proves = (preimage: string, paymentHash: string): boolean =>
  createHash('sha256').update(Buffer.from(preimage, 'hex')).digest('hex') === paymentHash

/** What every node can do, told over MCP in the same words: nothing below knows which one it is. */
export function runNeutralityScenario(name: string, openWorld: () => Promise<World>): void {
  describe(`${name}, over MCP`, () => {
    let world: World
    let server: ServerUnderTest
    const call: ServerUnderTest['call'] = (tool, args) => server.call(tool, args)
    const spendable = async (): Promise<number> => (await call('get_wallet_balance')).data.balance_sats
    const received = async (hash: string) => world.other.received(hash as PaymentHash)

    beforeAll(async () => {
      world = await openWorld()
      server = await startServer(world)
    }, 180_000)
    afterAll(async () => {
      await server?.stop()
      await world?.close()
    }, 60_000)

    test('the node answers and its tools are listed', PATIENCE, async () => {
      expect((await call('check_connection')).data).toMatchObject({ connected: true })
      expect(await server.tools()).toEqual(
        expect.arrayContaining(['create_invoice', 'pay_invoice', 'open_channel', 'close_channel']),
      )
    })

    test('money is received, and whoever waits is told', PATIENCE, async () => {
      const before = await spendable()
      const { data } = await call('create_invoice', { amount_sats: SATS, memo: 'neutral' })
      const waiting = call('wait_for_payment', { payment_hash: data.payment_hash, wait_seconds: 60 })
      await world.other.pay({ invoice: data.invoice })
      expect((await waiting).data).toMatchObject({ status: 'settled', amount_sats: SATS })
      await expect.poll(spendable, PATIENCE).toBeGreaterThan(before)
    })

    test('an invoice is paid once, however often it is asked for', PATIENCE, async () => {
      const made = await world.other.createInvoice({ amountMsat: MSAT })
      const paid = await call('pay_invoice', { invoice: made.invoice, wait_seconds: 60 })
      expect(paid.data).toMatchObject({ status: 'settled', amount_sats: SATS, replayed: false })
      expect(proves(paid.data.preimage, made.paymentHash)).toBe(true)
      const again = await call('pay_invoice', { invoice: made.invoice })
      expect(again.data).toMatchObject({ status: 'settled', replayed: true, preimage: paid.data.preimage })
      expect(await received(made.paymentHash)).toBe(MSAT)
    })

    test('what the recipient refuses has failed, and nothing moved', PATIENCE, async () => {
      const made = await world.other.createInvoice({ amountMsat: MSAT })
      await world.other.cancelInvoice(made.paymentHash)
      const refused = await call('pay_invoice', { invoice: made.invoice, wait_seconds: 60 })
      expect(refused).toMatchObject({
        isError: true,
        data: { code: 'recipient_rejected', status: 'failed', money_may_have_moved: false },
      })
      expect(await received(made.paymentHash)).toBe(0n)
    })

    test('a held payment stays pending over a crash, then settles once', PATIENCE, async () => {
      const made = await world.other.hold.createInvoice({ amountMsat: MSAT })
      const started = await call('pay_invoice', { invoice: made.invoice, wait_seconds: 1 })
      await world.other.hold.accepted(made.paymentHash)
      expect(started.data).toMatchObject({ status: 'pending' })
      await server.crashAndRestart()
      const payment = { payment_id: started.data.payment_id }
      expect((await call('get_payment_status', payment)).data).toMatchObject({ status: 'pending' })
      const again = await call('pay_invoice', { invoice: made.invoice, wait_seconds: 0 })
      expect(again.data).toMatchObject({ status: 'pending', replayed: true })
      await world.other.hold.settle(made.paymentHash)
      const settled = await call('wait_for_payment', { ...payment, wait_seconds: 60 })
      expect(settled.data).toMatchObject({ status: 'settled', amount_sats: SATS })
      expect(await received(made.paymentHash)).toBe(MSAT)
    })

    test('a held payment that is sent back has failed', PATIENCE, async () => {
      const made = await world.other.hold.createInvoice({ amountMsat: MSAT })
      const started = await call('pay_invoice', { invoice: made.invoice, wait_seconds: 1 })
      await world.other.hold.accepted(made.paymentHash)
      await world.other.hold.cancel(made.paymentHash)
      const payment = { payment_id: started.data.payment_id }
      const failed = await call('wait_for_payment', { ...payment, wait_seconds: 60 })
      expect(failed.data).toMatchObject({ status: 'failed' })
    })

    test('the history has all of it, page by page', PATIENCE, async () => {
      const seen: { direction: string; status: string; payment_hash?: string }[] = []
      let cursor: string | undefined
      do {
        const page = await call('get_payments', { limit: 2, ...(cursor === undefined ? {} : { cursor }) })
        expect(page.isError, page.text).toBe(false)
        seen.push(...page.data.payments)
        cursor = page.data.next_cursor
      } while (cursor !== undefined)
      const keys = seen.map(({ direction, payment_hash }) => `${direction} ${payment_hash}`)
      expect(new Set(keys).size).toBe(keys.length)
      const told = seen.map(({ direction, status }) => `${direction} ${status}`)
      expect(told).toEqual(
        expect.arrayContaining(['incoming settled', 'outgoing settled', 'outgoing failed']),
      )
    })

    test('a channel is opened once, and closed', PATIENCE, async () => {
      // not every node estimates one
      const sat_per_vbyte = 2
      const order = { peer: world.peer, capacity_sats: 500_000, sat_per_vbyte }
      const preview = await call('open_channel', { ...order, preview: true })
      expect(preview.data, preview.text).toMatchObject({ allowed: true })
      const key = { idempotency_key: 'the one channel' }
      const opened = await call('open_channel', { ...order, ...key, wait_seconds: 60 })
      expect(opened.data, opened.text).toMatchObject({ status: 'settled', replayed: false })
      const again = await call('open_channel', { ...order, ...key })
      expect(again.data).toMatchObject({ replayed: true, payment_id: opened.data.payment_id })
      await world.mineBlocks(6)
      const ours = async () =>
        (await call('list_channels', { limit: 20 })).data.channels.filter(
          (channel: { capacity_sats: number }) => channel.capacity_sats === 500_000,
        )
      await expect.poll(ours, PATIENCE).toMatchObject([{ status: 'active' }])
      const [{ channel_id }] = await ours()
      const closed = await call('close_channel', {
        channel_id,
        mode: 'cooperative',
        sat_per_vbyte,
        wait_seconds: 60,
      })
      expect(closed.data, closed.text).toMatchObject({ status: 'settled' })
      await world.mineBlocks(6)
      await expect.poll(ours, PATIENCE).toEqual([])
    })
  })
}
