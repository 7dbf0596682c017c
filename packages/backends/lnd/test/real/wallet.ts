import { type Channel, msat, type NodeId, sat, satToMsat } from '@lightning-mcp/core'
import { waitUntil } from '@lightning-mcp/nodes'
import { createWallet, openSqliteStore, type Wallet } from '@lightning-mcp/wallet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LndHarness } from '../harness/lnd-harness.ts'

type Spend = Parameters<Wallet['spend']>[0]

/** A wallet on the harness's node whose every reply is lost: what it finds again, and that nothing is done twice. */
export function testWallet(harness: LndHarness): void {
  describe('a wallet of a real node, each reply lost', () => {
    const { neighbour, node, nodes, proxy } = harness
    const backend = harness.backend()
    const wallet = createWallet({
      backend,
      store: openSqliteStore({ path: ':memory:' }),
      limits: {
        maxPaymentMsat: satToMsat(1_000_000n),
        maxPerDayMsat: satToMsat(10_000_000n),
        maxIntoChannelMsat: satToMsat(1_000_000n),
      },
    })
    let channel: Channel

    beforeAll(async () => {
      proxy.reset()
      await wallet.start()
    })
    afterAll(() => wallet.stop())

    /** Spends, finds it again, and asks for the same once more. */
    async function spendOnce(request: Spend, call: string) {
      proxy.spent.length = 0
      proxy.loseReply()
      const sent = await wallet.spend({ ...request, waitSeconds: 1 })
      const { payment } = await wallet.waitForPayment({ paymentId: sent.paymentId, waitSeconds: 30 })
      expect(payment).toMatchObject({ state: 'settled' })
      expect(await wallet.spend(request)).toMatchObject({ paymentId: sent.paymentId, replayed: true })
      expect(proxy.spent).toEqual([call])
      return payment!
    }

    const transactions = async () =>
      (
        await node.call<{ transactions: { tx_hash: string; label: string; total_fees: string }[] }>(
          'default',
          'getTransactions',
        )
      ).transactions

    /** Once the wallet has it: the fee, and nothing held any more. */
    const feeOf = (paymentId: Awaited<ReturnType<typeof spendOnce>>['paymentId']): Promise<bigint> =>
      waitUntil('the wallet to know the fee', async () => {
        const found = await wallet.getPayment({ paymentId })
        return found?.feeProvisional === undefined && found?.feeMsat
      })

    test('a channel is opened once and found by its label', async () => {
      const request: Spend = {
        kind: 'channel-open',
        peer: neighbour.pubkey,
        capacitySat: sat(210_000n),
        pushMsat: msat(20_000_000n),
        feeRateSatPerVbyte: 3,
      }
      const done = await spendOnce(request, 'OpenChannelSync')
      await nodes.mine(6)
      const ours = await waitUntil('the channel to be active', async () => {
        const { items } = await backend.channels!.list({ limit: 100 })
        const alike = items.filter(({ capacitySat, state }) => capacitySat === 210_000n && state === 'active')
        return alike.length > 0 && alike
      })
      expect(ours).toHaveLength(1)
      channel = ours[0]!
      expect(channel.label).toBe(`${done.paymentId}/1`)
      const funding = (await transactions()).find(({ tx_hash }) => tx_hash === done.txId)
      expect(await feeOf(done.paymentId)).toBe(BigInt(funding!.total_fees) * 1000n)
    })

    test('coins are sent once and found by their label', async () => {
      const { address } = await neighbour.call<{ address: string }>('default', 'newAddress', { type: 0 })
      const request: Spend = {
        kind: 'onchain',
        address,
        amountSat: sat(145_000n),
        feeRateSatPerVbyte: 3,
      }
      const done = await spendOnce(request, 'SendCoins')
      const labelled = (await transactions()).filter(({ label }) => label === `${done.paymentId}/1`)
      expect(labelled.map(({ tx_hash }) => tx_hash)).toEqual([done.txId])
      expect(await feeOf(done.paymentId)).toBe(BigInt(labelled[0]!.total_fees) * 1000n)
    })

    test('a keysend is sent once and found by its hash', async () => {
      const request: Spend = {
        kind: 'keysend',
        payee: neighbour.pubkey as NodeId,
        amountMsat: msat(3_210_000n),
      }
      const done = await spendOnce(request, 'SendPaymentV2')
      const { amt_paid_msat } = await neighbour.call<{ amt_paid_msat: string }>('default', 'lookupInvoice', {
        r_hash: Buffer.from(done.paymentHash!, 'hex'),
      })
      expect(amt_paid_msat).toBe('3210000')
      expect(await feeOf(done.paymentId)).toBe(0n)
    })

    test('a channel is closed once, and its fee is what the chain took', async () => {
      const request: Spend = {
        kind: 'channel-close',
        channel: { fundingOutpoint: channel.fundingOutpoint! },
        mode: 'cooperative',
        feeRateSatPerVbyte: 4,
      }
      const done = await spendOnce(request, 'CloseChannel')
      await nodes.mine(1)
      const closed = await waitUntil('the channel to be closed', async () =>
        (await backend.channels!.listClosed!({ limit: 100 })).items.find(
          ({ fundingOutpoint }) => fundingOutpoint === channel.fundingOutpoint,
        ),
      )
      expect(closed.closingTxId).toBe(done.txId)
      const closing = (await backend.onchain!.listTransactions!({ limit: 100 })).items.find(
        ({ txId }) => txId === done.txId,
      )!
      const outSat = closing.outputs!.reduce((sum, { amountSat }) => sum + amountSat, 0n)
      expect(await feeOf(done.paymentId)).toBe((210_000n - outSat) * 1000n)
      expect((await wallet.getBudget()).reservedMsat).toBe(0n)
    })
  })
}
