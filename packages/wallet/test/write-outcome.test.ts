import { msat, type Payment } from '@lightning-mcp/core'
import { expect, onTestFinished, test } from 'vitest'
import type { Intent } from '../src/intents/intent.ts'
import { failedOutcome, type Outcome, paymentOutcome, unknownOutcome } from '../src/intents/outcome.ts'
import { writeOutcome } from '../src/intents/write-outcome.ts'
import { intent } from './support/intents.ts'
import { hashOf, randomPreimage } from './support/invoices.ts'
import { openFreshStore } from './support/stores.ts'

const preimage = randomPreimage()
const paymentHash = hashOf(preimage)
const paid: Payment = { paymentHash, status: 'settled', preimage, feeMsat: msat(1n) }
const settled = (current: Intent): Outcome => paymentOutcome(current, paid, 9_000)
const failed = (): Outcome => failedOutcome({ reason: 'no_route' }, 'same-call')
const unknown = (current: Intent): Outcome => unknownOutcome(current, 9_000)

async function write(given: readonly Intent[], attempt: number, outcome: (current: Intent) => Outcome) {
  const store = openFreshStore()
  onTestFinished(() => store.close())
  const alarms: string[] = []
  return store.transaction(async (writer) => {
    for (const one of given) await writer.insertIntent(one)
    const { paymentId } = given[0]!
    const answer = await writeOutcome(writer, paymentId, attempt, 9_000, outcome, (alarm) =>
      alarms.push(alarm),
    )
    const stored = await writer.intentById(paymentId)
    expect(answer).toEqual(stored)
    return { stored, alarms }
  })
}

test('an answer to an earlier attempt changes nothing', async () => {
  const given = intent({ paymentHash, attempt: 2 })
  expect((await write([given], 1, failed)).stored).toEqual(given)
})

test.each([
  ['failed', failed],
  ['unknown', unknown],
])('what is settled stays, whatever an answer says: %s', async (_, outcome) => {
  const given = intent({ paymentHash, state: 'settled', preimage, feeMsat: msat(1n) })
  expect((await write([given], 1, outcome)).stored).toEqual(given)
})

test('what failed stays failed where nobody can say', async () => {
  const given = intent({ paymentHash, state: 'failed', bookedMsat: msat(0n) })
  expect((await write([given], 1, unknown)).stored).toEqual(given)
})

test('what was called failed and settles is booked and alarmed', async () => {
  const given = intent({ paymentHash, state: 'failed', bookedMsat: msat(0n), retry: 'same-call' })
  const { stored, alarms } = await write([given], 1, settled)
  expect(stored).toMatchObject({ state: 'settled', bookedMsat: 6n, preimage })
  expect(alarms).toEqual([expect.stringContaining('settled after')])
})

test('where another holds the hash by then, the alarm alone is left', async () => {
  const given = intent({ paymentHash, state: 'failed', bookedMsat: msat(0n) })
  const { stored, alarms } = await write([given, intent({ paymentHash, account: 'other' })], 1, settled)
  expect(stored).toEqual(given)
  expect(alarms).toHaveLength(1)
})

test('an answer lets go of the intent', async () => {
  const given = intent({ paymentHash, owner: 'me', leaseUntilMs: 99_000 })
  const { stored } = await write([given], 1, unknown)
  expect(stored).toMatchObject({
    state: 'dispatched',
    outcome: 'unknown',
    leaseUntilMs: 0,
    closedAtMs: 9_000,
  })
  expect(stored).not.toHaveProperty('owner')
})
