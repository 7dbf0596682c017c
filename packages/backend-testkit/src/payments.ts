import { type Msat, msat, type Payment } from '@lightning-mcp/core'
import type { CaseContext } from './case-context.ts'

/** More than any route of a test network asks for. */
const GENEROUS_FEE_MSAT = msat(2_000_000n)

/** Pays with a fee limit that no route of a test network reaches. */
export const payGenerously = (
  { backend }: Pick<CaseContext, 'backend'>,
  invoice: string,
  more: Partial<Parameters<CaseContext['backend']['payInvoice']>[0]> = {},
): Promise<Payment> => backend.payInvoice({ invoice, maxFeeMsat: GENEROUS_FEE_MSAT, ...more })

/** The fee once it can grow no more. */
export async function settledFee({ backend, until }: CaseContext, payment: Payment): Promise<Msat> {
  if (payment.feeProvisional !== true) return payment.feeMsat as Msat
  const { paymentHash } = payment
  const final = await until(
    'the fee is final',
    () => backend.lookupPayment({ paymentHash }),
    (found) => found?.status === 'settled' && found.feeProvisional !== true,
  )
  return final?.feeMsat as Msat
}

/** Looks a payment up until it has this status. */
export async function untilPayment(
  { backend, profile, until }: CaseContext,
  payment: Pick<Payment, 'paymentHash' | 'backendId'>,
  status: Payment['status'],
): Promise<Payment> {
  const { paymentHash, backendId } = payment
  const key = profile.lookup === 'id' && backendId !== undefined ? { backendId } : { paymentHash }
  const found = await until(
    `a look-up says ${status}`,
    () => backend.lookupPayment(key),
    (candidate) => candidate?.status === status,
  )
  return found as Payment
}
