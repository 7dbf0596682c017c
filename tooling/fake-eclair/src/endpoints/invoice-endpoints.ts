import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { decodeInvoice } from '@lightning-mcp/codec'
import {
  type DecodedInvoice,
  type Invoice,
  LightningError,
  msat,
  type NodeId,
  type PaymentHash,
  preimage,
} from '@lightning-mcp/core'
import type { IncomingRow } from '../books/incoming-book.ts'
import { invoiceJson, readInvoice } from '../books/invoice-json.ts'
import { receivedInfo } from '../books/received-json.ts'
import { capturedAnswer } from '../captures.ts'
import type { EclairNode } from '../eclair-node.ts'
import type { JsonObject } from '../json.ts'
import type { Form } from '../wire/form.ts'
import { malformed, notFound, Refusal } from '../wire/refusal.ts'
import { readWindow, within } from '../wire/window.ts'
import type { Endpoints } from './endpoint.ts'

const DEFAULT_EXPIRY_SECONDS = 3600n
const NEEDS_DESCRIPTION = (capturedAnswer('createinvoice-both') as { error: string }).error
const ASK_TIMED_OUT = (capturedAnswer('createinvoice-preimage-again') as { error: string }).error

const createdMs = (row: IncomingRow): number => row.createdMs
const invoiceOf = ({ invoice }: IncomingRow): JsonObject => invoice

/** Being paid. */
export const invoiceEndpoints: Endpoints = {
  createinvoice: async (node, form) => {
    const description = form.text('description')
    const descriptionHash = form.hash('descriptionHash')
    const amountMsat = form.integer('amountMsat')
    // private channels of the engine stand in no invoice: it finds them anyway
    form.text('privateChannelIds')
    const secret = form.hash('paymentPreimage') ?? randomBytes(32).toString('hex')
    const expirySeconds = form.integer('expireIn') ?? DEFAULT_EXPIRY_SECONDS
    if ((description === undefined) === (descriptionHash === undefined))
      throw new Refusal(500, NEEDS_DESCRIPTION)
    if (amountMsat !== undefined && amountMsat < 0n) throw malformed('amountMsat', 'amount must be positive')
    try {
      const made = await node.wallet.createInvoice({
        ...(amountMsat === undefined ? {} : { amountMsat: msat(amountMsat) }),
        ...(description === undefined ? {} : { description }),
        ...(descriptionHash === undefined ? {} : { descriptionHash: descriptionHash as never }),
        expirySeconds: Number(expirySeconds),
        preimage: preimage(secret),
      })
      const decoded = ownInvoice(node, made)
      const json = invoiceJson(decoded)
      node.incoming.add({
        paymentHash: decoded.paymentHash,
        preimage: secret,
        type: 'Standard',
        invoice: json,
        createdMs: decoded.createdAt * 1000,
        expiresMs: decoded.expiresAt * 1000,
      })
      return json
    } catch (error) {
      if (!LightningError.is(error)) throw error
      if (error.code === 'already_exists') return neverAnswered(node)
      throw new Refusal(400, error.message)
    }
  },

  getinvoice: (node, form) => rowOf(node, form).invoice,

  getreceivedinfo: (node, form) => receivedInfo(rowOf(node, form), node.clock.now()),

  parseinvoice: (_node, form) => invoiceJson(readInvoice(form.need('invoice'))),

  listinvoices: (node, form) =>
    within(node.incoming.invoices, createdMs, readWindow(form, node.clock.now())).map(invoiceOf),

  listpendinginvoices: (node, form) => {
    const nowMs = node.clock.now()
    const window = readWindow(form, nowMs)
    const pending = within(node.incoming.invoices, createdMs, {
      ...window,
      count: undefined,
      skip: 0,
    }).filter(({ received, expiresMs }) => received === undefined && nowMs < expiresMs)
    const end = window.count === undefined ? undefined : window.skip + window.count
    return pending.slice(window.skip, end).map(invoiceOf)
  },

  listreceivedpayments: (node, form) => {
    const nowMs = node.clock.now()
    const rows = within(
      node.incoming.received,
      ({ received }) => received?.atMs ?? 0,
      readWindow(form, nowMs),
    )
    return rows.map((row) => receivedInfo(row, nowMs))
  },

  deleteinvoice: async (node, form) => {
    const hash = form.needHash('paymentHash')
    if (node.incoming.byHash(hash)?.received !== undefined)
      throw new Refusal(400, 'Cannot remove a received incoming payment')
    if (node.incoming.byHash(hash) !== undefined) {
      await node.wallet.invoices!.cancel({ paymentHash: hash as PaymentHash })
      node.incoming.delete(hash)
    }
    // what is not there counts as deleted
    return `deleted invoice ${hash}`
  },
}

function rowOf(node: EclairNode, form: Form): IncomingRow {
  const byHash = form.hash('paymentHash')
  const hash = byHash ?? readInvoice(form.text('invoice') ?? form.need('paymentHash')).paymentHash
  const row = node.incoming.byHash(hash)
  if (row === undefined) throw notFound()
  return row
}

/** What decoding the text would say: the engine has just said most of it. */
function ownInvoice(node: EclairNode, made: Invoice): DecodedInvoice {
  const invoice = made.invoice as string
  node.finalCltvDelta ??= decodeInvoice(invoice).minFinalCltvDelta
  return {
    invoice,
    network: 'regtest',
    paymentHash: made.paymentHash,
    payee: node.nodeId as NodeId,
    createdAt: made.createdAt,
    expiresAt: made.expiresAt,
    minFinalCltvDelta: node.finalCltvDelta,
    features: [],
    routeHints: [],
    ...(made.amountMsat === undefined ? {} : { amountMsat: made.amountMsat }),
    ...(made.description === undefined ? {} : { description: made.description }),
    ...(made.descriptionHash === undefined ? {} : { descriptionHash: made.descriptionHash }),
  }
}

/** TRAP: a reused preimage kills the actor that was to answer. */
async function neverAnswered(node: EclairNode): Promise<never> {
  await wait(node.askTimeoutMs)
  throw new Refusal(500, ASK_TIMED_OUT)
}

/** The hash of a preimage in hex. */
export const hashOf = (secret: string): string =>
  createHash('sha256').update(Buffer.from(secret, 'hex')).digest('hex')
