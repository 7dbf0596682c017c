import type { Approval, ApprovalState } from '@lightning-mcp/wallet'
import type { Answer, CommandContext, OwnerCommand } from './command.ts'
import { pairs, quoted, table } from './table.ts'
import { isoTime, sats, shortTime } from './values.ts'
import { exactly, formOf, oneOf, wholeNumber } from './words.ts'

const STATES = ['pending', 'approved', 'denied', 'expired', 'used', 'canceled', 'all'] as const
const FORMS = ['list', 'show', 'approve', 'deny'] as const

/** Payments that wait for the owner's word. */
export const approvals: OwnerCommand = {
  usage: [
    'approvals [list] [--state STATE] [settings]',
    'approvals show ID [settings]',
    'approvals approve ID [--passphrase-file FILE] [settings]',
    'approvals deny ID [--passphrase-file FILE] [settings]',
  ],
  summary: "See and decide payments that wait for the owner's word",
  details: `
A decision is signed with the owner's key and written into the wallet's records; a running server sees
it within a second, checks all limits again and pays. What recipients and agents wrote is shown as they
wrote it and proves nothing. \`owner approvals\` is the same command.`,
  options: {
    state: {
      type: 'value',
      placeholder: 'STATE',
      description: `List those in a state: ${STATES.join(', ')} (default: pending)`,
    },
    limit: { type: 'value', placeholder: 'NUMBER', description: 'At most so many (default: 50)' },
  },
  takesKey: true,
  async run(context) {
    const { form, rest } = formOf(context.words, { command: 'approvals', forms: FORMS, fallback: 'list' })
    if (form === 'list') {
      exactly(rest, [], 'approvals list')
      return list(context)
    }
    const [id = ''] = exactly(rest, ['ID'], `approvals ${form}`)
    return form === 'show' ? show(context, id) : decide(context, id, form)
  },
}

async function list({ values, ledger }: CommandContext): Promise<Answer> {
  const { listApprovals } = await import('@lightning-mcp/wallet')
  const state = oneOf(values['state'], 'state', STATES) ?? 'pending'
  const { store } = await ledger()
  const found = await listApprovals(store, {
    limit: wholeNumber(values['limit'], 'limit', 50),
    ...(state === 'all' ? {} : { states: [state satisfies ApprovalState] }),
  })
  return {
    data: { approvals: found.map(asData) },
    text:
      found.length === 0
        ? `No payment is ${state === 'all' ? 'or was waiting' : state === 'pending' ? 'waiting' : state}.\n`
        : table(found, [
            { title: 'id', value: ({ approvalId }) => approvalId },
            { title: 'asked', value: ({ createdAtMs }) => shortTime(createdAtMs) },
            { title: 'account', value: ({ account }) => account, most: 24 },
            { title: 'what', value: ({ kind }) => kind },
            { title: 'amount', value: ({ amountMsat }) => sats(amountMsat), align: 'right' },
            { title: 'into a channel', value: intoChannel, align: 'right' },
            { title: 'to', value: ({ destination }) => destination, most: 40, keepsEnd: true },
            { title: 'state', value: stateOf },
          ]),
  }
}

async function show({ ledger }: CommandContext, id: string): Promise<Answer> {
  const { findApproval } = await import('@lightning-mcp/wallet')
  const approval = await findApproval((await ledger()).store, id)
  return { data: asData(approval), text: described(approval) }
}

async function decide(context: CommandContext, id: string, decision: 'approve' | 'deny'): Promise<Answer> {
  const { decideApproval, findApproval, signDocument } = await import('@lightning-mcp/wallet')
  const { store } = await context.ledger()
  const approval = await findApproval(store, id)
  // what the passphrase is typed for
  if (approval.state === 'pending') context.note(described(approval))
  const key = await context.key()
  const decided = await decideApproval(store, {
    approvalId: id,
    decision,
    seen: approval,
    sign: (document) => signDocument('approval-decision', document, key),
  })
  return {
    data: { ok: true, ...asData(decided) },
    text:
      decision === 'approve'
        ? 'Approved. The wallet pays it if its limits still allow it.\n'
        : 'Denied. Nothing is sent.\n',
  }
}

const described = (approval: Approval): string =>
  pairs([
    ['approval', approval.approvalId],
    ['state', stateOf(approval)],
    ['payment', approval.paymentId],
    ['account', approval.account],
    ['what', approval.kind],
    ['amount', sats(approval.amountMsat)],
    ['into a channel', intoChannel(approval)],
    ['largest fee', sats(approval.maxFeeMsat)],
    ['to', approval.destination],
    ['node', approval.payee === approval.destination ? undefined : approval.payee],
    ...termsOf(approval),
    ['payment hash', approval.paymentHash ?? (isOfInvoice(approval) ? 'made after the approval' : undefined)],
    ['why asked', approval.reason],
    ...quoted("agent's note", approval.memo),
    ...quoted('comment to the recipient', approval.comment),
    ...quoted("recipient's words", approval.description),
    ['asked', `${isoTime(approval.createdAtMs)} (${age(approval.createdAtMs)} ago)`],
    ['to be decided by', isoTime(approval.expiresAtMs)],
    ['decided', isoTime(approval.decidedAtMs)],
    ['decided by', approval.decidedBy],
  ])

const intoChannel = ({ capitalMsat }: Pick<Approval, 'capitalMsat'>): string | undefined =>
  capitalMsat === undefined ? undefined : sats(capitalMsat)

const isOfInvoice = ({ kind }: Approval): boolean =>
  kind === 'invoice' || kind === 'minted' || kind === 'offer'

/** What no other line says already. */
const termsOf = ({ terms = {}, destination }: Approval): [string, string][] =>
  Object.entries(terms).filter(([name, value]) => name !== 'pushMsat' && value !== destination)

const stateOf = ({ state }: Approval): string => (state === 'pending' ? 'waits' : state)

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

function age(sinceMs: number): string {
  const ms = Math.max(0, Date.now() - sinceMs)
  const [unit, length] = UNITS.find(([, unitMs]) => ms >= unitMs) ?? (['second', 1_000] as const)
  const count = Math.floor(ms / length)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

const asData = ({ signature: _, nonce: __, nextPostAtMs: ___, posts: ____, ...approval }: Approval) => ({
  ...approval,
  createdAt: isoTime(approval.createdAtMs),
  expiresAt: isoTime(approval.expiresAtMs),
})
