import { createHash, randomBytes } from 'node:crypto'
import { CAPABILITIES, type LightningBackend, msat, nodeId, preimage, sat } from '@lightning-mcp/core'
import { waitUntil } from '@lightning-mcp/nodes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLndBackend } from '../../src/index.ts'
import type { LndHarness } from '../harness/lnd-harness.ts'
import { expectRefused } from './expect-refused.ts'

const NOBODY = nodeId(`02${'79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'}`)

/** Coins, routes, the graph, forwards, messages, towers and backups of the harness's nodes, through the adapter. */
export function testNodeSurface(harness: LndHarness): void {
  const { remote, neighbour, node, nodes, proxy } = harness
  let backend: LightningBackend
  let forwarder: LightningBackend

  describe('the surface of a real node', () => {
    beforeAll(async () => {
      proxy.reset()
      // what the documentation recommends has to be enough
      backend = harness.backend({ macaroonFile: harness.macaroonFiles.manage })
      const { socket, certFile, macaroonFile } = neighbour
      forwarder = createLndBackend({ socket, certFile, macaroonFile })
      await Promise.all([backend.connect(), forwarder.connect()])
    })
    afterAll(() => Promise.all([backend.close(), forwarder.close()]))

    const invoiceOf = async (amountMsat?: bigint) =>
      (
        await remote.call<{ payment_request: string }>('default', 'addInvoice', {
          ...(amountMsat === undefined ? {} : { value_msat: String(amountMsat) }),
        })
      ).payment_request

    describe('coins of a real node', () => {
      const foreign = async () =>
        (await neighbour.call<{ address: string }>('default', 'newAddress', { type: 0 })).address

      test('addresses are of the wanted type', async () => {
        expect(await backend.onchain!.newAddress!({})).toMatch(/^bcrt1q/)
        expect(await backend.onchain!.newAddress!({ type: 'p2tr' })).toMatch(/^bcrt1p/)
      })

      test('fee rates are whole and never below what LND says', async () => {
        const raw = await node.call<{ sat_per_kw: string }>('wallet', 'estimateFee', { conf_target: 6 })
        const rates = await backend.onchain!.estimateFees!({ targets: [6] })
        expect(rates).toEqual({ 6: Math.ceil(Number(raw.sat_per_kw) / 250) })
      })

      test('a payment tells its output, its label and its fee', async () => {
        const address = await foreign()
        const sent = await backend.onchain!.send!({
          address,
          amountSat: sat(31_000n),
          feeRateSatPerVbyte: 3,
          label: 'pay_coins/1',
        })
        expect(sent.status).toBe('broadcast')
        const found = await waitUntil('the payment to be listed', async () =>
          (await backend.onchain!.listTransactions!({ limit: 100 })).items.find(
            ({ txId }) => txId === sent.txId,
          ),
        )
        expect(found).toMatchObject({ label: 'pay_coins/1', confirmations: 0 })
        expect(found.outputs).toContainEqual({ address, amountSat: 31_000n, own: false })
        expect(-found.netSat - 31_000n).toBe(found.feeSat)
        // one input and two outputs are about 140 virtual bytes
        expect(found.feeSat).toBeGreaterThanOrEqual(3n * 100n)
        expect(found.feeSat).toBeLessThan(3n * 200n)
        await nodes.mine(1)
        const utxos = await backend.onchain!.listUtxos!({})
        expect(utxos.some(({ outpoint }) => outpoint.startsWith(String(sent.txId)))).toBe(true)
      })

      test('refusals of a payment say that nothing was sent', async () => {
        const address = await foreign()
        const cases = [
          [{ address, amountSat: sat(20_000n), feeRateSatPerVbyte: 0.5 }, 'invalid_request'],
          [{ address, amountSat: sat(100n) }, 'invalid_request'],
          [{ address, amountSat: sat(900_000_000_000n) }, 'insufficient_balance'],
          [{ address: 'no address', amountSat: sat(20_000n) }, 'invalid_request'],
          [{ address: '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2', amountSat: sat(20_000n) }, 'invalid_request'],
          [
            { address: 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', amountSat: sat(20_000n) },
            'wrong_network',
          ],
        ] as const
        const before = (await backend.onchain!.listTransactions!({ limit: 100 })).items.length
        for (const [request, code] of cases) await expectRefused(() => backend.onchain!.send!(request), code)
        expect((await backend.onchain!.listTransactions!({ limit: 100 })).items.length).toBe(before)
      })
    })

    describe('payments with controls on a real node', () => {
      const toRemote = async (more: object) =>
        backend.payInvoice({ invoice: await invoiceOf(5_000_000n), maxFeeMsat: msat(10_000n), ...more })

      test('the last hop is kept to', async () => {
        expect(await toRemote({ lastHop: nodeId(neighbour.pubkey) })).toMatchObject({ status: 'settled' })
        expect(await toRemote({ lastHop: NOBODY })).toMatchObject({
          status: 'failed',
          failure: { reason: 'no_route' },
        })
      })

      test('a keysend over two hops is paid once, under its own hash', async () => {
        const secret = preimage(randomBytes(32).toString('hex'))
        const hash = createHash('sha256').update(Buffer.from(secret, 'hex')).digest('hex')
        const send = () =>
          backend.keysend!.send({
            destination: nodeId(remote.pubkey),
            amountMsat: msat(4_321_000n),
            maxFeeMsat: msat(1_000n),
            preimage: secret,
          })
        expect(await send()).toMatchObject({
          status: 'settled',
          paymentHash: hash,
          preimage: secret,
          feeMsat: 1000n,
        })
        await expectRefused(send, 'already_paid')
        const arrived = await remote.call<{ amt_paid_msat: string; is_keysend: boolean }>(
          'default',
          'lookupInvoice',
          { r_hash: Buffer.from(hash, 'hex') },
        )
        expect(arrived).toMatchObject({ amt_paid_msat: '4321000', is_keysend: true })
      })

      test('a keysend to nobody fails, and to oneself is refused', async () => {
        const order = { amountMsat: msat(1_000n), maxFeeMsat: msat(1_000n) }
        const secret = () => preimage(randomBytes(32).toString('hex'))
        expect(
          await backend.keysend!.send({
            ...order,
            destination: NOBODY,
            preimage: secret(),
            timeoutSeconds: 5,
          }),
        ).toMatchObject({ status: 'failed', failure: { reason: 'no_route' } })
        await expectRefused(
          () => backend.keysend!.send({ ...order, destination: nodeId(node.pubkey), preimage: secret() }),
          'self_payment',
        )
      })

      test('a held payment tells the height at which its HTLC times out', async () => {
        const secret = randomBytes(32)
        const paymentHash = createHash('sha256').update(secret).digest('hex')
        const made = await backend.hold!.create({
          paymentHash: paymentHash as never,
          amountMsat: msat(2_000_000n),
          expirySeconds: 600,
        })
        const paying = await neighbour.stream('router', 'sendPaymentV2', {
          payment_request: made.invoice,
          timeout_seconds: 20,
          fee_limit_msat: '0',
        })
        paying.on('error', () => {})
        const accepted = await waitUntil('the payment to be held', async () => {
          const invoice = await backend.lookupInvoice({ paymentHash: made.paymentHash })
          return invoice?.status === 'accepted' && invoice
        })
        const { blockHeight } = await backend.getInfo()
        // LND asks for 80 blocks, and the payer adds a few
        expect(accepted.htlcExpiryHeight).toBeGreaterThan(blockHeight! + 70)
        expect(accepted.htlcExpiryHeight).toBeLessThan(blockHeight! + 100)
        expect(await backend.hold!.cancel({ paymentHash: made.paymentHash })).toMatchObject({
          status: 'canceled',
        })
        paying.cancel()
      })
    })

    describe('the network as a real node sees it', () => {
      test('a route is told hop by hop', async () => {
        const target = { nodeId: nodeId(remote.pubkey), amountMsat: msat(5_000_000n) }
        const [route, ...others] = await backend.routing!.findRoutes!({ target, limit: 5 })
        expect(others).toEqual([])
        expect(route).toMatchObject({
          feeMsat: 1000n,
          hops: [
            { nodeId: neighbour.pubkey, amountMsat: 5_000_000n, feeMsat: 1000n },
            { nodeId: remote.pubkey, amountMsat: 5_000_000n, feeMsat: 0n },
          ],
        })
        expect(route!.totalCltvDelta).toBeGreaterThan(80)
        expect(route!.totalCltvDelta).toBeLessThan(400)
        expect(route!.hops[0]!.channelId).toMatch(/^\d+x\d+x\d+$/)
        await expectRefused(
          () => backend.routing!.findRoutes!({ target: { ...target, nodeId: NOBODY }, limit: 2 }),
          'no_route',
        )
      })

      test('a probe measures the fee and pays nothing', async () => {
        const fixed = await invoiceOf(3_000_000n)
        const held = (await backend.getBalance()).channelsMsat
        const targets = [
          { invoice: fixed },
          { invoice: await invoiceOf(), amountMsat: msat(3_000_000n) },
          { nodeId: nodeId(remote.pubkey), amountMsat: msat(3_000_000n) },
        ]
        for (const target of targets)
          expect(await backend.routing!.probe!({ target })).toEqual({ feeMsat: 1000n, method: 'probe' })
        await waitUntil(
          'the HTLCs to be back',
          async () => (await backend.getBalance()).channelsMsat === held,
        )
        const { payment_hash } = await remote.call<{ payment_hash: string }>('default', 'decodePayReq', {
          pay_req: fixed,
        })
        const { state } = await remote.call<{ state: string }>('default', 'lookupInvoice', {
          r_hash: Buffer.from(payment_hash, 'hex'),
        })
        expect(state).toBe('OPEN')
        await expectRefused(
          () => backend.routing!.probe!({ target: { nodeId: NOBODY, amountMsat: msat(1_000n) } }),
          'no_route',
        )
      })

      test('a node of the graph is told, an unknown one is not', async () => {
        const found = await backend.graph!.getNode({ nodeId: nodeId(neighbour.pubkey) })
        expect(found).toMatchObject({
          nodeId: neighbour.pubkey,
          alias: 'b',
          addresses: [neighbour.peerAddress],
        })
        expect(found!.channels).toBeGreaterThanOrEqual(2)
        expect(found!.capacitySat).toBeGreaterThanOrEqual(32_000_000n)
        expect(await backend.graph!.getNode({ nodeId: NOBODY })).toBeUndefined()
      })

      test('forwards come newest first and page without gap', async () => {
        const all = (await forwarder.forwards!.list({ limit: 1000 })).items
        expect(all.length).toBeGreaterThan(3)
        expect(
          all.every(({ incomingMsat, outgoingMsat, feeMsat }) => incomingMsat - outgoingMsat === feeMsat),
        ).toBe(true)
        const times = all.map(({ createdAt }) => createdAt)
        expect(times).toEqual(times.toSorted((a, b) => b - a))
        const paged = []
        let cursor: string | undefined
        do {
          const page = await forwarder.forwards!.list({
            limit: 2,
            ...(cursor === undefined ? {} : { cursor }),
          })
          paged.push(...page.items)
          cursor = page.nextCursor
        } while (cursor !== undefined)
        expect(paged).toEqual(all)
        const earned = all.reduce((sum, { feeMsat }) => sum + feeMsat, 0n)
        // LND tells whole sats, rounded down
        expect((await forwarder.forwards!.feeReport!({})).dayMsat).toBe((earned / 1000n) * 1000n)
        expect((await forwarder.forwards!.list({ limit: 5, to: times.at(-1)! })).items).toEqual([])
      })

      test("somebody else's signature is told apart from a broken one", async () => {
        const { signature } = await neighbour.call<{ signature: string }>('default', 'signMessage', {
          msg: Buffer.from('a foreign text'),
        })
        const verify = (message: string, text: string) =>
          backend.messages!.verify({ message, signature: text })
        expect(await verify('a foreign text', signature)).toEqual({ valid: true, nodeId: neighbour.pubkey })
        expect(await verify('another text', signature)).toMatchObject({ valid: false })
        expect(await verify('a foreign text', '0lO-')).toEqual({ valid: false })
        await expectRefused(() => backend.messages!.sign({ message: '' }), 'invalid_request')
      })
    })

    describe('safety of a real node', () => {
      test("a channel backup is this node's own and whole", async () => {
        const { backup, format } = await backend.backup!.export({})
        expect(format).toBe('lnd-multi-channel-backup')
        expect(await backend.backup!.verify!({ backup })).toEqual({ valid: true })
        const broken = Buffer.from(backup, 'base64')
        broken[broken.length - 1]! ^= 1
        const foreign = await forwarder.backup!.export({})
        for (const other of [broken.toString('base64'), foreign.backup, '', 'no base64 !'])
          expect(await backend.backup!.verify!({ backup: other })).toEqual({ valid: false })
      })

      test('what was paid is backed up at the tower that watches', async () => {
        const { pubkey } = await remote.call<{ pubkey: Buffer }>('tower_server', 'getInfo')
        await backend.payInvoice({ invoice: await invoiceOf(1_000_000n), maxFeeMsat: msat(5_000n) })
        await waitUntil('everything to be at the tower', async () => {
          const { backups, pendingBackups, sessionsAcquired } = await backend.watchtowers!.stats!({})
          return backups > 0 && pendingBackups === 0 && sessionsAcquired > 0
        })
        const towers = await backend.watchtowers!.list({})
        const watching = towers.find(({ nodeId: id }) => id === pubkey.toString('hex'))
        expect(watching).toMatchObject({ active: true })
        expect(watching!.sessions).toBeGreaterThan(0)
      })

      test('the macaroon for watchtowers adds and removes them, and nothing else', async () => {
        const keeper = harness.backend({ macaroonFile: harness.macaroonFiles.watchtower })
        try {
          const { capabilities, permissions } = await keeper.connect()
          expect(permissions).toMatchObject({ send: 'denied', channels: 'denied', onchain: 'denied' })
          expect(CAPABILITIES.filter((name) => capabilities[name] !== 'none')).toEqual([
            'getInfo',
            'routing.estimateFee',
            'routing.findRoutes',
            'graph.getNode',
            'watchtowers.list',
            'watchtowers.add',
            'watchtowers.remove',
            'watchtowers.stats',
          ])
          const { pubkey, listeners } = await neighbour.call<{ pubkey: Buffer; listeners: string[] }>(
            'tower_server',
            'getInfo',
          )
          const id = nodeId(pubkey.toString('hex'))
          await keeper.watchtowers!.add!({ nodeId: id, address: listeners[0]! })
          const isActive = async () =>
            (await keeper.watchtowers!.list({})).some((tower) => tower.nodeId === id && tower.active)
          expect(await isActive()).toBe(true)
          await keeper.watchtowers!.remove!({ nodeId: id })
          expect(await isActive()).toBe(false)
        } finally {
          await keeper.close()
        }
      })

      test('a node without a watchtower client has no such facet', async () => {
        expect(forwarder.watchtowers).toBeUndefined()
        expect(forwarder.capabilities['watchtowers.add']).toBe('none')
      })
    })
  })
}
