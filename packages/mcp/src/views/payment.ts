import { cleanText } from '@lightning-mcp/core'
import type { PaymentRecord } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { amountShape, costs, costsIf, optionalAmountShape } from '../amounts.ts'
import { outsideText, untrusted } from '../outside-text.ts'
import { isoTime, isoTimeIf } from '../time.ts'
import { failureDetail, isPayment, nodeSpendView } from './node-spend.ts'

const MAX_SHOWN_INVOICE = 80
/** Longer than any address: whose it is, its end tells. */
const MAX_SHOWN_ADDRESS = 330

/** Fields of a payment that this wallet makes or made. */
export const paymentShape = {
  status: z.string(),
  payment_id: z.string(),
  payment_hash: z.string().optional(),
  destination: z.string(),
  ...amountShape('amount'),
  ...optionalAmountShape('fee'),
  ...optionalAmountShape('max_fee'),
  preimage: z.string().optional(),
  memo: z.string().optional(),
  description: z.string().optional(),
  success_message: z.string().optional(),
  untrusted_fields: z.array(z.string()).optional(),
  created_at: z.string(),
  settled_at: z.string().optional(),
  failure_reason: z.string().optional(),
  approval_id: z.string().optional(),
  expires_at: z.string().optional(),
  next_step: z.string().optional(),
}

/** What the states that are still open look like from outside. */
export type ShownStatus =
  | 'settled'
  | 'failed'
  | 'pending'
  | 'awaiting_approval'
  | 'denied'
  | 'expired'
  | 'canceled'

/** `unknown` is shown as pending: it must be treated the same, wait and look again. */
export function shownStatus(record: Pick<PaymentRecord, 'state'>): ShownStatus {
  switch (record.state) {
    case 'created':
    case 'reserved':
    case 'dispatched':
      return 'pending'
    default:
      return record.state
  }
}

const waitStep = ({ kind, outcome }: PaymentRecord): string => {
  const [what, again] = isPayment(kind) ? ['The payment', 'pay'] : ['It', 'do it']
  const state =
    outcome === 'unknown'
      ? 'The node has not said what became of it; it is being looked up.'
      : `${what} is under way.`
  return `${state} Call wait_for_payment or get_payment_status with this payment_id; do not ${again} again.`
}

function nextStepOf(record: PaymentRecord): string | undefined {
  const status = shownStatus(record)
  if (status === 'pending') return waitStep(record)
  if (status === 'awaiting_approval') return approvalStep(record)
  if (isTurnedDown(record)) return turnedDownStep(record)
  if (status !== 'failed') return undefined
  return failedStep(record)
}

/** The command is the owner's: it asks for a key that the agent does not have. */
const approvalStep = ({ approval }: PaymentRecord): string =>
  `Nothing was sent yet. Tell the user that the owner has to run: lightning-mcp approvals approve ${approval?.approvalId ?? ''} — then call wait_for_payment with this payment_id.`

const TURNED_DOWN = {
  denied:
    'The owner said no, and nothing was sent. Tell the user; do not ask again unless the user wants it.',
  expired:
    'Nobody approved it in time, and nothing was sent. The same call asks the owner again, if the user still wants it.',
  canceled:
    'It was approved, but could no longer be sent as it was approved; nothing was sent. Tell the user.',
} as const

type TurnedDown = PaymentRecord & { state: keyof typeof TURNED_DOWN }

/** Ended by a decision, or by the want of one, with nothing sent. */
export const isTurnedDown = (record: PaymentRecord): record is TurnedDown => record.state in TURNED_DOWN

export const turnedDownStep = ({ state }: Pick<TurnedDown, 'state'>): string => TURNED_DOWN[state]

const FAILED_STEPS: Readonly<Record<NonNullable<PaymentRecord['retry']>, string>> = {
  'same-call': 'No money moved. The same call may be made again.',
  'fresh-invoice': 'No money moved. Ask the recipient for a fresh invoice.',
  never: 'No money moved. Do not repeat this call.',
}

const NO_ROUTE_STEP =
  'No money moved. The same call may be made again later, or with a larger max_fee_sats if the user agrees.'

/** What to do after a proven failure. A route that costs more than the fee limit is told as `no_route`, too. */
export const failedStep = ({ retry, failure }: Pick<PaymentRecord, 'retry' | 'failure'>): string =>
  retry === 'same-call' && (failure?.reason === 'no_route' || failure?.reason === 'fee_limit_exceeded')
    ? NO_ROUTE_STEP
    : FAILED_STEPS[retry ?? 'never']

/** Short enough for a result; the end of an invoice says nothing to a reader. */
export const shownDestination = (destination: string): string =>
  cleanText(destination, /@|^https?:/i.test(destination) ? MAX_SHOWN_ADDRESS : MAX_SHOWN_INVOICE)

export function paymentView(record: PaymentRecord) {
  const next = nextStepOf(record)
  const view = {
    status: shownStatus(record),
    payment_id: record.paymentId as string,
    ...(record.paymentHash === undefined ? {} : { payment_hash: record.paymentHash as string }),
    destination: shownDestination(record.destination),
    ...costs('amount', record.amountMsat),
    ...costsIf('fee', record.feeMsat),
    ...(record.state === 'settled' && record.feeMsat !== undefined
      ? {}
      : costs('max_fee', record.maxFeeMsat)),
    ...(record.state === 'settled' && record.preimage !== undefined
      ? { preimage: record.preimage as string }
      : {}),
    ...outsideText('memo', record.memo),
    ...outsideText('description', record.description),
    ...outsideText('success_message', record.successMessage),
    ...nodeSpendView(record),
    created_at: isoTime(record.createdAt),
    ...isoTimeIf('settled_at', record.settledAt),
    ...(record.failure === undefined ? {} : { failure_reason: cleanText(record.failure.reason, 80) }),
    ...failureDetail(record),
    ...(record.approval === undefined
      ? {}
      : {
          approval_id: record.approval.approvalId as string,
          expires_at: isoTime(record.approval.expiresAt),
        }),
    ...(next === undefined ? {} : { next_step: next }),
  }
  return { ...view, ...untrusted(view, ['description', 'success_message', 'failure_detail']) }
}
