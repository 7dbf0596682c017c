import { cleanText } from '@lightning-mcp/core'
import type { SpendPreview } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { costsIf, satsText } from '../amounts.ts'
import { channelName } from '../input/channel.ts'
import { outsideText, untrusted } from '../outside-text.ts'
import type { ToolSuccess } from '../tool.ts'
import { spendWords } from './node-spend.ts'
import { shownDestination } from './payment.ts'
import { verdictText, verdictView } from './verdict.ts'

/**
 * What a spending did, or with `preview` would do: `status` is `preview` then. Only what a caller goes
 * on with is declared, because six tools repeat it: `get_payment_status` and `preview_payment` declare
 * the other fields.
 */
const spendShape = {
  status: z.string(),
  destination: z.string(),
  payment_id: z.string().optional(),
  amount_sats: z.int().optional(),
  capital_sats: z.int().optional(),
  fee_sats: z.int().optional(),
  max_fee_sats: z.int().optional(),
  estimated_fee_sats: z.int().optional(),
  tx_id: z.string().optional(),
  channel_id: z.string().optional(),
  allowed: z.boolean().optional(),
  reason: z.string().optional(),
  quote_id: z.string().optional(),
  next_step: z.string().optional(),
  replayed: z.boolean().optional(),
  warnings: z.array(z.string()).optional(),
  untrusted_fields: z.array(z.string()).optional(),
}

export const spendOutput = z.looseObject(spendShape)

/** Of a payment over Lightning, which has a proof. */
export const lightningSpendOutput = z.looseObject({
  ...spendShape,
  payment_hash: z.string().optional(),
  preimage: z.string().optional(),
})

export function spendPreviewAnswer(
  seen: SpendPreview,
  extraWarnings: readonly string[],
): ToolSuccess<z.input<typeof spendOutput>> {
  const warnings = [...extraWarnings, ...seen.warnings.map(({ message }) => cleanText(message, 300))]
  const channelId = seen.channel === undefined ? '' : channelName(seen.channel)
  const data = {
    status: 'preview',
    destination: shownDestination(seen.destination),
    ...costsIf('amount', seen.amountMsat),
    ...costsIf('capital', seen.capitalMsat),
    ...(channelId === '' ? {} : { channel_id: channelId }),
    ...(seen.feeRateSatPerVbyte === undefined ? {} : { sat_per_vbyte: seen.feeRateSatPerVbyte }),
    ...costsIf('estimated_fee', seen.estimatedFeeMsat),
    ...costsIf('max_fee', seen.maxFeeMsat),
    ...outsideText('description', seen.description),
    ...verdictView(seen),
    ...(warnings.length === 0 ? {} : { warnings }),
  }
  const { max_fee_sats: largest, estimated_fee_sats: estimated } = data
  const estimate = estimated === undefined ? '' : ` (estimated ${satsText(estimated)})`
  const fee = largest === undefined ? '' : ` and a fee of up to ${satsText(largest)}${estimate}`
  const order = spendWords(seen.kind).order({ amount_sats: 0, ...data }, fee)
  return {
    data: { ...data, ...untrusted(data, ['description']) },
    text: `Preview, nothing was sent. ${order}: ${verdictText(data)}${warnings.length === 0 ? '' : ` ${warnings.join(' ')}`}`,
  }
}
