import { createHash } from 'node:crypto'
import { type LndNode, type Network, requireNodes, startNetwork } from '@lightning-mcp/nodes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeInvoices } from '../bad-input/invoices.ts'
import { lndWorld } from '../neutrality/lnd-world.ts'
import { runNeutralityScenario } from '../neutrality/scenario.ts'
import { testNodeSurface } from '../real-lnd/node-surface.ts'
import {
  addHoldInvoice,
  addInvoice,
  cancelInvoice,
  lookupInvoice,
  paymentsOf,
} from '../real-lnd/recipient.ts'
import { startWallet, type WalletUnderTest } from '../real-lnd/wallet-under-test.ts'

const real = await requireNodes('the servers end to end on real LND')
const SATS = 2_100

/** Longer than a payment over two hops takes, on a busy machine too; no test waits for it to pass. */
const PATIENCE = { timeout: 120_000 }

describe.skipIf(!real)('end to end on real LND', () => {
  let network: Network
  let payer: LndNode
  let neighbor: LndNode
  let distant: LndNode
  beforeAll(async () => {
    network = await startNetwork({ watchtowers: true })
    ;[payer, neighbor, distant] = network.nodes as [LndNode, LndNode, LndNode]
  }, 180_000)
  afterAll(() => network?.stop(), 60_000)

  testNodeSurface(() => network)

  // over stdio: the scenario that is the same for all nodes, below
  describe('over HTTP', () => {
    let wallet: WalletUnderTest
    beforeAll(async () => {
      wallet = await startWallet(payer)
    })
    afterAll(() => wallet?.stop())

    const isProof = (preimage: string, paymentHash: string): boolean =>
      createHash('sha256').update(Buffer.from(preimage, 'hex')).digest('hex') === paymentHash

    test('an invoice is paid over one hop', PATIENCE, async () => {
      const made = await addInvoice(neighbor, SATS)
      const paid = await wallet.call('pay_invoice', { invoice: made.invoice })
      expect(paid.data).toMatchObject({ status: 'settled', amount_sats: SATS, fee_sats: 0, replayed: false })
      expect(isProof(paid.data.preimage, made.paymentHash)).toBe(true)
      expect(await lookupInvoice(neighbor, made)).toMatchObject({
        state: 'SETTLED',
        amt_paid_sat: String(SATS),
      })
    })

    test('an invoice is paid over two hops, with a fee', PATIENCE, async () => {
      const made = await addInvoice(distant, SATS)
      const paid = await wallet.call('pay_invoice', { invoice: made.invoice })
      expect(paid.data).toMatchObject({ status: 'settled', amount_sats: SATS })
      expect(paid.data.fee_sats).toBeGreaterThan(0)
      expect(await lookupInvoice(distant, made)).toMatchObject({ state: 'SETTLED' })
      const again = await wallet.call('pay_invoice', { invoice: made.invoice })
      expect(again.data).toMatchObject({ status: 'settled', replayed: true, preimage: paid.data.preimage })
      expect(await paymentsOf(payer, made.paymentHash)).toHaveLength(1)
    })

    test('money is received', PATIENCE, async () => {
      const created = await wallet.call('create_invoice', { amount_sats: SATS, memo: 'end to end' })
      const waiting = wallet.call('wait_for_payment', {
        payment_hash: created.data.payment_hash,
        wait_seconds: 60,
      })
      await distant.first<{ status: string }>(
        'router',
        'sendPaymentV2',
        { payment_request: created.data.invoice, timeout_seconds: 60, fee_limit_sat: '100' },
        ({ status }) => status === 'SUCCEEDED',
      )
      expect((await waiting).data).toMatchObject({ status: 'settled' })
    })

    test('a payment that the recipient refuses has failed', PATIENCE, async () => {
      const made = await addInvoice(distant, SATS)
      await cancelInvoice(distant, made)
      const refused = await wallet.call('pay_invoice', { invoice: made.invoice })
      expect(refused).toMatchObject({
        isError: true,
        data: { code: 'recipient_rejected', status: 'failed', money_may_have_moved: false },
      })
      expect(await paymentsOf(payer, made.paymentHash)).toMatchObject([{ status: 'FAILED' }])
    })

    test('a payment to an unknown node finds no way', PATIENCE, async () => {
      const { good } = makeInvoices()
      const refused = await wallet.call('pay_invoice', { invoice: good })
      expect(refused).toMatchObject({
        isError: true,
        data: { code: 'no_route', status: 'failed', money_may_have_moved: false },
      })
    })

    test('a held payment stays pending, then settles', PATIENCE, async () => {
      const made = await addHoldInvoice(distant, SATS)
      const started = await wallet.call('pay_invoice', { invoice: made.invoice, wait_seconds: 1 })
      await made.held()
      expect(started).toMatchObject({ isError: false, data: { status: 'pending' } })
      const payment = { payment_id: started.data.payment_id }
      expect((await wallet.call('get_payment_status', payment)).data).toMatchObject({ status: 'pending' })
      const again = await wallet.call('pay_invoice', { invoice: made.invoice, wait_seconds: 0 })
      expect(again).toMatchObject({ isError: false, data: { status: 'pending', replayed: true } })
      await made.settle()
      const settled = await wallet.call('wait_for_payment', { ...payment, wait_seconds: 60 })
      expect(settled.data).toMatchObject({ status: 'settled', amount_sats: SATS })
      expect((await lookupInvoice(distant, made)).htlcs).toHaveLength(1)
    })

    test('a held payment stays pending, then is sent back', PATIENCE, async () => {
      const made = await addHoldInvoice(distant, SATS)
      const started = await wallet.call('pay_invoice', { invoice: made.invoice, wait_seconds: 1 })
      await made.held()
      expect(started).toMatchObject({ isError: false, data: { status: 'pending' } })
      await made.cancel()
      const payment = { payment_id: started.data.payment_id }
      const failed = await wallet.call('wait_for_payment', { ...payment, wait_seconds: 60 })
      expect(failed.data).toMatchObject({ status: 'failed' })
    })

    test('a caller that stops waiting loses nothing', PATIENCE, async () => {
      const made = await addHoldInvoice(distant, SATS)
      const caller = new AbortController()
      const given = wallet.call('pay_invoice', { invoice: made.invoice, wait_seconds: 60 }, caller.signal)
      await made.held()
      caller.abort()
      await expect(given).rejects.toThrow()
      const payment = { payment_hash: made.paymentHash }
      expect((await wallet.call('get_payment_status', payment)).data).toMatchObject({ status: 'pending' })
      await made.settle()
      const settled = await wallet.call('wait_for_payment', { ...payment, wait_seconds: 60 })
      expect(settled.data).toMatchObject({ status: 'settled', amount_sats: SATS })
      expect(await paymentsOf(payer, made.paymentHash)).toHaveLength(1)
    })

    test('one invoice paid by many calls at once is paid once', PATIENCE, async () => {
      const made = await addInvoice(distant, SATS)
      const calls = Array.from({ length: 8 }, () =>
        wallet.call('pay_invoice', { invoice: made.invoice, wait_seconds: 60 }),
      )
      const answers = await Promise.all(calls)
      expect(answers.map(({ data }) => data.status)).toEqual(answers.map(() => 'settled'))
      expect(answers.filter(({ data }) => data.replayed === false)).toHaveLength(1)
      expect(await paymentsOf(payer, made.paymentHash)).toHaveLength(1)
      expect((await lookupInvoice(distant, made)).htlcs).toHaveLength(1)
    })

    test('a node that is killed in mid-payment pays once', PATIENCE, async () => {
      const made = await addHoldInvoice(distant, SATS)
      const started = await wallet.call('pay_invoice', { invoice: made.invoice, wait_seconds: 1 })
      await made.held()
      expect(started).toMatchObject({ isError: false, data: { status: 'pending' } })
      const payment = { payment_id: started.data.payment_id }

      await payer.kill()
      const whileDown = await wallet.call('get_payment_status', payment)
      expect(['pending', 'unknown', undefined]).toContain(whileDown.data.status)
      const askedAgain = await wallet.call('pay_invoice', { invoice: made.invoice, wait_seconds: 0 })
      expect(askedAgain.data.status).not.toBe('failed')

      await payer.restart()
      expect((await wallet.call('get_payment_status', payment)).data.status).not.toBe('failed')
      await made.settle()
      const settled = await wallet.call('wait_for_payment', { ...payment, wait_seconds: 60 })
      expect(settled.data).toMatchObject({ status: 'settled', amount_sats: SATS })

      expect(await paymentsOf(payer, made.paymentHash)).toMatchObject([{ status: 'SUCCEEDED' }])
      const received = await lookupInvoice(distant, made)
      expect(received).toMatchObject({ state: 'SETTLED', amt_paid_sat: String(SATS) })
      expect(received.htlcs.filter(({ state }) => state === 'SETTLED')).toHaveLength(1)
    })
  })

  test('a payment that never reached its node has failed, after the proof', PATIENCE, async () => {
    const wallet = await startWallet(payer)
    try {
      const made = await addInvoice(distant, SATS)
      // the wallet knows its node, and then the node sleeps: what is sent now, it never reads
      await wallet.call('get_wallet_balance')
      process.kill(Number(payer.pid), 'SIGSTOP')
      const started = await wallet.call('pay_invoice', { invoice: made.invoice, wait_seconds: 1 })
      expect(started).toMatchObject({ isError: false })
      expect(['pending', 'unknown']).toContain(started.data.status)
      await payer.restart({ kill: true })
      const payment = { payment_id: started.data.payment_id }
      let proven = await wallet.call('wait_for_payment', { ...payment, wait_seconds: 60 })
      if (proven.data.status === 'pending')
        proven = await wallet.call('wait_for_payment', { ...payment, wait_seconds: 60 })
      expect(proven.data).toMatchObject({ status: 'failed' })
      expect(await paymentsOf(payer, made.paymentHash)).toEqual([])
      const again = await wallet.call('pay_invoice', { invoice: made.invoice })
      expect(again.data).toMatchObject({ ...payment, status: 'settled' })
      expect(await paymentsOf(payer, made.paymentHash)).toHaveLength(1)
    } finally {
      if (payer.pid !== undefined) process.kill(payer.pid, 'SIGCONT')
      await wallet.stop()
    }
  })

  runNeutralityScenario('real LND', async () => lndWorld(network))
})
