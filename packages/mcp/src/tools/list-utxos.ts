import type { Utxo } from '@lightning-mcp/core'
import * as z from 'zod'
import { counted, satsText } from '../amounts.ts'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { defineTool, READS } from '../tool.ts'
import { moreText, pageFields, pageShape, slicePage } from '../views/page.ts'

const DEFAULT_LIMIT = 10

const utxoView = ({ outpoint, amountSat, address, confirmations }: Utxo) => ({
  outpoint,
  amount_sats: Number(amountSat),
  ...(address === undefined ? {} : { address }),
  confirmations,
})

const total = (utxos: readonly Utxo[]): number =>
  Number(utxos.reduce((sum, { amountSat }) => sum + amountSat, 0n))

export const listUtxos = defineTool({
  name: 'list_utxos',
  title: 'Coins',
  description: 'Unspent outputs of the on-chain wallet, largest first, a page at a time, and their sum.',
  effect: 'read',
  annotations: READS,
  requires: ['onchain.listUtxos'],
  input: z.strictObject({ limit: field.limit(DEFAULT_LIMIT).optional(), cursor: field.cursor.optional() }),
  output: z.object({
    utxos: z.array(
      z.object({
        outpoint: z.string(),
        amount_sats: z.int(),
        address: z.string().optional(),
        confirmations: z.int(),
      }),
    ),
    total_sats: z.int(),
    total_confirmed_sats: z.int(),
    ...pageShape,
  }),
  async run(args, { wallet, signal }) {
    const list = wallet.node.onchain?.listUtxos ?? unsupportedNow('list coins')
    const all = [...(await list({ signal }))].sort(byAmount)
    const { items, nextCursor } = slicePage(all, {
      limit: args.limit ?? DEFAULT_LIMIT,
      cursor: args.cursor,
    })
    const data = {
      utxos: items.map(utxoView),
      total_sats: total(all),
      total_confirmed_sats: total(all.filter(({ confirmations }) => confirmations > 0)),
      ...pageFields('utxos', items, [], nextCursor),
    }
    return {
      data,
      text: `${counted(all.length, 'coin')}, ${satsText(data.total_sats)} in all, ${satsText(data.total_confirmed_sats)} confirmed; ${items.length} shown.${moreText(nextCursor)}`,
    }
  },
})

/** One order for all pages, whatever the backend's is. */
function byAmount(a: Utxo, b: Utxo): number {
  if (a.amountSat !== b.amountSat) return a.amountSat > b.amountSat ? -1 : 1
  return a.outpoint < b.outpoint ? -1 : 1
}
