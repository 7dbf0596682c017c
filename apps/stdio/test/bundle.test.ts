import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { ServerProcess } from './support/server-process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const APP = fileURLToPath(new URL('..', import.meta.url))
/** Inside the app, so that what stays outside the bundle is found as in an installed package. */
const OUT = join(APP, 'node_modules', '.cache', `bundle-test-${process.pid}`)

/** Names that a file imports or requires. */
const imported = (file: string): string[] =>
  [
    ...readFileSync(join(OUT, file), 'utf8').matchAll(
      /^import .*?from ['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm,
    ),
  ].map(([, from, dynamic]) => from ?? dynamic ?? '')

describe('the bundle', () => {
  beforeAll(async () => {
    const tsup = join(APP, 'node_modules', '.bin', 'tsup')
    const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter)
    await promisify(execFile)(tsup, ['--no-dts', '--out-dir', OUT], {
      cwd: APP,
      env: { ...process.env, PATH },
    })
  }, 60_000)
  afterAll(() => rmSync(OUT, { recursive: true, force: true }))

  it('imports nothing but itself, Node and its declared dependencies', () => {
    const files = readdirSync(OUT).filter((file) => file.endsWith('.js'))
    const foreign = files
      .flatMap(imported)
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && !builtinModules.includes(name))
      .map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      )
    expect(Object.keys(manifest.dependencies)).toEqual(expect.arrayContaining([...new Set(foreign)]))
  })

  it('is paid and pays, keeps its records and ends with its client', async () => {
    const options = {
      program: [join(OUT, 'main.js')],
      args: ['--backend', 'simulator', '--data-dir', temporaryFolder()],
    }
    const server = new ServerProcess(options)
    onTestFinished(() => server.kill())
    await server.initialize()
    const own = await server.data('create_invoice', { amount_sats: 100, qr: true })
    await server.data('pay_test_invoice', { invoice: own['invoice'] })
    const theirs = await server.data('create_test_invoice', { amount_sats: 50 })
    const paid = await server.data('pay_invoice', { invoice: theirs['invoice'] })
    expect(paid).toMatchObject({ status: 'settled' })
    expect(await server.end()).toEqual({ code: 0, signal: null })

    const next = new ServerProcess(options)
    onTestFinished(() => next.kill())
    await next.initialize()
    const again = await next.data('pay_invoice', { invoice: theirs['invoice'] })
    expect(again).toMatchObject({ replayed: true, payment_id: paid['payment_id'] })
  })

  const others = [
    { backend: 'lnd', env: { LND_SOCKET: '127.0.0.1:1', LND_MACAROON: '0201036c6e640100' } },
    { backend: 'cln', env: { CLN_SOCKET: '/nonexistent/lightning-rpc' } },
    { backend: 'eclair', env: { ECLAIR_URL: 'http://127.0.0.1:1', ECLAIR_PASSWORD: 'wrong' } },
  ]
  it.each(others)('knows $backend', async ({ backend, env }) => {
    const server = new ServerProcess({
      program: [join(OUT, 'main.js')],
      args: ['--backend', backend, '--data-dir', temporaryFolder()],
      env,
    })
    onTestFinished(() => server.kill())
    await server.initialize()
    expect(await server.call('get_wallet_balance')).toMatchObject({
      isError: true,
      structuredContent: { code: 'unavailable' },
    })
  })
})
