import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Msat, msat, type Payment } from '@lightning-mcp/core'
import type { OwnerKey } from '@lightning-mcp/wallet'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { METHODS, type UnaryMethod } from '../../../packages/backends/lnd/src/methods.ts'
import { fixture } from '../../../packages/backends/lnd/test/fixtures.ts'
import { refuse, ScriptedLnd } from '../../../packages/backends/lnd/test/harness/scripted-lnd.ts'
import type { McpTestClient, ToolAnswer } from '../clients/mcp-client.ts'
import { connectV2 } from '../clients/sdk-v2-client.ts'
import { serveInProcess } from '../in-process/http-server.ts'
import { letSpend, makeOwner } from '../in-process/owner.ts'
import { LND_CERTIFICATE } from '../node-faults/lab.ts'
import { type LeakyWorld, openLeakyWorld, WAYS } from '../secrets/leaky-worlds.ts'

const AMOUNT: Msat = msat(2_100_000n)

let home: string
let owner: OwnerKey
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'secrets-'))
  owner = await makeOwner(join(home, 'owner'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** A whole session with one node, and everything that was said in it. */
async function openSession(world: Pick<LeakyWorld, 'settings' | 'env'>, name: string) {
  const folder = join(home, name.replace(/\W+/g, '-'))
  const settings = [...world.settings, '--data-dir', folder, '--owner-dir', join(home, 'owner')]
  const given = { settings: [...settings, '--toolsets', 'all'], env: world.env, home }
  if (name !== 'the simulator') await letSpend({ ...given, settings }, owner)
  const said: string[] = []
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  const server = await serveInProcess(given)
  const client: McpTestClient = await connectV2(server)
  onTestFinished(async () => {
    await client.close()
    await server.stop()
    vi.restoreAllMocks()
  })
  const authorization = `Bearer ${server.token}`
  return {
    client,
    tools: (await client.listTools()).map(({ name }) => name),
    async call(tool: string, args: Readonly<Record<string, unknown>> = {}): Promise<ToolAnswer> {
      const answer = await client.callTool(tool, args)
      said.push(JSON.stringify(answer))
      return answer
    },
    /** What a browser or a monitor sees. */
    async look(): Promise<void> {
      for (const path of ['/metrics', '/healthz', '/readyz', '/']) {
        const answer = await fetch(new URL(path, server.url), { headers: { authorization } })
        said.push(JSON.stringify([...answer.headers]), await answer.text())
      }
    },
    /** All of it, what lies in the wallet's folder included. */
    everything(): string {
      const kept = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      return [...said, server.stderr(), ...kept].join('\n')
    },
  }
}

type Session = Awaited<ReturnType<typeof openSession>>

/** Each tool that can be called without arguments. */
async function callWhatNeedsNothing({ client, call }: Session): Promise<number> {
  const tools = (await client.listTools()) as readonly {
    name: string
    inputSchema?: { required?: readonly string[] }
  }[]
  const free = tools.filter(({ inputSchema }) => (inputSchema?.required ?? []).length === 0)
  for (const { name } of free) await call(name)
  return free.length
}

const payFrom = (world: LeakyWorld, invoice: string): Promise<Payment> =>
  world.network.wallet('shop').payInvoice({ invoice, maxFeeMsat: msat(100_000n) })

const billOf = async (world: LeakyWorld): Promise<string> =>
  String(
    (await world.network.wallet('shop').createInvoice({ amountMsat: AMOUNT, expirySeconds: 600 })).invoice,
  )

describe.each(WAYS)('over a session with %s', (way) => {
  test('neither the credential nor the preimage of an unpaid invoice is told or kept', async () => {
    const world = await openLeakyWorld(way)
    onTestFinished(() => world.close())
    const session = await openSession(world, way)
    const { call } = session
    expect(await callWhatNeedsNothing(session)).toBeGreaterThan(5)

    const own = (await call('create_invoice', { amount_sats: 2_100, memo: 'canary' })).data
    const held = session.tools.includes('create_hold_invoice')
      ? (await call('create_hold_invoice', { amount_sats: 2_100 })).data
      : undefined
    const paid = await call('pay_invoice', { invoice: await billOf(world), wait_seconds: 30 })
    expect(paid.data).toMatchObject({ status: 'settled' })

    for (const spoil of world.spoilPayment) {
      spoil()
      await call('pay_invoice', { invoice: await billOf(world), wait_seconds: 0 })
    }
    for (const spoil of world.spoilRead) {
      spoil()
      await call('get_wallet_balance')
      await call('get_payment_status', { payment_hash: own.payment_hash })
    }
    await callWhatNeedsNothing(session)
    const waiting: Promise<Payment>[] = []
    for (const { payment_hash, invoice } of held === undefined ? [own] : [own, held]) {
      await call('get_payment_status', { payment_hash })
      await call('wait_for_payment', { payment_hash, wait_seconds: 0 })
      await call('decode_invoice', { invoice })
    }
    await session.look()
    const before = session.everything()

    waiting.push(payFrom(world, own.invoice))
    if (held !== undefined) {
      waiting.push(payFrom(world, held.invoice))
      const status = async () =>
        (await call('get_payment_status', { payment_hash: held.payment_hash })).data.status
      await expect.poll(status).toBe('accepted')
      const whileHeld = session.everything()
      await call('settle_hold_invoice', { payment_hash: held.payment_hash })
      const { preimage } = (await waiting[1]) as Payment
      expect(whileHeld.includes(String(preimage)), 'the preimage of a held payment').toBe(false)
    }
    for (const { preimage } of await Promise.all(waiting)) {
      expect(preimage).toMatch(/^[0-9a-f]{64}$/)
      expect(before.includes(String(preimage)), 'the preimage of an unpaid invoice').toBe(false)
    }

    await world.revoke?.()
    await callWhatNeedsNothing(session)
    await world.goAway?.()
    for (const tool of ['get_wallet_balance', 'check_connection', 'create_invoice']) await call(tool)
    await call('pay_invoice', { invoice: await billOf(world), wait_seconds: 0 })
    await session.look()
    expect(world.credentials.length > 0).toBe(way === 'Eclair' || way === 'Core Lightning, clnrest')
    const all = session.everything()
    expect(all.includes(own.payment_hash), 'what was said').toBe(true)
    for (const credential of world.credentials) expect(all.includes(credential), 'the credential').toBe(false)
  })
})

test('a macaroon that LND repeats in its errors is told to nobody', async () => {
  const { admin: hex = '' } = fixture<Record<string, string>>('macaroons')
  const forms = [
    hex,
    Buffer.from(hex, 'hex').toString('base64'),
    Buffer.from(hex, 'hex').toString('base64url'),
  ]
  const lnd = await new ScriptedLnd().start()
  onTestFinished(() => lnd.stop())
  const env = { LND_SOCKET: lnd.socket, LND_CERT_FILE: LND_CERTIFICATE, LND_MACAROON: hex }
  const session = await openSession({ settings: ['--backend', 'lnd'], env }, 'LND')
  for (const [index, method] of (Object.keys(METHODS) as UnaryMethod[]).entries())
    if (!['getState', 'getInfo'].includes(method))
      lnd.on(method, () => {
        throw refuse(index % 2 === 0 ? 2 : 16, `not with this: ${forms.join(' ')}`)
      })
  expect(await callWhatNeedsNothing(session)).toBeGreaterThan(10)
  await session.call('create_invoice', { amount_sats: 21 })
  await session.call('get_payment_status', { payment_hash: 'ab'.repeat(32) })
  await session.look()
  expect(lnd.macaroons).toEqual(new Set([hex]))
  const all = session.everything()
  expect(all.includes('LND'), 'what was said').toBe(true)
  for (const form of forms) expect(all.includes(form), 'the macaroon').toBe(false)
})
