import { LightningError, type PaymentHash } from '@lightning-mcp/core'
import type { PaymentId, Wallet } from '@lightning-mcp/wallet'
import { holds, holdsIf } from '../amounts.ts'
import { budgetView } from '../views/budget.ts'
import { invoiceView } from '../views/invoice.ts'
import { paymentView } from '../views/payment.ts'
import { policyText } from './policy.ts'

export interface ResourceDescription {
  uri: string
  name: string
  title: string
  description: string
  mimeType: string
}

export type ResourceTemplate = Omit<ResourceDescription, 'uri'> & { uriTemplate: string }

const JSON_TYPE = 'application/json'

export const resourceDescriptions: readonly ResourceDescription[] = [
  {
    uri: 'wallet://balance',
    name: 'balance',
    title: 'Balance',
    description: 'What can be spent and received now.',
    mimeType: JSON_TYPE,
  },
  {
    uri: 'wallet://budget',
    name: 'budget',
    title: 'Budget',
    description: 'What may be spent: limits, reserved, spent.',
    mimeType: JSON_TYPE,
  },
  {
    uri: 'wallet://policy',
    name: 'policy',
    title: 'Policy',
    description: 'The rules under which this wallet pays.',
    mimeType: 'text/plain',
  },
]

export const resourceTemplates: readonly ResourceTemplate[] = [
  {
    uriTemplate: 'wallet://invoices/{hash}',
    name: 'invoice',
    title: 'Invoice',
    description: 'An invoice of this wallet, by payment hash.',
    mimeType: JSON_TYPE,
  },
  {
    uriTemplate: 'wallet://payments/{id}',
    name: 'payment',
    title: 'Payment',
    description: 'A payment of this wallet, by payment_id.',
    mimeType: JSON_TYPE,
  },
]

export interface ResourceContent {
  mimeType: string
  text: string
}

const json = (value: unknown): ResourceContent => ({ mimeType: JSON_TYPE, text: JSON.stringify(value) })

const INVOICE = /^wallet:\/\/invoices\/([0-9a-f]{64})$/i
const PAYMENT = /^wallet:\/\/payments\/(pay_[0-9a-zA-Z]{8,40})$/

/** Whether a URI can name a resource of this wallet; whether it exists, reading tells. */
export const isResourceUri = (uri: string): boolean =>
  resourceDescriptions.some((resource) => resource.uri === uri) || INVOICE.test(uri) || PAYMENT.test(uri)

export const invoiceUri = (hash: PaymentHash): string => `wallet://invoices/${hash}`
export const paymentUri = (id: PaymentId): string => `wallet://payments/${id}`

/** Reads one resource anew; undefined if there is none at that URI. */
export async function readResource(
  wallet: Wallet,
  uri: string,
  signal: AbortSignal,
): Promise<ResourceContent | undefined> {
  if (uri === 'wallet://balance') {
    const balance = await wallet.getBalance({ signal })
    return json({
      ...holds('balance', balance.spendableMsat),
      ...holdsIf('receivable', balance.receivableMsat),
    })
  }
  if (uri === 'wallet://budget') return json(budgetView(await wallet.getBudget({ signal })))
  if (uri === 'wallet://policy')
    return { mimeType: 'text/plain', text: policyText(await wallet.getBudget({ signal })) }
  const hash = INVOICE.exec(uri)?.[1]
  if (hash !== undefined) {
    const paymentHash = hash.toLowerCase() as PaymentHash
    const invoice = await wallet.lookupInvoice({ paymentHash, signal })
    return invoice && json(invoiceView(invoice))
  }
  const id = PAYMENT.exec(uri)?.[1]
  if (id !== undefined) {
    const payment = await wallet.getPayment({ paymentId: id as PaymentId, signal })
    return payment && json(paymentView(payment))
  }
  return undefined
}

/** What reading answers where there is no wallet to read from. */
export const noWallet = (startupError: unknown): LightningError =>
  LightningError.is(startupError)
    ? startupError
    : new LightningError({ code: 'unavailable', message: 'The wallet could not be opened.' })
