import { setImmediate as turn } from 'node:timers/promises'
import { LightningError, type Payment, type PaymentStatus, ZERO_MSAT } from '@lightning-mcp/core'
import fc from 'fast-check'
import { test } from 'vitest'
import { createMemoryDuplicateGuardStore, withDuplicateGuard } from '../src/index.ts'
import { createRecordingBackend } from './recording-backend.ts'
import { testInvoice } from './test-invoice.ts'

const { invoice, paymentHash } = testInvoice()
const request = { invoice, maxFeeMsat: ZERO_MSAT }

/** What becomes of one payment at a node without a guard. */
interface Fate {
  /** Turns until the node shows it in look-ups: before, an earlier failure is all that is found. */
  hidden: number
  /** Turns until it is over. */
  lasts: number
  ends: 'settled' | 'failed'
  /** What the caller is told. */
  told: 'end' | 'unknown' | 'crash' | 'never sent'
}

const fates = fc.array(
  fc.record<Fate>({
    hidden: fc.nat(3),
    lasts: fc.nat(6),
    ends: fc.constantFrom('settled', 'failed', 'failed'),
    told: fc.constantFrom('end', 'unknown', 'crash', 'never sent'),
  }),
  { minLength: 1, maxLength: 12 },
)
const calls = fc.array(fc.record({ process: fc.nat(2), pause: fc.nat(4) }), { minLength: 2, maxLength: 12 })

const toPayment = (status: PaymentStatus): Payment =>
  status === 'failed'
    ? { paymentHash, status, failure: { reason: 'other', sameHashRetryable: true } }
    : { paymentHash, status }

test('however calls, outcomes and look-ups interleave, a hash is live at most once', async () => {
  await fc.assert(
    fc.asyncProperty(fates, calls, async (plan, asked) => {
      const rows: { status: PaymentStatus; shown: boolean }[] = []
      const worlds: Promise<void>[] = []

      const send = async (): Promise<Payment> => {
        const fate = plan.shift() ?? { hidden: 0, lasts: 0, ends: 'failed', told: 'end' }
        if (fate.told === 'never sent') throw new LightningError({ code: 'unavailable', message: 'refused' })
        if (rows.some(({ status }) => status !== 'failed')) throw new Error('VIOLATION: sent while live')
        const row = { status: 'pending' as PaymentStatus, shown: false }
        rows.push(row)
        const shows = (async () => {
          for (let i = 0; i < fate.hidden; i++) await turn()
          row.shown = true
        })()
        const ends = (async () => {
          for (let i = 0; i < fate.lasts; i++) await turn()
          row.status = fate.ends
        })()
        worlds.push(shows, ends)
        if (fate.told === 'crash') throw new Error('crash')
        if (fate.told === 'unknown') return toPayment('unknown')
        await ends
        return toPayment(fate.ends)
      }

      const store = createMemoryDuplicateGuardStore()
      const processes = [0, 1, 2].map(() =>
        withDuplicateGuard(
          createRecordingBackend({
            connect: () => ({ identity: { kind: 'k', network: 'regtest', id: 'w' }, lookup: 'hash' }),
            payInvoice: send,
            lookupPayment: () => {
              const row = rows.findLast(({ shown }) => shown)
              return row === undefined ? undefined : toPayment(row.status)
            },
          }),
          { store },
        ),
      )
      const results: Promise<unknown>[] = []
      for (const { process, pause } of asked) {
        for (let i = 0; i < pause; i++) await turn()
        results.push(processes[process]!.payInvoice(request).catch(String))
      }
      const answers = await Promise.all(results)
      await Promise.all(worlds)
      return !answers.some((answer) => String(answer).includes('VIOLATION'))
    }),
    { numRuns: 1000 },
  )
})
