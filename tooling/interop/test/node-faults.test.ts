import dns from 'node:dns'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFakeCln } from '@lightning-mcp/fake-cln'
import { startFakeEclair } from '@lightning-mcp/fake-eclair'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { makeInvoices } from '../bad-input/invoices.ts'
import type { ToolAnswer } from '../clients/mcp-client.ts'
import { type InProcessServer, type ServerSettings, startInProcess } from '../in-process/server.ts'
import { inFastTime } from '../node-faults/fake-clock.ts'
import { type Lab, openLab, rightSettings } from '../node-faults/lab.ts'
import { openSpoiltNode, SPOILT_ANSWERS, type Spoilt } from '../node-faults/spoilt-answers.ts'
import { WRONG_SETTINGS } from '../node-faults/wrong-settings.ts'

vi.mock('node:timers/promises', async (original) => ({
  ...(await original<typeof import('node:timers/promises')>()),
  setTimeout: (await import('../node-faults/fake-clock.ts')).waitOnAnyClock,
}))

/** What a server waits for an answer of its node, whatever tries that takes; a client waits longer. */
const PATIENCE_MS = 16_000
/** The same for what makes something. */
const LONGER_PATIENCE_MS = 31_000
const WHAT_TO_LOOK_AT = /\bnode\b|CLN_REST_URL|ECLAIR_URL/

interface Opened {
  env: ServerSettings['env']
  close: () => Promise<void>
}

let lab: Lab
beforeAll(async () => {
  // what a machine's resolver makes of a name that does not exist, and how long that takes, is not tested
  const { lookup } = dns
  vi.spyOn(dns, 'lookup').mockImplementation(((host: string, ...rest: readonly unknown[]) => {
    if (!host.endsWith('.invalid')) return Reflect.apply(lookup, dns, [host, ...rest])
    const answer = rest.at(-1) as (error: NodeJS.ErrnoException) => void
    setImmediate(answer, Object.assign(new Error(`ENOTFOUND ${host}`), { code: 'ENOTFOUND' }))
  }) as typeof lookup)
  lab = await openLab()
  // what a server loads at its first call must not take time on a clock that runs fast
  for (const { settings, env } of rightSettings(lab)) {
    const server = await startInProcess({ settings, env, home: lab.folder })
    expect((await server.call('get_wallet_balance')).isError).toBe(false)
    await server.stop()
  }
})
afterAll(() => lab.close())

/** A server that has kept nothing before. */
async function start(given: Omit<ServerSettings, 'home'>): Promise<InProcessServer> {
  const home = await mkdtemp(join(tmpdir(), 'node-faults-home-'))
  const server = await startInProcess({ ...given, home })
  onTestFinished(async () => {
    await server.stop()
    await rm(home, { recursive: true, force: true })
  })
  return server
}

function expectNamed({ isError, text, data }: ToolAnswer, code: string, fix: RegExp): void {
  expect({ isError, code: data.code, next: data.next_step, moved: data.money_may_have_moved }).toEqual({
    isError: true,
    code,
    next: expect.stringMatching(fix),
    moved: false,
  })
  expect(text).toMatch(new RegExp(`^${code}: `))
}

function expectNone(secrets: readonly string[], ...said: unknown[]): void {
  const text = JSON.stringify(said)
  for (const secret of secrets) expect(text.includes(secret), 'a credential was told').toBe(false)
}

describe('wrong settings are told by every tool', () => {
  test.each(WRONG_SETTINGS)('$backend: $name: $code', async ({ backend, env, code, fix }) => {
    const server = await start({ settings: ['--backend', backend], env: await env(lab) })
    const { answer, tookMs } = await inFastTime(() => server.call('get_wallet_balance'), { speed: 10 })
    expectNamed(answer, code, fix)
    expect(tookMs).toBeLessThan(PATIENCE_MS)
    const again = await inFastTime(() => server.call('check_connection'), { speed: 10 })
    expect(JSON.stringify(again.answer.data)).toMatch(fix)
    expectNone(lab.secrets(), answer, again.answer, server.log())
  })
})

const isUnanswered = (spoilt: Spoilt): boolean => spoilt === 'silence' || spoilt === 'a slow drip'
/** Where a deadline is all that is waited for, nothing else can be late. */
const speedFor = (spoilt: Spoilt) => ({ speed: isUnanswered(spoilt) ? 100 : 10 })

