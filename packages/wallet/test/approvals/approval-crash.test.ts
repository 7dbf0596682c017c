import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { msat } from '@lightning-mcp/core'
import { afterAll, describe, expect, test } from 'vitest'
import { decideApproval, listApprovals } from '../../src/approvals/decide-approval.ts'
import { signDocument } from '../../src/owner/signed-document.ts'
import { signPolicy } from '../../src/policy/signed-policy.ts'
import { STEPS } from '../../src/steps.ts'
import type { ChildCall } from '../support/child-order.ts'
import { type RunOrder, type SimulatorStage, startNetwork } from '../support/processes.ts'
import { leftThe } from '../support/settle.ts'
import { newDatabase, openStore, STORE } from '../support/stores.ts'
import { rest } from '../support/test-clock.ts'
import { World } from '../support/world.ts'
import { AMOUNT, ASKS, approvalOf, decide, owner, read, service } from './support.ts'

const DESTINATIONS = ['an address', 'an invoice'] as const
type To = (typeof DESTINATIONS)[number]

describe('a process that dies with an approved payment in hand', () => {
  const cases = DESTINATIONS.flatMap((to) =>
    STEPS.filter((step) => to === 'an address' || !['created', 'minted'].includes(step)).map((dieAt) => ({
      to,
      dieAt,
    })),
  )

  test.each(cases)('paying $to, at $dieAt: one payment, one use', async ({ to, dieAt }) => {
    const world = new World()
    const { resolver } = service(world)
    const call =
      to === 'an invoice'
        ? { destination: world.invoice().invoice, waitSeconds: 0 }
        : { destination: 'tips@shop.example', amountMsat: AMOUNT, waitSeconds: 0 }
    const first = await world.start({ ...ASKS, resolver, dieAt })
    const asked = await first.wallet.pay(call)
    await decide(world, first.store, approvalOf(asked), 'approve')
    await world.clock.advance(2_000)
    expect(world.node.requests.length).toBeLessThanOrEqual(1)

    const second = await world.start({ ...ASKS, resolver })
    // its leases run out, look-ups prove what they can, and the client repeats its call
    for (let minutes = 0; minutes < 3; minutes++) await world.clock.advance(60_000)
    await second.wallet.pay({ ...call, waitSeconds: 0 }).catch(() => {})
    await rest()
    const moved = [...world.node.moved.values()].reduce((sum, times) => sum + times, 0)
    expect(moved).toBeLessThanOrEqual(1)
    const approval = await read(second.store, approvalOf(asked))
    expect(approval.state).toBe('used')
    const payment = await second.wallet.getPayment({ paymentId: asked.paymentId })
    // where nothing had left, a further attempt waits for a further approval
    expect(payment?.state).toBe(moved === 1 ? 'settled' : 'awaiting_approval')
    if (payment?.approval !== undefined) {
      expect(payment.approval.approvalId).not.toBe(approval.approvalId)
      expect(payment.attempt).toBe(2)
    }
  })
})

const folder = mkdtempSync(join(tmpdir(), 'wallet-test-'))
const policyFile = join(folder, 'policy.json')
writeFileSync(policyFile, signPolicy({ version: 1, server: { approveAboveSats: 100 } }, owner))
const network = STORE === 'postgres' ? undefined : await startNetwork(90)
afterAll(async () => {
  await network?.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Approved {
  stage: SimulatorStage
  call: ChildCall
  run: (order?: Omit<RunOrder, 'calls'>) => ReturnType<SimulatorStage['run']>
  database: string
}

/** A payment that was asked for in a process that is gone, and that the owner has approved since. */
async function approved(to: To): Promise<Approved> {
  const stage = (network as NonNullable<typeof network>).stage()
  const database = newDatabase(folder)
  const call: ChildCall =
    to === 'an address'
      ? { destination: 'bob@shop.example', amountMsat: '200000', waitSeconds: 60 }
      : {
          destination: (await stage.payer.controls.createTestInvoice({ amountMsat: msat(200_000n) })).invoice,
          waitSeconds: 60,
        }
  const policy = { file: policyFile, publicKey: owner.publicKey }
  const run: Approved['run'] = (order = {}) => stage.run({ database, policy, calls: [call], ...order })
  const asked = await stage.run({ database, policy, calls: [{ ...call, waitSeconds: 0 }] })
  expect(asked?.outcomes).toMatchObject([{ state: 'awaiting_approval' }])

  const store = openStore(database)
  const [approval] = await listApprovals(store, { nowMs: 0 })
  await decideApproval(store, {
    approvalId: approval?.approvalId ?? '',
    decision: 'approve',
    nowMs: approval?.createdAtMs ?? 0,
    sign: (document) => signDocument('approval-decision', document, owner),
  })
  await store.close()
  return { stage, call, run, database }
}

async function momentsOf(to: To): Promise<readonly string[]> {
  if (network === undefined) return []
  const { run, stage } = await approved(to)
  const answer = await run()
  await stage.payer.close()
  // of reading alone nothing is left behind
  return (answer?.moments ?? []).filter((moment) => !moment.startsWith('ask'))
}

const lives = await Promise.all(DESTINATIONS.map(async (to) => ({ to, moments: await momentsOf(to) })))

// the steps are the same on the other store, and what a commit means is proven for both elsewhere
describe.skipIf(STORE === 'postgres').concurrent('killed with SIGKILL after the approval', () => {
  const cases = lives.flatMap(({ to, moments }) =>
    moments
      // what follows a commit has a name of its own
      .filter((moment) => !moment.startsWith('committed'))
      // the sending itself is the same for both, and proven for both without an approval
      .filter((moment) => to === 'an address' || moment.startsWith('commit'))
      .map((dieAt) => ({ to, dieAt })),
  )

  test.each(cases)(
    'paying $to, at $dieAt: at most one payment, one use',
    { timeout: 120_000 },
    async ({ to, dieAt }) => {
      const { stage, run, database } = await approved(to)
      await run({ dieAt })
      for (let calls = 0; calls < 20; calls++) {
        const answer = await run()
        if (['settled', 'awaiting_approval'].includes(answer?.outcomes[0]?.state ?? '')) break
      }
      const store = openStore(database)
      const all = await listApprovals(store)
      await store.close()
      const { payments, open } = await leftThe(stage.payer)
      expect(open).toBe(0)
      expect(stage.notes()).toEqual([])
      expect(all.filter(({ state }) => state === 'used')).toHaveLength(1)
      // where the first sending is proven never to have left, the owner is asked again
      expect({ payments, asked: all.length }).toEqual(
        payments === 1 ? { payments: 1, asked: 1 } : { payments: 0, asked: 2 },
      )
      await stage.payer.close()
    },
  )
})

test.skipIf(STORE === 'postgres')('the moments after an approval are the steps and each commit', () => {
  for (const { to, moments } of lives) {
    const steps = STEPS.filter((step) => to === 'an address' || !['created', 'minted'].includes(step))
    expect(moments).toEqual(expect.arrayContaining([...steps, 'sent', 'commit', 'committed']))
  }
})
