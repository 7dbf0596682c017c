import type { PaymentListEntry } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { costsIf, holdsIf, optionalAmountShape, satsText } from '../amounts.ts'
import * as field from '../input/fields.ts'
import { listedText } from '../outside-text.ts'
import { isoTime, isoTimeIf } from '../time.ts'
import { defineTool, READS } from '../tool.ts'
import { isPayment, nodeSpendView } from '../views/node-spend.ts'

/** So few that a page keeps within 4 kB whatever is in it. */
const DEFAULT_LIMIT = 8

const STATUSES = ['open', 'accepted', 'pending', 'settled', 'failed', 'expired', 'canceled'] as const

function entryView(entry: PaymentListEntry) {
  const { kind } = entry
  const amount = entry.direction === 'outgoing' ? costsIf : holdsIf
  return {
    direction: entry.direction,
    status: entry.status === 'unknown' ? 'pending' : entry.status,
    ...amount('amount', entry.amountMsat),
    ...costsIf('fee', entry.feeMsat),
    ...(entry.paymentId === undefined ? {} : { payment_id: entry.paymentId as string }),
    ...(entry.paymentHash === undefined ? {} : { payment_hash: entry.paymentHash as string }),
    ...(kind === undefined || isPayment(kind) ? {} : { kind: kind.replace('-', '_') }),
    ...nodeSpendView(entry),
    ...listedText('memo', entry.memo ?? entry.description),
    created_at: isoTime(entry.createdAt),
    ...isoTimeIf('settled_at', entry.settledAt),
  }
}

function entryText({
  kind,
  direction,
  amount_sats,
  capital_sats,
  status,
}: ReturnType<typeof entryView>): string {
  const moved = amount_sats === 0 ? capital_sats : amount_sats
  const amount = moved !== undefined ? ` ${satsText(moved)}` : amount_sats === 0 ? '' : ' any amount'
  return `${kind ?? (direction === 'outgoing' ? 'out' : 'in')}${amount} ${status}`
}

export const getPayments = defineTool({
  name: 'get_payments',
  title: 'Payment history',
  description: 'Payments, moved coins and channels, own invoices, newest first, a page at a time.',
  effect: 'read',
  annotations: READS,
  requires: ['listTransactions'],
  input: z.strictObject({
    direction: z.enum(['incoming', 'outgoing']).optional(),
    status: z.enum(STATUSES).optional(),
    limit: field.limit(DEFAULT_LIMIT).optional(),
    cursor: field.cursor.optional(),
  }),
  output: z.object({
    payments: z.array(
      // of coins and channels also kind and what get_payment_status declares
      z.looseObject({
        direction: z.string(),
        status: z.string(),
        ...optionalAmountShape('amount'),
        ...optionalAmountShape('fee'),
        payment_id: z.string().optional(),
        payment_hash: z.string().optional(),
        memo: z.string().optional(),
        created_at: z.string(),
        settled_at: z.string().optional(),
      }),
    ),
    untrusted_fields: z.array(z.string()).optional(),
    next_cursor: z.string().optional(),
  }),
  async run(args, { wallet, signal }) {
    const page = await wallet.listPayments({
      limit: args.limit ?? DEFAULT_LIMIT,
      ...(args.cursor === undefined ? {} : { cursor: args.cursor }),
      ...(args.direction === undefined ? {} : { direction: args.direction }),
      ...(args.status === undefined ? {} : { statuses: [args.status] }),
      signal,
    })
    const payments = page.items.map(entryView)
    const more = page.nextCursor === undefined ? '' : ' More with next_cursor.'
    const hasMemo = payments.some((entry) => entry.memo !== undefined)
    return {
      data: {
        payments,
        ...(hasMemo ? { untrusted_fields: ['payments[].memo'] } : {}),
        ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
      },
      text:
        payments.length === 0
          ? 'No payments.'
          : `${payments.length} payment${payments.length === 1 ? '' : 's'}, newest first: ${payments.map(entryText).join('; ')}.${more}`,
    }
  },
})
