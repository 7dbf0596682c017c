import type { Operation, Payment } from '@lightning-mcp/core'
import type { Breakage, Variant } from './simulator-harness.ts'

/** A backend that is wrong in one way, and what the kit must say about it. */
export interface BrokenBackend {
  readonly name: string
  /** What it does wrong. */
  readonly wrong: string
  readonly breakage: Breakage
  /** What it was before it was broken. Default: the simulated wallet as it is. */
  readonly variant?: Variant
  /** The one operation that is broken: cases that do not need it are not run. Default: all are run. */
  readonly touches?: Operation
  /** Exactly the cases that it fails. */
  readonly fails: readonly string[]
}

/** Whether an answer is a payment: what spending and looking up answer. */
export const isPayment = (answer: unknown): answer is Payment =>
  typeof answer === 'object' && answer !== null && 'paymentHash' in answer && 'status' in answer

/** A breakage of every payment that the backend answers. */
export const everyPayment =
  (spoil: (payment: Payment) => unknown) =>
  async (call: { operation: string }, next: () => Promise<unknown>): Promise<unknown> => {
    const answer = await next()
    const pays = ['payInvoice', 'lookupPayment', 'keysend.send'].includes(call.operation)
    return pays && isPayment(answer) ? spoil(answer) : answer
  }
