import { detailsOf } from '../spending/spend-plan.ts'
import type { IntentState, PaymentRecord } from '../wallet.ts'
import type { Intent } from './intent.ts'

const seconds = (ms: number): number => Math.floor(ms / 1000)

/** States in which an approval is what a payment waits for or ended with. */
const TURNED: readonly IntentState[] = ['awaiting_approval', 'denied', 'expired', 'canceled']

const failureOf = ({ failureDetail }: Intent, reason: string) => ({
  reason,
  ...(failureDetail === undefined ? {} : { detail: failureDetail }),
})

/** What may be shown of a spending's details, which hold secrets too. */
function resultOf(intent: Intent): Pick<PaymentRecord, 'txId' | 'channel'> {
  const { txId, channel } = detailsOf(intent)
  return { ...(txId === undefined ? {} : { txId }), ...(channel === undefined ? {} : { channel }) }
}

/** An intent as a caller sees it. */
export function toRecord(intent: Intent, { mayElicit = false }: { mayElicit?: boolean } = {}): PaymentRecord {
  const settled = intent.state === 'settled'
  return {
    paymentId: intent.paymentId,
    kind: intent.kind,
    state: intent.state,
    destination: intent.destination,
    amountMsat: intent.amountMsat,
    maxFeeMsat: intent.maxFeeMsat,
    attempt: intent.attempt,
    createdAt: seconds(intent.createdAtMs),
    // Dispatched and not answered yet: whoever sent it is still waiting for the node.
    ...(intent.state === 'dispatched' ? { outcome: intent.outcome ?? 'pending' } : {}),
    ...(intent.paymentHash === undefined ? {} : { paymentHash: intent.paymentHash }),
    ...(intent.payee === undefined ? {} : { payee: intent.payee }),
    ...(intent.capitalMsat === undefined ? {} : { capitalMsat: intent.capitalMsat }),
    ...resultOf(intent),
    ...(intent.feeMsat === undefined ? {} : { feeMsat: intent.feeMsat }),
    ...(intent.feeProvisional ? { feeProvisional: true } : {}),
    ...(settled && intent.preimage !== undefined ? { preimage: intent.preimage } : {}),
    ...(TURNED.includes(intent.state) && intent.approvalId !== undefined
      ? {
          approval: {
            approvalId: intent.approvalId,
            expiresAt: seconds(intent.approvalExpiresAtMs ?? 0),
            mayElicit: mayElicit && intent.state === 'awaiting_approval',
          },
        }
      : {}),
    ...(intent.state === 'canceled' && intent.failureReason !== undefined
      ? { failure: failureOf(intent, intent.failureReason) }
      : {}),
    ...(intent.state === 'failed'
      ? {
          failure: failureOf(intent, intent.failureReason ?? 'other'),
          retry: intent.retry ?? 'never',
        }
      : {}),
    ...(intent.memo === undefined ? {} : { memo: intent.memo }),
    ...(intent.description ? { description: intent.description } : {}),
    ...(settled && intent.successMessage !== undefined ? { successMessage: intent.successMessage } : {}),
    ...(settled && intent.settledAtMs !== undefined ? { settledAt: seconds(intent.settledAtMs) } : {}),
    ...(intent.warnings.length === 0 ? {} : { warnings: intent.warnings }),
  }
}
