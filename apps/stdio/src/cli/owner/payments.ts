import type { Intent, PaymentId, StoreReader } from '@lightning-mcp/wallet'
import type { Answer, CommandContext, OwnerCommand } from './command.ts'
import { type ExportColumn, exportRows } from './export-rows.ts'
import { table } from './table.ts'
import { usageError } from './usage-error.ts'
import { inSats, isoTime, shortTime } from './values.ts'
import { exactly, oneOf, wholeNumber } from './words.ts'

const PAGE = 500
const STATES = [
  'created',
  'awaiting_approval',
  'denied',
  'expired',
  'canceled',
  'reserved',
  'dispatched',
  'settled',
  'failed',
] as const
/** What is under way, as agents are told it. */
const OUTCOMES = ['pending', 'unknown'] as const

/** Every payment of every account. */
export const payments: OwnerCommand = {
  usage: [
    'owner payments [--status STATES] [--account NAME] [--limit NUMBER] [settings]',
    'owner payments --export csv|json [--status STATES] [--account NAME] [settings] > FILE',
    'owner payments resolve ID --as settled|failed --evidence TEXT [--txid ID] [settings]',
  ],
  summary: 'List and export the payments of all accounts; decide one whose outcome nobody knows',
  details: `
What was sent and never answered stays reserved until the node shows what became of it. Of coins and
channels it may never do so: look at the node and the chain yourself, then say what you found with
resolve. It is signed with the owner's key and kept with the payment. Nothing is sent by it.`,
  options: {
    status: {
      type: 'value',
      placeholder: 'STATES',
      description: `Only in some of: ${[...STATES, ...OUTCOMES].join(', ')}`,
    },
    account: { type: 'value', placeholder: 'NAME', description: 'Only those of one account' },
    limit: {
      type: 'value',
      placeholder: 'NUMBER',
      description: 'List at most so many, newest first (default: 20)',
    },
    as: { type: 'value', placeholder: 'settled|failed', description: 'What became of it' },
    evidence: { type: 'value', placeholder: 'TEXT', description: 'Where you looked, for the records' },
    txid: { type: 'value', placeholder: 'ID', description: 'The transaction that you found' },
    export: {
      type: 'value',
      placeholder: 'csv|json',
      description: 'Write all of them to stdout, oldest first, amounts in msat',
    },
  },
  takesKey: true,
  async run(context) {
    const { words, values, ledger, write } = context
    if (words[0] === 'resolve') {
      const [paymentId = ''] = exactly(words.slice(1), ['ID'], 'owner payments resolve')
      const { resolvePayment } = await import('./resolve-payment.ts')
      return resolvePayment(context, paymentId)
    }
    exactly(words, [], 'owner payments')
    const format = oneOf(values['export'], 'export', ['csv', 'json'])
    const wanted = readFilter(values)
    const limit = wholeNumber(values['limit'], 'limit', 20)
    const { store } = await ledger()
    if (format !== undefined) {
      await store.snapshot((reader) =>
        exportRows(pages(reader, wanted, 'oldest-first'), { format, columns: COLUMNS, write }),
      )
      return undefined
    }
    return store.snapshot((reader) => list(reader, wanted, limit))
  },
}

interface Filter {
  account?: string
  states?: readonly Intent['state'][]
  fits: (intent: Intent) => boolean
}

function readFilter(values: CommandContext['values']): Filter {
  const { status, account } = values
  const base = typeof account === 'string' ? { account } : {}
  if (typeof status !== 'string') return { ...base, fits: () => true }
  const names = new Set(status.split(',').map((name) => name.trim()))
  const states = STATES.filter((state) => names.has(state))
  const outcomes = OUTCOMES.filter((outcome) => names.has(outcome))
  if (states.length + outcomes.length < names.size)
    throw usageError(
      '--status',
      'names a state that there is not.',
      `There are ${[...STATES, ...OUTCOMES].join(', ')}.`,
    )
  return {
    ...base,
    states: outcomes.length === 0 ? states : [...new Set([...states, 'dispatched' as const])],
    fits: ({ state, outcome }) =>
      states.some((name) => name === state) ||
      (state === 'dispatched' && outcomes.some((name) => name === (outcome ?? 'pending'))),
  }
}

