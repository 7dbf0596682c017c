import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type LndNode,
  MACAROON_PERMISSIONS,
  mintMacaroon,
  type Network,
  waitUntil,
} from '@lightning-mcp/nodes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FaultProxy, proxyCertFile } from '../../../packages/backends/lnd/test/harness/fault-proxy.ts'
import type { ToolAnswer } from '../clients/mcp-client.ts'
import { startInProcess } from '../in-process/server.ts'
import { type ServerUnderTest, startServer } from '../neutrality/server-under-test.ts'
import { startPaying } from './recipient.ts'

/** A guard on a busy machine; no test waits for it to pass. */
const PATIENCE = { timeout: 120_000 }
const LIMITS = { maxIntoChannelSats: 800_000, approveAboveSats: 600_000, maxFeeSats: 5_000 }

const APPROVED_SATS = 700_000
const COINS_SATS = 54_321
const OPENED_SATS = 222_000
const KEYSEND_SATS = 4_321

/** Everything that a node does beside payments of invoices, over MCP, with the last of three nodes in a row. */
export function testNodeSurface(openNetwork: () => Network): void {
  describe('the surface of a node, over stdio', () => {
    let network: Network
    let first: LndNode
    let neighbor: LndNode
    let node: LndNode
    let proxy: FaultProxy
    let server: ServerUnderTest
    const call: ServerUnderTest['call'] = (tool, args) => server.call(tool, args)
    const done = async (tool: string, args: object): Promise<ToolAnswer['data']> => {
      const answer = await call(tool, { ...args })
      expect(answer.isError, answer.text).toBe(false)
      return answer.data
    }
    const channels = async (state: string) => (await done('list_channels', { state, limit: 20 })).channels

    beforeAll(async () => {
      network = openNetwork()
      ;[first, neighbor, node] = network.nodes as [LndNode, LndNode, LndNode]
      proxy = await new FaultProxy(node).start()
      const env = { ...node.environment(), LND_SOCKET: proxy.socket, LND_CERT_FILE: proxyCertFile }
      server = await startServer({ settings: ['--backend', 'lnd'], env }, LIMITS)
    }, 180_000)
    afterAll(async () => {
      await server?.stop()
      await proxy?.stop()
    }, 60_000)

    test('each documented macaroon lists what it may, and nothing else', PATIENCE, async () => {
      const home = await mkdtemp(join(tmpdir(), 'macaroons-'))
      const lists: Record<string, readonly string[]> = {}
      for (const [name, permissions] of Object.entries(MACAROON_PERMISSIONS)) {
        const { file } = await mintMacaroon(node, permissions)
        const settings = ['--backend', 'lnd', '--toolsets', 'all', '--data-dir', join(home, name)]
        const env = node.environment({ macaroonFile: file })
        const limited = await startInProcess({ settings, env, home })
        lists[name] = await limited.tools()
        await limited.stop()
      }
      await rm(home, { recursive: true })
      expect(lists).toMatchSnapshot()
    })

    test('a watchtower is added', PATIENCE, async () => {
      // at once: the longer LND had none, the later it asks the first one for a session
      await done('add_watchtower', { watchtower: await towerOf(first) })
      expect(await done('list_watchtowers', {})).toMatchObject({ watchtowers: [{ active: true }] })
    })

    test('a node is paid once without an invoice, as was previewed', PATIENCE, async () => {
      const order = { destination: first.pubkey, amount_sats: KEYSEND_SATS }
      const preview = await done('pay_keysend', { ...order, preview: true })
      expect(preview).toMatchObject({ status: 'preview', allowed: true, affordable: true })
      const paid = await done('pay_keysend', { ...order, quote_id: preview.quote_id, wait_seconds: 60 })
      expect(paid).toMatchObject({ status: 'settled', replayed: false, amount_sats: KEYSEND_SATS })
      expect(paid.fee_sats).toBeGreaterThan(0)
      const again = await done('pay_keysend', order)
      expect(again).toMatchObject({ payment_id: paid.payment_id, replayed: true, preimage: paid.preimage })
      expect(await keysendsTo(first)).toEqual([KEYSEND_SATS])
    })

    test('a channel is opened within its limit, once its owner approves', PATIENCE, async () => {
      proxy.spent.length = 0
      const order = { peer: `${first.pubkey}@${first.peerAddress}`, capacity_sats: APPROVED_SATS }
      expect(await call('open_channel', { ...order, capacity_sats: 800_001 })).toMatchObject({
        isError: true,
        data: { code: 'budget_exceeded', money_may_have_moved: false },
      })
      const asked = await done('open_channel', { ...order, wait_seconds: 0 })
      expect(asked).toMatchObject({ status: 'awaiting_approval', capital_sats: APPROVED_SATS })
      expect(proxy.spent).toEqual([])
      const waiting = done('wait_for_payment', { payment_id: asked.payment_id, wait_seconds: 60 })
      await server.approve(asked.approval_id)
      expect(await waiting).toMatchObject({ status: 'settled', tx_id: expect.any(String) })
      expect(proxy.spent).toEqual(['OpenChannelSync'])
    })

    describe('killed in the middle, with blocks mined before it is back', () => {
      const orders: Record<string, { tool: string; args: Record<string, unknown>; sent: string }> = {}
      const answers: Record<string, ToolAnswer['data']> = {}
      const held: Record<'cancel' | 'settle', string> = { cancel: '', settle: '' }
      let address = ''

      beforeAll(async () => {
        // a coin for each transaction: what a channel leaves over has to confirm first
        const own = (await done('get_onchain_address', {})).address
        for (const amount of ['1000000', '1100000'])
          await first.call('default', 'sendCoins', { addr: own, amount, sat_per_vbyte: '2' })
        await network.mine(1)
        const opened = await waitUntil('the approved channel to be active', async () =>
          (await channels('open')).find(
            ({ capacity_sats, status }: { capacity_sats: number; status: string }) =>
              capacity_sats === APPROVED_SATS && status === 'active',
          ),
        )
        address = (await first.call<{ address: string }>('default', 'newAddress', { type: 0 })).address
        Object.assign(orders, {
          sending: {
            tool: 'send_onchain',
            args: { address, amount_sats: COINS_SATS, sat_per_vbyte: 2 },
            sent: 'SendCoins',
          },
          opening: {
            tool: 'open_channel',
            args: { peer: neighbor.pubkey, capacity_sats: OPENED_SATS, sat_per_vbyte: 2 },
            sent: 'OpenChannelSync',
          },
          // by the name that LND drops while it closes
          closing: { tool: 'close_channel', args: { channel_id: opened.channel_id }, sent: 'CloseChannel' },
          keysend: {
            tool: 'pay_keysend',
            args: { destination: neighbor.pubkey, amount_sats: KEYSEND_SATS },
            sent: 'SendPaymentV2',
          },
        })
        const invoices: Record<string, string> = {}
        for (const on_deadline of ['cancel', 'settle'] as const) {
          const made = await done('create_hold_invoice', { amount_sats: 7_000, on_deadline })
          held[on_deadline] = made.payment_hash
          invoices[on_deadline] = made.invoice
        }

        proxy.spent.length = 0
        proxy.keepReplies()
        const calls = Object.values(orders).map(({ tool, args }) => call(tool, args).catch(() => undefined))
        await waitUntil('everything to be sent', async () => proxy.spent.length === calls.length)
        await waitUntil('LND to have the transactions', async () => (await pendingOf(node)) === 2)
        await server.crash()
        await Promise.all(calls)
        proxy.reset()

        for (const [payer, invoice] of [
          [first, invoices['cancel']],
          [neighbor, invoices['settle']],
        ] as const)
          await startPaying(payer, invoice!)
        const deadlines = await Promise.all(Object.values(held).map((hash) => timeoutOf(node, hash)))
        const { block_height: height } = await node.call<{ block_height: number }>('default', 'getInfo')
        await network.mine(Math.max(...deadlines) - 18 - height)
        await server.restart()
        await Promise.all(
          Object.entries(orders).map(async ([name, { tool, args }]) => {
            answers[name] = await done(tool, { ...args, wait_seconds: 60 })
          }),
        )
      }, 180_000)

      test.each(['sending', 'opening', 'closing', 'keysend'])('%s: asked again, it is there once', (name) => {
        expect(answers[name]).toMatchObject({ status: 'settled', replayed: true })
        const { sent } = orders[name]!
        expect(proxy.spent.filter((method) => method === sent)).toEqual([sent])
      })

      test('the node and its peers have each of them once', PATIENCE, async () => {
        const { transactions } = await node.call<{
          transactions: { tx_hash: string; output_details: { address: string; amount: string }[] }[]
        }>('default', 'getTransactions')
        const paying = transactions.filter(({ output_details }) =>
          output_details.some((output) => output.address === address),
        )
        expect(paying.map(({ tx_hash }) => tx_hash)).toEqual([answers['sending'].tx_id])
        const opened = (await channels('open'))
          .filter(({ capacity_sats }: { capacity_sats: number }) => capacity_sats === OPENED_SATS)
          .map(({ funding_outpoint }: { funding_outpoint: string }) => funding_outpoint.split(':')[0])
        expect(opened).toEqual([answers['opening'].tx_id])
        expect(await keysendsTo(neighbor)).toEqual([KEYSEND_SATS])
      })

      test.each([
        ['cancel', 'canceled'],
        ['settle', 'settled'],
      ] as const)('a forgotten payment, to %s in time, is %s', PATIENCE, async (decision, status) => {
        await expect
          .poll(async () => (await done('get_payment_status', { payment_hash: held[decision] })).status, {
            timeout: 60_000,
          })
          .toBe(status)
      })

      test('no channel was closed but the one that was to be', PATIENCE, async () => {
        const statuses = [...(await channels('pending')), ...(await channels('closed'))]
        expect(statuses).toMatchObject([{ status: 'closed', capacity_sats: APPROVED_SATS }])
        for (const peer of [first, neighbor])
          expect(await peer.call('default', 'pendingChannels')).toMatchObject({
            pending_force_closing_channels: [],
            waiting_close_channels: [],
          })
      })
    })

    test('what was paid is with the watchtower, until it is removed', PATIENCE, async () => {
      const stats = () => done('get_watchtower_stats', {})
      await expect
        .poll(stats, PATIENCE)
        .toMatchObject({ backups: expect.toSatisfy((count) => count > 0), pending_backups: 0 })
      const [{ node_id, sessions }] = (await done('list_watchtowers', {})).watchtowers
      expect(sessions).toBeGreaterThan(0)
      await done('remove_watchtower', { node_id })
      const { watchtowers } = await done('list_watchtowers', {})
      expect(watchtowers.filter(({ active }: { active: boolean }) => active)).toEqual([])
    })
  })
}

