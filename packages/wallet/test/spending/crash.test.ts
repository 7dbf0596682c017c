import { fork } from 'node:child_process'
import { join } from 'node:path'
import { createSimulatedNetwork, serveSimulatedNetwork } from '@lightning-mcp/backend-simulator'
import { satToMsat } from '@lightning-mcp/core'
import { expect, onTestFinished, test } from 'vitest'
import { createWallet } from '../../src/create-wallet.ts'
import { newDatabase, openStore, STORE } from '../support/stores.ts'
import { temporaryFolder } from '../support/world.ts'
import { CRASH_LEASE_SECONDS, crashRequests } from './crash-requests.ts'

const MOMENTS = ['recorded', 'before-send', 'sent', 'answered', 'result-recorded'] as const
/** Each moment once, and the one that matters most for every kind. Which database is no matter of theirs. */
const CASES = [
  ...MOMENTS.map((moment) => ['onchain', moment] as const),
  ['keysend', 'recorded'] as const,
  ['keysend', 'sent'] as const,
  ['offer', 'sent'] as const,
  ['channel-open', 'sent'] as const,
].filter(([kind]) => STORE === 'sqlite' || kind === 'channel-open')

/** Runs a wallet process until it is killed. */
const killed = (given: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'spend-process.ts'), given, {
      execArgv: ['--conditions=development', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.once('exit', (code, signal) =>
      signal === 'SIGKILL' ? resolve() : reject(new Error(`ended by itself with ${code}`)),
    )
  })

test.each(CASES)('%s by a process that is killed at %s happens at most once', async (kind, moment) => {
  const folder = temporaryFolder()
  const network = createSimulatedNetwork()
  const { socketPath, close } = await serveSimulatedNetwork({
    network,
    socketPath: join(folder, 'network.sock'),
  })
  onTestFinished(async () => {
    await close()
    network.close()
  })
  const shop = network.wallet('shop')
  const address = await shop.onchain!.newAddress!({})
  const peer = network.nodes.find(({ name }) => name === 'shop')!.nodeId
  const database = newDatabase(folder)
  const { offer } = await shop.offers!.create({ description: 'tea' })
  await killed([socketPath, database, kind, moment, peer, address, offer])

  const limit = satToMsat(1_000_000n)
  const wallet = createWallet({
    backend: network.wallet('alice'),
    store: openStore(database),
    limits: { maxPaymentMsat: limit, maxPerDayMsat: limit, maxIntoChannelMsat: limit },
    leaseSeconds: CRASH_LEASE_SECONDS,
  })
  await wallet.start()
  onTestFinished(() => wallet.stop())
  const wasSent = moment !== 'recorded' && moment !== 'before-send'
  // the same call, by a client that knows of nothing
  const again = await wallet.spend({
    ...crashRequests(peer, address, offer)[kind],
    waitSeconds: wasSent ? 20 : 2,
  })
  expect(again).toMatchObject({
    replayed: true,
    attempt: 1,
    state: wasSent ? 'settled' : 'dispatched',
  })

  const { items } = await network.wallet('alice').listTransactions({ limit: 10, direction: 'outgoing' })
  const coins = (await network.wallet('alice').onchain!.listTransactions!({ limit: 10 })).items
  const happened = items.length + coins.filter(({ netSat }) => netSat < 0n).length
  expect(happened).toBe(wasSent ? 1 : 0)
  if (!wasSent) return expect((await wallet.getBudget()).reservedMsat).toBeGreaterThan(0n)
  await expect.poll(async () => (await wallet.getBudget()).reservedMsat, { timeout: 10_000 }).toBe(0n)
})