async function* pages(
  reader: StoreReader,
  { fits, ...query }: Filter,
  order: 'newest-first' | 'oldest-first',
): AsyncGenerator<readonly Intent[]> {
  for (let after: PaymentId | undefined; ; ) {
    const page = await reader.intentPage({
      ...query,
      order,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    })
    yield page.filter(fits)
    after = page.at(-1)?.paymentId
    if (page.length < PAGE) return
  }
}

async function list(reader: StoreReader, wanted: Filter, limit: number): Promise<Answer> {
  const found: Intent[] = []
  for await (const page of pages(reader, wanted, 'newest-first')) {
    found.push(...page.slice(0, limit - found.length))
    if (found.length >= limit) break
  }
  return {
    data: {
      payments: found.map((intent) =>
        Object.fromEntries(COLUMNS.map(({ name, value }) => [name, value(intent)])),
      ),
    },
    text:
      found.length === 0
        ? 'There are no such payments.\n'
        : table(found, [
            { title: 'made', value: ({ createdAtMs }) => shortTime(createdAtMs) },
            { title: 'id', value: ({ paymentId }) => paymentId },
            { title: 'account', value: ({ account }) => account, most: 24 },
            { title: 'kind', value: ({ kind }) => kind },
            { title: 'state', value: stateOf },
            { title: 'sats', value: ({ amountMsat }) => inSats(amountMsat), align: 'right' },
            {
              title: 'into channel',
              value: ({ capitalMsat }) => (capitalMsat === undefined ? '' : inSats(capitalMsat)),
              align: 'right',
            },
            {
              title: 'fee',
              value: ({ feeMsat }) => (feeMsat === undefined ? '' : inSats(feeMsat)),
              align: 'right',
            },
            { title: 'to', value: ({ destination }) => destination, most: 32, keepsEnd: true },
            { title: 'note', value: ({ memo, failureReason }) => memo ?? failureReason, most: 32 },
          ]),
  }
}

/** An open one as agents see it. */
const stateOf = ({ state, outcome }: Intent): string =>
  state === 'dispatched' ? (outcome ?? 'pending') : state

const COLUMNS: readonly ExportColumn<Intent>[] = [
  { name: 'payment_id', value: ({ paymentId }) => paymentId },
  { name: 'account', value: ({ account }) => account },
  { name: 'kind', value: ({ kind }) => kind },
  { name: 'state', value: ({ state }) => state },
  { name: 'outcome', value: ({ outcome }) => outcome },
  { name: 'attempt', value: ({ attempt }) => attempt },
  { name: 'amount_msat', value: ({ amountMsat }) => amountMsat },
  { name: 'max_fee_msat', value: ({ maxFeeMsat }) => maxFeeMsat },
  { name: 'fee_msat', value: ({ feeMsat }) => feeMsat },
  { name: 'fee_provisional', value: ({ feeProvisional }) => feeProvisional },
  { name: 'booked_msat', value: ({ bookedMsat }) => bookedMsat },
  { name: 'capital_msat', value: ({ capitalMsat }) => capitalMsat },
  { name: 'destination', value: ({ destination }) => destination, text: true },
  { name: 'payee', value: ({ payee }) => payee },
  { name: 'payment_hash', value: ({ paymentHash }) => paymentHash },
  { name: 'preimage', value: ({ preimage }) => preimage },
  { name: 'failure_reason', value: ({ failureReason }) => failureReason },
  { name: 'budget', value: ({ budget }) => budget, text: true },
  { name: 'approval_id', value: ({ approvalId }) => approvalId },
  { name: 'idempotency_key', value: ({ idempotencyKey }) => idempotencyKey, text: true },
  { name: 'memo', value: ({ memo }) => memo, text: true },
  { name: 'description', value: ({ description }) => description, text: true },
  { name: 'backend_kind', value: ({ backendKind }) => backendKind },
  { name: 'backend_network', value: ({ backendNetwork }) => backendNetwork },
  { name: 'backend_id', value: ({ backendId }) => backendId },
  { name: 'created_at', value: ({ createdAtMs }) => isoTime(createdAtMs) },
  { name: 'dispatched_at', value: ({ dispatchedAtMs }) => isoTime(dispatchedAtMs) },
  { name: 'settled_at', value: ({ settledAtMs }) => isoTime(settledAtMs) },
]
