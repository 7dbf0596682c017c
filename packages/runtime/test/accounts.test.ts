import { statSync } from 'node:fs'
import { join } from 'node:path'
import { createSimulatedNetwork } from '@lightning-mcp/backend-simulator'
import { LightningError, msat } from '@lightning-mcp/core'
import { createAccount, openSqliteStore, readNodeFigure, transfer } from '@lightning-mcp/wallet'
import { expect, it, onTestFinished } from 'vitest'
import { recordingModule } from './support/recording-module.ts'
import { runtimeOf, temporaryFolder } from './support/runtime-of.ts'

/** One simulated node, to which every server of the test connects. */
function oneNode() {
  const network = createSimulatedNetwork({ seed: 'shared' })
  onTestFinished(() => network.close())
  const name = network.nodes[0]?.name ?? ''
  const { module } = recordingModule({ kind: 'simulator', createBackend: () => network.wallet(name) })
  return { module, node: network.wallet(name) }
}

it('an account that nobody made is refused with the command that makes it', async () => {
  const { module } = oneNode()
  const home = temporaryFolder()
  const { runtime } = await runtimeOf(module, { home, argv: ['--data-dir', 'data', '--account', 'alice'] })
  await expect(runtime.wallet.getBalance()).rejects.toSatisfy(
    (error) =>
      LightningError.is(error) && error.hint?.includes('lightning-mcp owner accounts add alice') === true,
  )
})

it('two servers on one data folder are two accounts of one node', async () => {
  const { module, node } = oneNode()
  const home = temporaryFolder()
  const open = async (account: string) => {
    const { runtime } = await runtimeOf(module, { home, argv: ['--data-dir', 'data', '--account', account] })
    await runtime.wallet.start()
    return runtime.wallet
  }
  await open('default')
  const store = openSqliteStore({ path: join(home, 'data', 'wallet.sqlite') })
  onTestFinished(() => store.close())
  const { identity } = await node.connect()
  for (const name of ['alice', 'bob']) await createAccount(store, { name, kind: 'tracked', identity })
  const figure = await readNodeFigure(store, () => node.getBalance({}))
  await transfer(store, { account: 'alice', amountMsat: 3_000_000n, figure })

  const [alice, bob] = await Promise.all(['alice', 'bob'].map(open))
  const { invoice = '' } = await bob!.createInvoice({
    amountMsat: msat(1_000_000n),
    expirySeconds: 600,
    description: 'between servers',
  })
  expect((await alice!.pay({ destination: invoice })).state).toBe('settled')
  expect(await alice!.getBalance()).toMatchObject({
    spendableMsat: 2_000_000n,
    account: { name: 'alice', kind: 'tracked' },
  })
  expect((await bob!.getBalance()).spendableMsat).toBe(1_000_000n)
  expect(statSync(join(home, 'data', 'invoice-key')).mode & 0o077).toBe(0)
})