async function towerOf(node: LndNode): Promise<string> {
  const { uris } = await node.call<{ uris: string[] }>('tower_server', 'getInfo')
  return uris[0]!
}

/** Amounts of the payments without an invoice that a node has taken. */
async function keysendsTo(node: LndNode): Promise<number[]> {
  const { invoices } = await node.call<{
    invoices: { is_keysend: boolean; state: string; amt_paid_sat: string }[]
  }>('default', 'listInvoices', { num_max_invoices: '1000' })
  return invoices
    .filter(({ is_keysend, state }) => is_keysend && state === 'SETTLED')
    .map(({ amt_paid_sat }) => Number(amt_paid_sat))
}

/** Channels that are being opened or closed. */
async function pendingOf(node: LndNode): Promise<number> {
  const found = await node.call<Record<string, readonly unknown[]>>('default', 'pendingChannels')
  return [found['pending_open_channels'], found['waiting_close_channels']].flat().length
}

/** When the payment that an invoice holds runs out, once it is held. */
function timeoutOf(node: LndNode, paymentHash: string): Promise<number> {
  return waitUntil('the payment to be held', async () => {
    const { htlcs } = await node.call<{ htlcs: { state: string; expiry_height: number }[] }>(
      'default',
      'lookupInvoice',
      { r_hash: Buffer.from(paymentHash, 'hex') },
    )
    return htlcs.find(({ state }) => state === 'ACCEPTED')?.expiry_height ?? false
  })
}
