import { type Channel, type LightningBackend, LightningError, msat, nodeId, sat } from '@lightning-mcp/core'
import { waitUntil } from '@lightning-mcp/nodes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeOwnChannels, ownPolicy } from '../harness/channels.ts'
import type { LndHarness } from '../harness/lnd-harness.ts'
import { expectRefused } from './expect-refused.ts'

/** Channels and peers of the harness's node, through the adapter. */
export function testChannels(harness: LndHarness): void {
  describe('channels of a real node', () => {
    const { remote, neighbour, node, nodes, proxy } = harness
    let backend: LightningBackend
    const channels = () => backend.channels!
    const pending = () => channels().listPending!({})
    const listed = async () => (await channels().list({ limit: 100 })).items
    const active = (fundingOutpoint: string | undefined): Promise<Channel> =>
      waitUntil('the channel to be active', async () =>
        (await listed()).find((one) => one.fundingOutpoint === fundingOutpoint && one.state === 'active'),
      )

    beforeAll(async () => {
      proxy.reset()
      // what the documentation recommends has to be enough
      backend = harness.backend({ macaroonFile: harness.macaroonFiles.manage })
      await backend.connect()
      // one confirmed coin would be enough for one opening alone
      const address = await backend.onchain!.newAddress!({})
      await backend.onchain!.send!({ address, amountSat: sat(5_000_000n), feeRateSatPerVbyte: 2 })
      await nodes.mine(1)
    })
    afterAll(async () => {
      await backend.close()
      await closeOwnChannels(nodes, node)
    })

    test('an address at which nobody listens is told as such', async () => {
      await expectRefused(
        () => backend.peers!.connect!({ nodeId: nodeId(remote.pubkey), host: '127.0.0.1:9' }),
        'unavailable',
      )
    })

    test('refusals of an opening say that nothing was sent', async () => {
      const order = { peer: nodeId(neighbour.pubkey), capacitySat: sat(100_000n) }
      const cases = [
        [{ ...order, capacitySat: sat(1_000n) }, 'invalid_request'],
        [{ ...order, pushMsat: msat(100_000_000n) }, 'invalid_request'],
        [{ ...order, pushMsat: msat(1n) }, 'sub_sat_amount'],
        [{ ...order, feeRateSatPerVbyte: 1.5 }, 'invalid_request'],
        [{ ...order, peer: nodeId(node.pubkey) }, 'invalid_request'],
        [{ ...order, peer: nodeId(remote.pubkey) }, 'unavailable'],
        [{ ...order, capacitySat: sat(900_000_000_000n) }, 'insufficient_balance'],
      ] as const
      for (const [request, code] of cases) await expectRefused(() => channels().open!(request), code)
      expect(await pending()).toEqual([])
    })

    test('an opened channel has its terms and its label, all through its life', async () => {
      const label = 'pay_0000/1'
      const opened = await channels().open!({
        peer: nodeId(remote.pubkey),
        host: remote.peerAddress,
        capacitySat: sat(300_000n),
        pushMsat: msat(70_000_000n),
        feeRateSatPerVbyte: 3,
        private: true,
        label,
      })
      expect(opened).toMatchObject({
        status: 'pending',
        fundingOutpoint: `${opened.txId}:${opened.fundingOutpoint?.split(':')[1]}`,
      })
      expect(await pending()).toMatchObject([
        { state: 'opening', label, private: true, fundingOutpoint: opened.fundingOutpoint },
      ])
      // LND allows one that is not confirmed with each peer
      await expectRefused(
        () => channels().open!({ peer: nodeId(remote.pubkey), capacitySat: sat(100_000n) }),
        'recipient_rejected',
      )
      await nodes.mine(6)
      const channel = await active(opened.fundingOutpoint)
      expect(channel).toMatchObject({ label, private: true, capacitySat: 300_000n, remoteMsat: 70_000_000n })
      expect(await feeRateOf(opened.txId!)).toBeCloseTo(3, 0)

      const policy = { feeBaseMsat: msat(7n), feeProportionalMillionths: 11, cltvExpiryDelta: 42 }
      const named = { shortChannelId: channel.shortChannelId! }
      await waitUntil('LND to know its own channel', () =>
        channels().updatePolicy!({ channel: named, policy })
          .then(() => true)
          .catch((error: unknown) => {
            if (!LightningError.is(error) || error.code !== 'not_ready') throw error
            return false
          }),
      )
      expect(await ownPolicy(node, opened.fundingOutpoint!)).toMatchObject({
        fee_base_msat: '7',
        fee_rate_milli_msat: '11',
        time_lock_delta: 42,
      })
      await expectRefused(
        () => channels().updatePolicy!({ channel, policy: { ...policy, cltvExpiryDelta: 2 } }),
        'invalid_request',
      )

      proxy.loseReply()
      const closing = await channels().close!({ channel, mode: 'force', feeRateSatPerVbyte: 5 })
      expect(closing).toMatchObject({ status: 'unknown', fundingOutpoint: opened.fundingOutpoint })
      const forced = await waitUntil('the channel to be closing', async () => (await pending())[0])
      expect(forced).toMatchObject({ label, fundingOutpoint: opened.fundingOutpoint })
      expect(forced.closingTxId).toMatch(/^[0-9a-f]{64}$/)
      // the channel is closing already: a second order changes nothing
      await channels().close!({ channel, mode: 'force' }).catch(() => undefined)
      await nodes.mine(1)
      await waitUntil('the forced close to confirm', async () =>
        (await pending()).some(({ state, label: kept }) => state === 'force-closing' && kept === label),
      )
    })

    test('a cooperative close costs no more than agreed and tells its transaction', async () => {
      const opened = await channels().open!({ peer: nodeId(neighbour.pubkey), capacitySat: sat(250_000n) })
      await nodes.mine(6)
      const channel = await active(opened.fundingOutpoint)
      const closed = await channels().close!({ channel, mode: 'cooperative', feeRateSatPerVbyte: 4 })
      expect(closed).toMatchObject({ status: 'pending', fundingOutpoint: opened.fundingOutpoint })
      expect((await pending()).map(({ state }) => state)).not.toContain('opening')
      await nodes.mine(1)
      const found = await waitUntil('the channel to be closed', async () =>
        (await channels().listClosed!({ limit: 10 })).items.find(
          (one) => one.fundingOutpoint === opened.fundingOutpoint,
        ),
      )
      expect(found).toMatchObject({ state: 'closed', closingTxId: closed.txId })
      // 250,000 sat went in, and nobody else had any of it
      const feeSat = 250_000n - found.localMsat / 1000n
      // the peer, which asks for less, has its say
      expect(feeSat).toBeGreaterThan(100n)
      expect(feeSat).toBeLessThanOrEqual(4n * 202n)
      await expectRefused(() => channels().close!({ channel, mode: 'cooperative' }), 'invalid_request')
    })

    async function feeRateOf(txId: string): Promise<number> {
      const { transactions } = await node.call<{
        transactions: { tx_hash: string; total_fees: string; raw_tx_hex: string }[]
      }>('default', 'getTransactions')
      const found = transactions.find(({ tx_hash }) => tx_hash === txId)!
      return Number(found.total_fees) / virtualSize(found.raw_tx_hex)
    }
  })
}

/** Weight divided by four. Witnesses of these transactions are small: their share is counted from the bytes with and without. */
function virtualSize(hex: string): number {
  const bytes = Buffer.from(hex, 'hex')
  // version, marker and flag, then the inputs: each 36 bytes, an empty script and a sequence
  const inputs = bytes[6]!
  let offset = 7 + inputs * 41
  const outputs = bytes[offset++]!
  for (let index = 0; index < outputs; index++) offset += 8 + 1 + bytes[offset + 8]!
  const witness = bytes.length - 4 - offset + 2
  return (4 * (bytes.length - witness) + witness) / 4
}
