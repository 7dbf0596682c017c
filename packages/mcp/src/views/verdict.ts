import { cleanText } from '@lightning-mcp/core'
import type { PaymentPreview } from '@lightning-mcp/wallet'
import { isoTimeIf } from '../time.ts'
import { shownStatus } from './payment.ts'
import { ruleView } from './rules.ts'

/** Of a preview: whether it would be allowed, and what there was before. */
export function verdictView(
  seen: Pick<PaymentPreview, 'verdict' | 'affordable' | 'earlier' | 'quoteId' | 'quoteExpiresAt'>,
) {
  const { verdict } = seen
  return {
    allowed: verdict.allowed,
    ...(verdict.code === undefined ? {} : { reason_code: verdict.code as string }),
    ...(verdict.message === undefined ? {} : { reason: cleanText(verdict.message, 300) }),
    ...(verdict.hint === undefined ? {} : { next_step: cleanText(verdict.hint, 400) }),
    ...(seen.affordable === undefined ? {} : { affordable: seen.affordable }),
    ...(seen.earlier === undefined
      ? {}
      : {
          earlier_payment_id: seen.earlier.paymentId as string,
          earlier_status: shownStatus(seen.earlier) as string,
          ...isoTimeIf('earlier_at', seen.earlier.at),
        }),
    ...(seen.quoteId === undefined ? {} : { quote_id: seen.quoteId }),
    ...isoTimeIf('quote_expires_at', seen.quoteExpiresAt),
    limits: verdict.rules.map(ruleView),
  }
}

/** The verdict in a line, with what to do next. */
export function verdictText(data: {
  allowed: boolean
  affordable?: boolean
  reason?: string
  reason_code?: string
  next_step?: string
  earlier_payment_id?: string
  earlier_status?: string
  quote_id?: string
  /** Paying once more would send nothing. */
  isPaid?: boolean
}): string {
  const verdict = data.allowed
    ? 'within the limits'
    : data.reason_code === 'approval_required'
      ? 'the owner has to approve it'
      : `not allowed${data.reason === undefined ? '' : `: ${data.reason}`}`
  const balance = data.affordable === undefined ? '' : data.affordable ? 'affordable; ' : 'not affordable; '
  const next = data.allowed || data.next_step === undefined ? '' : ` ${data.next_step}`
  const earlier =
    data.earlier_payment_id === undefined
      ? ''
      : data.isPaid === true
        ? ` It was paid already, as ${data.earlier_payment_id}; paying it again sends nothing.`
        : ` Earlier payment ${data.earlier_payment_id}: ${data.earlier_status}.`
  const quote =
    data.quote_id === undefined || data.isPaid === true
      ? ''
      : ` To do exactly this: quote_id ${data.quote_id}.`
  return `${balance}${verdict}.${next}${earlier}${quote}`
}
