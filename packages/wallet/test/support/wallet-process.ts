import { LightningError, msat } from '@lightning-mcp/core'
import type { Clock } from '../../src/clock.ts'
import { createWallet } from '../../src/create-wallet.ts'
import { auditLedger } from '../../src/ledger/audit.ts'
import type { PaymentRequest } from '../../src/wallet.ts'
import type { ChildAnswer, ChildCall, ChildOrder, ChildOutcome, OpenWorld } from './child-order.ts'
import { Moments } from './moments.ts'
import { openStore } from './stores.ts'
import { watchedBackend } from './watched-backend.ts'

// A wallet that does its calls at once, tells what came of them and ends, unless it is killed before.
const order = await new Promise<ChildOrder>((resolve) =>
  process.once('message', (message) => resolve(message as ChildOrder)),
)
const { speed, epochMs, dieAt, notes } = order

const clock: Clock = {
  now: () => epochMs + (Date.now() - epochMs) * speed,
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs / speed)
    return () => clearTimeout(timer)
  },
}
const moments = new Moments(dieAt)
await moments.watchCommits(order.database.startsWith('postgres:') ? 'postgres' : 'sqlite')

const { openWorld } = (await import(order.world.module)) as { openWorld: OpenWorld }
const world = await openWorld(order.world.options, { speed })
const store = openStore(order.database)
const limits = Object.fromEntries(
  Object.entries(order.limits ?? {}).map(([name, amount]) => [name, msat(BigInt(amount))]),
)
const wallet = createWallet({
  backend: watchedBackend(world.backend, { moments, notes, dieAt }),
  resolver: world.resolver,
  store,
  limits,
  clock,
  leaseSeconds: order.leaseSeconds,
  ...(order.policy === undefined
    ? {}
    : { policyFile: order.policy.file, owner: { publicKey: order.policy.publicKey, required: false } }),
  onStep: (step) => moments.pass(step),
})

/** One that is to die on the way has all the time it needs to get there. */
async function pay(call: ChildCall): Promise<ChildOutcome> {
  let outcome = await payOnce(call)
  for (let more = 0; dieAt !== undefined && outcome.state === 'dispatched' && more < 20; more++)
    outcome = await payOnce(call)
  return outcome
}

async function payOnce({ amountMsat, ...call }: ChildCall): Promise<ChildOutcome> {
  const request: PaymentRequest = {
    ...call,
    ...(amountMsat === undefined ? {} : { amountMsat: msat(BigInt(amountMsat)) }),
  }
  try {
    const { state, replayed, retry, paymentId } = await wallet.pay(request)
    return { state, replayed, paymentId, ...(retry === undefined ? {} : { retry }) }
  } catch (error) {
    return { code: LightningError.is(error) ? error.code : String(error) }
  }
}

await wallet.start()
const outcomes: ChildOutcome[] = []
const waiting = order.calls.entries()
await Promise.all(
  Array.from({ length: order.atOnce ?? order.calls.length }, async () => {
    for (const [index, call] of waiting) outcomes[index] = await pay(call)
  }),
)
const findings =
  order.audit === true
    ? (await auditLedger({ store, nowMs: clock.now() })).findings.map(({ message }) => message)
    : []
const { reservedMsat, spentMsat } = await wallet.getBudget()
const answer: ChildAnswer = {
  outcomes,
  reservedMsat: `${reservedMsat}`,
  spentMsat: `${spentMsat}`,
  moments: moments.passed,
  findings,
}
await new Promise((resolve) => process.send?.(answer, resolve))
await wallet.stop()
world.close()
process.disconnect?.()
