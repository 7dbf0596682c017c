import { createHash } from 'node:crypto'
import { decodeInvoice } from '@lightning-mcp/codec'
import {
  type CreateInvoiceRequest,
  type DescriptionHash,
  type Invoice,
  LightningError,
  type Msat,
  type PaymentHash,
  type Preimage,
} from '@lightning-mcp/core'
import type { FakeNode } from '../node/fake-node.ts'
import { type InvoiceRow, toInvoiceLine } from '../node/invoice-book.ts'
import type { Commands } from '../rpc/command.ts'
import { given } from '../rpc/exact-json.ts'
import type { Parameters } from '../rpc/parameters.ts'
import { readPage, take } from '../rpc/read-page.ts'
import { badParameter, INVALID_PARAMS, RpcError } from '../rpc/rpc-error.ts'

const DEFAULT_EXPIRY_SECONDS = 604_800
const AMOUNT = "should be positive msat or 'any'"

/** Being paid. */
export const invoiceCommands: Commands = {
  invoice: async (node, params) => {
    const label = params.text('label') ?? ''
    const description = params.plainText('description') ?? ''
    const amountMsat = readInvoiceAmount(params)
    const expirySeconds = params.number('expiry') ?? DEFAULT_EXPIRY_SECONDS
    const preimage = params.text('preimage') as Preimage | undefined
    if (node.invoices.labelled(label) !== undefined) throw new RpcError(900, `Duplicate label '${label}'`)
    const made = await createInEngine(node, {
      expirySeconds,
      ...(amountMsat === undefined ? {} : { amountMsat: amountMsat as Msat }),
      ...(preimage === undefined ? {} : { preimage }),
      ...(params.flag('deschashonly') === true
        ? { descriptionHash: sha256(description) as DescriptionHash }
        : { description }),
    })
    const bolt11 = made.invoice as string
    const row = node.invoices.add(
      {
        label,
        text: () => ({ bolt11 }),
        paymentHash: made.paymentHash,
        ...(amountMsat === undefined ? {} : { amountMsat }),
        description,
        expiresAt: made.expiresAt,
      },
      bolt11,
    )
    const { receivableMsat } = await node.link.call('getBalance')
    return given({
      payment_hash: row.paymentHash,
      expires_at: row.expiresAt,
      bolt11,
      payment_secret: decodeInvoice(bolt11).paymentSecret,
      created_index: row.createdIndex,
      warning_capacity:
        (receivableMsat ?? 0n) < (amountMsat ?? 1n)
          ? 'Insufficient incoming channel capacity to pay invoice'
          : undefined,
    })
  },

  listinvoices: (node, params) => {
    const one = oneOf(node, params)
    if (one !== undefined) return { invoices: one.map(toInvoiceLine) }
    const page = readPage(params)
    const offerId = params.text('offer_id')
    const rows = page.index === 'updated' ? byUpdate(node, page.start) : node.invoices.from(page.start)
    const wanted = offerId === undefined ? rows : ofOffer(rows, offerId)
    return { invoices: take(wanted, page.limit).map(toInvoiceLine) }
  },

  delinvoice: async (node, params) => {
    const row = node.invoices.labelled(params.text('label') ?? '')
    if (row === undefined) throw new RpcError(905, 'Unknown invoice')
    const status = params.text('status') ?? ''
    if (row.state !== status)
      throw new RpcError(906, `Invoice status is ${row.state} not ${status}`, {
        data: { current_status: row.state, expected_status: status },
      })
    const line = toInvoiceLine(row)
    if (row.state !== 'paid')
      await node.link.call('cancelInvoice', { paymentHash: row.paymentHash as PaymentHash })
    node.invoices.remove(row)
    return line
  },
}

function readInvoiceAmount(params: Parameters): bigint | undefined {
  if (params.raw('amount_msat') === 'any') return undefined
  const amountMsat = params.msat('amount_msat', AMOUNT)
  if (amountMsat === 0n) throw badParameter('amount_msat', AMOUNT, JSON.stringify(params.raw('amount_msat')))
  return amountMsat
}

async function createInEngine(node: FakeNode, order: Omit<CreateInvoiceRequest, 'signal'>): Promise<Invoice> {
  try {
    return await node.link.call('createInvoice', order)
  } catch (error) {
    if (!LightningError.is(error)) throw error
    if (error.code === 'already_exists') throw new RpcError(901, 'preimage already used')
    throw new RpcError(INVALID_PARAMS, error.message)
  }
}

/** The one that was asked for by name; absent: a list was. */
function oneOf(node: FakeNode, params: Parameters): readonly InvoiceRow[] | undefined {
  const label = params.text('label')
  const hash = params.hash('payment_hash')
  const text = params.text('invstring')
  const given = [label, hash, text].filter((value) => value !== undefined)
  if (given.length === 0) return undefined
  if (given.length > 1)
    throw new RpcError(
      INVALID_PARAMS,
      'Can only specify one of {label}, {invstring}, {payment_hash} or {offer_id}',
    )
  const row =
    label !== undefined
      ? node.invoices.labelled(label)
      : hash !== undefined
        ? node.invoices.hashed(hash)
        : node.invoices.written(text ?? '')
  return row === undefined ? [] : [row]
}

function* ofOffer(rows: Iterable<InvoiceRow>, offerId: string): Generator<InvoiceRow> {
  for (const row of rows) if (row.offerId === offerId) yield row
}

const byUpdate = (node: FakeNode, start: number): readonly InvoiceRow[] =>
  [...node.invoices.from(1)]
    .filter((row) => (row.updatedIndex ?? 0) >= start)
    .sort((a, b) => (a.updatedIndex ?? 0) - (b.updatedIndex ?? 0))

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