describe('spoilt answers of the node are told, and soon', () => {
  test.each(SPOILT_ANSWERS)('$way: $spoilt, from the first on: $code', async ({ way, spoilt, code }) => {
    const node = await openSpoiltNode(way)
    onTestFinished(() => node.close())
    node.spoil(spoilt, 'anything')
    const server = await start(node)
    const { answer, tookMs } = await inFastTime(() => server.call('get_wallet_balance'), speedFor(spoilt))
    expectNamed(answer, code, WHAT_TO_LOOK_AT)
    expect(tookMs).toBeLessThan(PATIENCE_MS)
    expectNone(node.secrets, answer, server.log())
  })

  test.each(SPOILT_ANSWERS)('$way: $spoilt, later: $code', async ({ way, spoilt, code }) => {
    const node = await openSpoiltNode(way)
    onTestFinished(() => node.close())
    const server = await start(node)
    expect((await server.call('get_wallet_balance')).isError).toBe(false)
    node.spoil(spoilt, 'balance')
    node.spoil(spoilt, 'invoice')
    const { answer, tookMs } = await inFastTime(() => server.call('get_wallet_balance'), speedFor(spoilt))
    expectNamed(answer, code, WHAT_TO_LOOK_AT)
    expect(tookMs).toBeLessThan(PATIENCE_MS)
    const made = await inFastTime(() => server.call('create_invoice', { amount_sats: 21 }), speedFor(spoilt))
    // an invoice may have been made where nothing was heard until the deadline
    const isSilent = made.answer.data.code === 'outcome_unknown'
    expectNamed(made.answer, isSilent ? 'outcome_unknown' : code, isSilent ? /Look up/ : WHAT_TO_LOOK_AT)
    if (isSilent) expect(spoilt).toSatisfy(isUnanswered)
    expect(made.tookMs).toBeLessThan(LONGER_PATIENCE_MS)
    expect((await server.call('get_payments')).isError).toBe(false)
    expectNone(node.secrets, answer, made.answer, server.log())
  })
})

describe('another node or network than was meant', () => {
  const elsewhere: readonly { way: string; backend: string; open: () => Promise<Opened> }[] = [
    {
      way: 'Core Lightning',
      backend: 'cln',
      open: async () => {
        const fake = await startFakeCln({ chain: 'bitcoin' })
        return { env: { CLN_SOCKET: fake.socketPath }, close: () => fake.close() }
      },
    },
    {
      way: 'Eclair',
      backend: 'eclair',
      open: async () => {
        const { url, password, close } = await startFakeEclair({ chain: 'mainnet' })
        return { env: { ECLAIR_URL: url, ECLAIR_PASSWORD: password }, close }
      },
    },
  ]

  test.each(elsewhere)('$way: an invoice of another network is not paid', async ({ backend, open }) => {
    const { env, close } = await open()
    onTestFinished(close)
    const server = await start({ settings: ['--backend', backend], env })
    expect((await server.call('get_wallet_details')).data).toMatchObject({ network: 'mainnet' })
    const invoice = makeInvoices().good
    expectNamed(await server.call('pay_invoice', { invoice }), 'wrong_network', /\S/)
  })
})

describe('a credential that is too weak', () => {
  const over = (restrictions: Parameters<Lab['cln']['createRune']>[0]) => ({
    settings: ['--backend', 'cln'],
    env: {
      CLN_REST_URL: lab.cln.rest.url,
      CLN_CA: lab.cln.rest.ca,
      CLN_RUNE: lab.cln.createRune(restrictions),
    },
  })

  test('a rune that only reads leaves no tool that makes or pays', async () => {
    const server = await start(over('readonly'))
    const tools = await server.tools()
    expect(tools).toEqual(expect.arrayContaining(['get_wallet_balance', 'get_payments', 'check_connection']))
    for (const name of ['create_invoice', 'pay_invoice', 'pay_lightning_address'])
      expect(tools).not.toContain(name)
    expect((await server.call('get_wallet_balance')).isError).toBe(false)
  })

  test('what only the node can judge is told as it refuses', async () => {
    const server = await start(over([['method^list', 'method^get', 'pnameamount_msat<1000']]))
    expect(await server.tools()).toContain('create_invoice')
    expectNamed(await server.call('create_invoice', { amount_sats: 21 }), 'permission_denied', /createrune/)
  })
})
