import { satToMsat, supports } from '@lightning-mcp/core'
import * as z from 'zod'
import { anyDestination, offerAmount } from '../input/any-destination.ts'
import * as field from '../input/fields.ts'
import { paymentRequest } from '../input/payment-request.ts'
import { assertNoSendOptions, sendOptions } from '../input/send-options.ts'
import { spendTermFields } from '../input/spend-terms.ts'
import { payWithConsent } from '../pay-with-consent.ts'
import { repeatOf, runSpend, sendingNothing } from '../run-spend.ts'
import { defineTool, PAYS } from '../tool.ts'
import { paymentPreviewAnswer } from '../views/payment-preview.ts'
import { lightningSpendOutput } from '../views/spend.ts'

export const pay = defineTool({
  name: 'pay',
  title: 'Pay anything',
  description:
    'Pay whatever can be paid over Lightning; of a bitcoin: URI its Lightning part. An invoice is paid once; to an address or offer the same amount within 10 minutes is paid once. If status is pending, call wait_for_payment.',
  effect: 'spend',
  annotations: { ...PAYS, idempotentHint: false },
  requires: [['payInvoice', 'offers.pay']],
  input: z.strictObject({
    destination: field.anyDestination,
    amount_sats: field.amountSats('Where the destination has no amount').optional(),
    comment: field.comment.optional(),
    max_parts: z.int().min(1).max(1_000).describe('Most parts to split it into').optional(),
    outgoing_channel: field.channelId.describe('First channel, as list_channels shows it').optional(),
    last_hop: field.nodeId.describe('Node id before the recipient').optional(),
    ...spendTermFields,
  }),
  output: lightningSpendOutput,
  async run(args, context) {
    const { wallet, signal, onProgress } = context
    const target = await anyDestination(args.destination, supports(wallet.capabilities, 'offers.pay'))
    if (target.kind === 'offer') {
      assertNoSendOptions(args)
      const givenMsat = args.amount_sats === undefined ? undefined : satToMsat(BigInt(args.amount_sats))
      const amountMsat = offerAmount(target, givenMsat)
      return runSpend(
        {
          kind: 'offer',
          offer: target.offer,
          ...(amountMsat === undefined ? {} : { amountMsat }),
          ...(args.comment === undefined ? {} : { payerNote: args.comment }),
        },
        args,
        context,
      )
    }
    const options = await sendingNothing(sendOptions(args, wallet, signal))
    if (args.preview === true) {
      const request = { ...paymentRequest(target.destination, args), ...options, signal }
      const { data, text } = paymentPreviewAnswer(await sendingNothing(wallet.preview(request)))
      return { data: { status: 'preview', ...data }, text: `Preview, nothing was sent. ${text}` }
    }
    const request = { ...paymentRequest(target.destination, args, onProgress), ...options }
    return payWithConsent(request, context, (outcome) =>
      outcome.kind === 'invoice'
        ? 'An invoice can be paid once: to pay again on purpose, ask the recipient for a fresh one.'
        : repeatOf(outcome),
    )
  },
})
