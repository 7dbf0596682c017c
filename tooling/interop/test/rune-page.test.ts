import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { satToMsat } from '@lightning-mcp/core'
import { type FakeCln, startFakeCln } from '@lightning-mcp/fake-cln'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { letSpend, makeOwner } from '../in-process/owner.ts'
import { type InProcessServer, startInProcess } from '../in-process/server.ts'

/** What docs/backends/cln.md tells a node's owner, done on a node. */
const page = await readFile(new URL('../../../docs/backends/cln.md', import.meta.url), 'utf8')
const [LOOK, BE_PAID, PAY, RUN] = [...page.matchAll(/createrune restrictions='(\[\[.*\]\])'/g)].map(
  ([, json]) => JSON.parse(json as string) as string[][],
) as [string[][], string[][], string[][], string[][]]

/** The tools that the page's row of that rune names. */
const toolsOf = (row: string): string[] => {
  const [, cell = ''] = new RegExp(`^\\| ${row} \\| (.*) \\|$`, 'm').exec(page) ?? []
  return [...cell.matchAll(/`(\w+)`/g)].map((match) => match[1] as string)
}

describe('the runes of docs/backends/cln.md', () => {
  let home: string
  let fake: FakeCln
  const settings = ['--backend', 'cln', '--toolsets', 'all']
  const env = (restrictions: string[][]) => ({
    CLN_REST_URL: fake.rest!.url,
    CLN_CA: fake.rest!.ca,
    CLN_RUNE: fake.createRune(restrictions),
  })
  const invoiceOver = async (sats: bigint): Promise<string> => {
    const ask = { amountMsat: satToMsat(sats), expirySeconds: 600 }
    return (await fake.network.wallet('shop').createInvoice(ask)).invoice as string
  }

  async function withServer<T>(
    start: Parameters<typeof startInProcess>[0],
    use: (server: InProcessServer) => Promise<T>,
  ): Promise<T> {
    const server = await startInProcess(start)
    try {
      return await use(server)
    } finally {
      await server.stop()
    }
  }
  const toolsWith = (restrictions: string[][]) =>
    withServer({ settings, env: env(restrictions), home }, (server) => server.tools())

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'rune-page-'))
    fake = await startFakeCln({ rest: true })
  })
  afterAll(async () => {
    await fake.close()
    await rm(home, { recursive: true, force: true })
  })

  test('every method and command that the page names is there', async () => {
    const { help } = (await fake.call('help')) as { help: { command: string }[] }
    const known = help.map(({ command }) => command.split(' ')[0] as string)
    const inRunes = [...page.matchAll(/"method[=/](\w+)"/g)]
    const commands = [...page.matchAll(/lightning-cli (\w+)/g)]
    const named = [...inRunes, ...commands].map((match) => match[1] as string)
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  })

  const look = toolsOf('look')
  test.each([
    ['look', LOOK, look],
    ['look and be paid', BE_PAID, [...look, ...toolsOf('look and be paid')]],
    ['pay within limits', PAY, [...look, ...toolsOf('pay within limits')]],
  ])('%s: exactly the tools that the page names', async (_name, restrictions, expected) => {
    expect([...(await toolsWith(restrictions))].sort()).toEqual([...expected].sort())
  })

  test('run the node: what a rune without restrictions has, and all but what the page names', async () => {
    const tools = await toolsWith(RUN)
    expect(tools).toEqual(await toolsWith([]))
    const documented = [
      ...(await readFile(new URL('../../../docs/tools.md', import.meta.url), 'utf8')).matchAll(
        /^\| `(\w+)` \| (?!simulate)/gm,
      ),
    ].map((match) => match[1] as string)
    const absent = toolsOf('run the node')
    expect([...tools].sort()).toEqual(documented.filter((name) => !absent.includes(name)).sort())
  })

  test('the capped rune pays what a server allows by default, and the node refuses more', async () => {
    const dataDir = join(home, 'data')
    const all = [...settings, '--data-dir', dataDir, '--owner-dir', join(home, 'owner')]
    const start = { settings: [...all, '--max-payment-sats', '20000'], env: env(PAY), home }
    await letSpend(start, await makeOwner(join(home, 'owner')))
    await withServer(start, async (server) => {
      const paid = await server.call('pay_invoice', { invoice: await invoiceOver(10_000n) })
      expect(paid.data).toMatchObject({ status: 'settled' })
      const refused = await server.call('pay_invoice', { invoice: await invoiceOver(10_001n) })
      expect(refused).toMatchObject({
        isError: true,
        data: { code: 'permission_denied', money_may_have_moved: false },
      })
    })
  })

  test('checkrune tells the same of it, as the page says', async () => {
    const rune = fake.createRune(PAY)
    const ask = async (sats: bigint, maxfee: number) =>
      fake.call('checkrune', { rune, method: 'xpay', params: { invstring: await invoiceOver(sats), maxfee } })
    await expect(ask(10_000n, 100_000)).resolves.toEqual({ valid: true })
    await expect(ask(10_000n, 100_001)).rejects.toMatchObject({ code: 1502 })
    await expect(ask(10_001n, 1_000)).rejects.toMatchObject({ code: 1502 })
    await expect(fake.call('checkrune', { rune, method: 'withdraw' })).rejects.toMatchObject({ code: 1502 })
    await expect(fake.call('checkrune', { rune, method: 'createrune' })).rejects.toMatchObject({ code: 1502 })
  })
})
