import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ServerOptions, ServerProcess } from './support/server-process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const FAULTY = fileURLToPath(new URL('./fixtures/faulty-backend.ts', import.meta.url))
const NOISY = fileURLToPath(new URL('./fixtures/noisy-backend.ts', import.meta.url))

async function open(options?: ServerOptions): Promise<ServerProcess> {
  const server = new ServerProcess(options)
  onTestFinished(() => server.kill())
  await server.initialize()
  return server
}

const names = async (server: ServerProcess): Promise<string[]> => {
  const { result = {} } = await server.request('tools/list')
  return (result['tools'] as { name: string }[]).map(({ name }) => name)
}

const balanceSats = async (server: ServerProcess): Promise<number> =>
  Number((await server.data('get_wallet_balance'))['balance_sats'])

/** Every line of stdout must be one JSON-RPC message. */
function expectProtocolOnly(server: ServerProcess): void {
  expect(server.stdout.endsWith('\n')).toBe(true)
  for (const line of server.stdout.split('\n').slice(0, -1))
    expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' })
}

describe('a session over stdio', () => {
  it('is paid and pays', async () => {
    const server = await open()
    const start = await balanceSats(server)
    const own = await server.data('create_invoice', { amount_sats: 2_000, memo: 'for the agent' })
    await server.data('pay_test_invoice', { invoice: own['invoice'] })
    expect(await balanceSats(server)).toBe(start + 2_000)

    const theirs = await server.data('create_test_invoice', { amount_sats: 500 })
    const paid = await server.data('pay_invoice', { invoice: theirs['invoice'] })
    expect(paid).toMatchObject({ status: 'settled', replayed: false })
    const left = await balanceSats(server)
    expect(left).toBeLessThanOrEqual(start + 1_500)

    const [again, twin] = await Promise.all([
      server.data('pay_invoice', { invoice: theirs['invoice'] }),
      server.data('pay_invoice', { invoice: theirs['invoice'] }),
    ])
    for (const replay of [again, twin])
      expect(replay).toMatchObject({ replayed: true, payment_id: paid['payment_id'] })
    expect(await balanceSats(server)).toBe(left)
    expectProtocolOnly(server)
  })

  it('pays parallel calls for one invoice once', async () => {
    const server = await open()
    const start = await balanceSats(server)
    const { invoice } = await server.data('create_test_invoice', { amount_sats: 300 })
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => server.data('pay_invoice', { invoice })),
    )
    expect(new Set(outcomes.map((outcome) => outcome['payment_id'])).size).toBe(1)
    expect(outcomes.filter((outcome) => outcome['replayed'] === false)).toHaveLength(1)
    const spent = start - (await balanceSats(server))
    expect(spent).toBeGreaterThanOrEqual(300)
    expect(spent).toBeLessThan(600)
  })

  it('refuses what is above the limit and says so', async () => {
    const server = await open({ args: ['--backend', 'simulator', '--max-payment-sats', '100'] })
    const { invoice } = await server.data('create_test_invoice', { amount_sats: 101 })
    const refused = await server.call('pay_invoice', { invoice })
    expect(refused).toMatchObject({
      isError: true,
      structuredContent: { code: 'budget_exceeded', money_may_have_moved: false },
    })
  })

  it('keeps stdout for the protocol, whatever a backend prints', async () => {
    const server = await open({ args: ['--backend', NOISY] })
    await server.data('get_wallet_balance')
    await server.end()
    expectProtocolOnly(server)
    for (const noise of ['while loading', 'while opening', 'noise: true', 'without a console'])
      expect(server.stderr).toContain(noise)
  })

  it('lives on after a forgotten promise and tells it', async () => {
    const server = await open({ args: ['--backend', FAULTY, '--option', 'when=rejects'] })
    await server.data('get_wallet_balance')
    await server.until(() => server.stderr.includes('a promise that was forgotten'))
    expect(await balanceSats(server)).toBeGreaterThan(0)
    expect(await server.end()).toEqual({ code: 0, signal: null })
  })

  it('ends after a fault that nobody caught and tells it', async () => {
    const server = await open({ args: ['--backend', FAULTY, '--option', 'when=throws'] })
    server.send({ id: 99, method: 'tools/call', params: { name: 'get_wallet_balance', arguments: {} } })
    expect(await server.exited).toEqual({ code: 1, signal: null })
    expect(server.stderr).toContain('thrown into the void')
    expect(server.stderr).not.toMatch(/\n\s+at /)
  })

  it('lives on after messages that are no requests', async () => {
    const server = await open()
    server.child.stdin.write('this is no JSON\n{"jsonrpc":"2.0"}\n[]\n')
    const { error } = await server.request('no/such/method')
    expect(error?.code).toBe(-32601)
    expect(await balanceSats(server)).toBeGreaterThan(0)
    expectProtocolOnly(server)
  })

  it('runs the simulator and says so where nothing was chosen', async () => {
    const server = new ServerProcess({ args: [] })
    onTestFinished(() => server.kill())
    await server.initialize()
    expect(await names(server)).toContain('create_test_invoice')
    expect(server.stderr).toContain('no real money')
  })
})

describe('the list of tools', () => {
  const cases: { name: string; args: string[]; has: string[]; lacks: string[] }[] = [
    {
      name: 'the simulator',
      args: [],
      has: ['pay_invoice', 'create_test_invoice'],
      lacks: ['list_channels'],
    },
    {
      name: '--toolsets',
      args: ['--toolsets', 'wallet,channels'],
      has: ['pay_invoice', 'list_channels'],
      lacks: ['mine_blocks'],
    },
    {
      name: '--tools',
      args: ['--tools', 'get_wallet_balance'],
      has: ['get_wallet_balance'],
      lacks: ['pay_invoice', 'mine_blocks'],
    },
    {
      name: '--exclude-tools',
      args: ['--exclude-tools', 'pay_invoice'],
      has: ['create_invoice'],
      lacks: ['pay_invoice'],
    },
    {
      name: '--read-only',
      args: ['--read-only'],
      has: ['get_wallet_balance'],
      lacks: ['pay_invoice', 'create_invoice', 'pay_test_invoice'],
    },
  ]
  it.each(cases)('follows $name', async ({ args, has, lacks }) => {
    const server = await open({ args: ['--backend', 'simulator', ...args] })
    const listed = await names(server)
    expect(listed).toEqual(expect.arrayContaining(has))
    for (const name of lacks) expect(listed).not.toContain(name)
  })

  it('answers before anything heavy is loaded', async () => {
    const server = await open({ args: ['--backend', 'simulator', '--data-dir', temporaryFolder()] })
    expect((await names(server)).length).toBeGreaterThan(10)
  })
})
