import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createManualClock, createSimulatedNetwork, type SimulatedNetwork } from '../src/index.ts'
import { NAMES, refused, step, take, topology } from './random-steps.ts'

/** All that can be seen of a network. */
async function view(network: SimulatedNetwork): Promise<unknown> {
  const nodes = NAMES.map(async (name) => {
    const wallet = network.wallet(name)
    const page = { limit: 1000 }
    return {
      info: await wallet.getInfo(),
      balance: await wallet.getBalance(),
      history: await wallet.listTransactions(page),
      channels: await wallet.channels!.list(page),
      pending: await wallet.channels!.listPending!({}),
      closed: await wallet.channels!.listClosed!(page),
      coins: await wallet.onchain!.listUtxos!({}),
      transactions: await wallet.onchain!.listTransactions!(page),
      peers: await wallet.peers!.list({}),
      offers: await wallet.offers!.list(page),
      forwards: await wallet.forwards!.list(page),
      earned: await wallet.forwards!.feeReport!({}),
      towers: await wallet.watchtowers!.list({}),
      backedUp: await wallet.watchtowers!.stats!({}),
    }
  })
  return { audit: network.audit(), nodes: await Promise.all(nodes) }
}

test('whatever happened, the file has it all', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'))
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      run += 1
      const stateFile = join(folder, `${run}.sqlite`)
      const clock = createManualClock(Date.UTC(2026, 0, 1))
      const first = createSimulatedNetwork({ stateFile, clock, topology })
      const world = { network: first, clock, held: [] }
      for (const one of steps) await take(world, one).catch(refused)
      // what latency holds up would go on while it is opened again
      first.setLatency(0)
      clock.advance(5000)
      const before = await view(first)
      first.close()
      const second = createSimulatedNetwork({ stateFile, clock })
      expect(await view(second)).toEqual(before)
      second.close()
    }),
    { numRuns: 60 },
  )
  rmSync(folder, { recursive: true })
}, 120_000)
