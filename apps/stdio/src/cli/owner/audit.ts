import type { AuditReport, Decision, JournalEntry, StoreReader } from '@lightning-mcp/wallet'
import type { Answer, CommandContext, OwnerCommand } from './command.ts'
import { type ExportColumn, exportRows } from './export-rows.ts'
import { table } from './table.ts'
import { inSats, isoTime, shortTime, toJson } from './values.ts'
import { verifyLedger } from './verify-ledger.ts'
import { exactly, formOf, oneOf, wholeNumber } from './words.ts'

const PAGE = 500
const FORMS = ['list', 'verify', 'export'] as const
const WHAT = ['decisions', 'journal'] as const

/** Why payments were allowed or refused, and whether the books are right. */
export const audit: OwnerCommand = {
  usage: [
    'owner audit [list] [--what decisions|journal] [--account NAME] [--limit NUMBER] [settings]',
    'owner audit verify [settings]',
    'owner audit export --format csv|json [--what decisions|journal] [--account NAME] [settings] > FILE',
  ],
  summary: 'See why payments were allowed or refused, and check the books',
  details: `
\`verify\` recomputes every balance, every limit's use and every payment's booking from the append-only
journal and names what does not agree; exit code 1 if anything does not. It also notices whether the
journal is the continuation of the one that it saw the last time.`,
  options: {
    what: { type: 'value', placeholder: 'WHAT', description: `${WHAT.join(' or ')} (default: decisions)` },
    account: { type: 'value', placeholder: 'NAME', description: 'Only those of one account' },
    limit: {
      type: 'value',
      placeholder: 'NUMBER',
      description: 'List at most so many, newest first (default: 20)',
    },
    format: { type: 'value', placeholder: 'csv|json', description: 'Of an export; amounts in msat' },
  },
  async run(context) {
    const { words, values } = context
    const { form, rest } = formOf(words, { command: 'owner audit', forms: FORMS, fallback: 'list' })
    exactly(rest, [], `owner audit ${form}`)
    if (form === 'verify') return report(await verifyLedger(context))
    const what = oneOf(values['what'], 'what', WHAT) ?? 'decisions'
    return form === 'list' ? list(context, what) : exported(context, what)
  },
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

function report(found: AuditReport): Answer {
  const { ok, entries, payments, findings, omitted } = found
  const books = [
    counted(entries, 'journal row'),
    counted(payments, 'payment'),
    counted(found.balances.length, 'account'),
  ].join(', ')
  return {
    data: found,
    exitCode: ok ? 0 : 1,
    text: ok
      ? `The books are right: ${books}.\n${balanceTable(found)}`
      : [
          `The books are NOT right: ${counted(findings.length + omitted, 'finding')} in ${books}.\n`,
          ...findings.map(({ message }) => `- ${message}\n`),
          omitted > 0 ? `and ${omitted} more\n` : '',
          'Pause spending (lightning-mcp owner pause), keep a copy of the data folder, and find out who or what changed it.\n',
        ].join(''),
  }
}

const balanceTable = ({ balances }: AuditReport): string =>
  balances.length === 0
    ? ''
    : table(balances, [
        { title: 'account', value: ({ account }) => account },
        { title: 'funds', value: ({ fundsMsat }) => inSats(fundsMsat), align: 'right' },
        { title: 'reserved', value: ({ reservedMsat }) => inSats(reservedMsat), align: 'right' },
        { title: 'paid', value: ({ paidMsat }) => inSats(paidMsat), align: 'right' },
        { title: 'fees', value: ({ feesMsat }) => inSats(feesMsat), align: 'right' },
        { title: 'into channels', value: ({ capitalMsat }) => inSats(capitalMsat), align: 'right' },
        { title: 'from outside', value: ({ outsideMsat }) => inSats(-outsideMsat), align: 'right' },
      ])

async function list({ values, ledger }: CommandContext, what: (typeof WHAT)[number]): Promise<Answer> {
  const limit = wholeNumber(values['limit'], 'limit', 20)
  const account = typeof values['account'] === 'string' ? values['account'] : undefined
  const { store } = await ledger()
  if (what === 'journal') {
    const rows = await store.snapshot((reader) => newestEntries(reader, limit, account))
    return {
      data: { journal: rows },
      text: rows.length === 0 ? 'The journal is empty.\n' : journalTable(rows),
    }
  }
  const found = await store.snapshot(async (reader) => {
    const accounts = account === undefined ? await reader.decisionAccounts() : [account]
    const each = await Promise.all(accounts.map((name) => reader.decisions(name, limit)))
    return each
      .flat()
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, limit)
  })
  return {
    data: { decisions: found },
    text: found.length === 0 ? 'Nothing was decided yet.\n' : decisionTable(found),
  }
}

async function newestEntries(
  reader: StoreReader,
  limit: number,
  account: string | undefined,
): Promise<readonly JournalEntry[]> {
  const found: JournalEntry[] = []
  let before = ((await reader.lastJournalEntry())?.seq ?? 0) + 1
  while (before > 1 && found.length < limit) {
    const from = Math.max(0, before - 1 - PAGE)
    const page = (await reader.journalAfter(from, PAGE)).filter(({ seq }) => seq < before)
    found.push(...page.toReversed().filter((entry) => account === undefined || entry.account === account))
    before = from + 1
  }
  return found.slice(0, limit)
}

const decisionTable = (found: readonly Decision[]): string =>
  table(found, [
    { title: 'at', value: ({ atMs }) => shortTime(atMs) },
    { title: 'account', value: ({ account }) => account, most: 24 },
    { title: 'verdict', value: ({ verdict }) => verdict },
    { title: 'sats', value: ({ amountMsat }) => inSats(amountMsat), align: 'right' },
    { title: 'why', value: whyOf, most: 48 },
    { title: 'payment', value: ({ paymentId }) => paymentId },
    { title: 'to', value: ({ destination }) => destination, most: 32, keepsEnd: true },
  ])

/** The rule that bound, where one did. */
function whyOf({ rules, code }: Decision): string {
  const bound = rules.find(({ binding, allowed }) => binding === true || !allowed)
  if (bound === undefined) return code ?? ''
  const { rule, scope, limitMsat, limitCount } = bound
  const limit = limitMsat === undefined ? limitCount : inSats(limitMsat)
  return [rule, limit === undefined ? '' : String(limit), scope === undefined ? '' : `(${scope})`]
    .filter((part) => part !== '')
    .join(' ')
}

const journalTable = (rows: readonly JournalEntry[]): string =>
  table(rows, [
    { title: 'row', value: ({ seq }) => String(seq), align: 'right' },
    { title: 'at', value: ({ atMs }) => shortTime(atMs) },
    { title: 'account', value: ({ account }) => account, most: 24 },
    { title: 'event', value: ({ event }) => event },
    { title: 'funds', value: ({ fundsMsat }) => inSats(fundsMsat), align: 'right' },
    { title: 'reserved', value: ({ reservedMsat }) => inSats(reservedMsat), align: 'right' },
    { title: 'paid', value: ({ paidMsat }) => inSats(paidMsat), align: 'right' },
    { title: 'fees', value: ({ feesMsat }) => inSats(feesMsat), align: 'right' },
    { title: 'payment', value: ({ paymentId }) => paymentId },
    { title: 'note', value: ({ note }) => note, most: 32 },
  ])

async function exported(
  { values, ledger, write }: CommandContext,
  what: (typeof WHAT)[number],
): Promise<undefined> {
  const format = oneOf(values['format'], 'format', ['csv', 'json']) ?? 'json'
  const account = typeof values['account'] === 'string' ? values['account'] : undefined
  const { store } = await ledger()
  await store.snapshot((reader) =>
    what === 'journal'
      ? exportRows(entryPages(reader, account), { format, columns: JOURNAL_COLUMNS, write })
      : exportRows(decisionPages(reader, account), { format, columns: DECISION_COLUMNS, write }),
  )
}

async function* entryPages(
  reader: StoreReader,
  account: string | undefined,
): AsyncGenerator<readonly JournalEntry[]> {
  for (let after = 0; ; ) {
    const page = await reader.journalAfter(after, PAGE)
    yield account === undefined ? page : page.filter((entry) => entry.account === account)
    after = page.at(-1)?.seq ?? after
    if (page.length < PAGE) return
  }
}

async function* decisionPages(
  reader: StoreReader,
  account: string | undefined,
): AsyncGenerator<readonly Decision[]> {
  for (const name of account === undefined ? await reader.decisionAccounts() : [account])
    for (let after = -1; ; ) {
      const page = await reader.decisionsAfter(name, after, PAGE)
      yield page
      after = page.at(-1)?.atMs ?? after
      if (page.length < PAGE) break
    }
}

const DECISION_COLUMNS: readonly ExportColumn<Decision>[] = [
  { name: 'at', value: ({ atMs }) => isoTime(atMs) },
  { name: 'account', value: ({ account }) => account },
  { name: 'verdict', value: ({ verdict }) => verdict },
  { name: 'code', value: ({ code }) => code },
  { name: 'payment_id', value: ({ paymentId }) => paymentId },
  { name: 'amount_msat', value: ({ amountMsat }) => amountMsat },
  { name: 'max_fee_msat', value: ({ maxFeeMsat }) => maxFeeMsat },
  { name: 'destination', value: ({ destination }) => destination, text: true },
  { name: 'rules', value: ({ rules }) => toJson(rules) },
]

const JOURNAL_COLUMNS: readonly ExportColumn<JournalEntry>[] = [
  { name: 'seq', value: ({ seq }) => seq },
  { name: 'at', value: ({ atMs }) => isoTime(atMs) },
  { name: 'account', value: ({ account }) => account },
  { name: 'event', value: ({ event }) => event },
  { name: 'payment_id', value: ({ paymentId }) => paymentId },
  { name: 'attempt', value: ({ attempt }) => attempt },
  { name: 'funds_msat', value: ({ fundsMsat }) => fundsMsat },
  { name: 'reserved_msat', value: ({ reservedMsat }) => reservedMsat },
  { name: 'paid_msat', value: ({ paidMsat }) => paidMsat },
  { name: 'fees_msat', value: ({ feesMsat }) => feesMsat },
  { name: 'capital_msat', value: ({ capitalMsat }) => capitalMsat },
  { name: 'outside_msat', value: ({ outsideMsat }) => outsideMsat },
  { name: 'limit_scopes', value: ({ limitScopes }) => limitScopes.join(' ') },
  { name: 'charged_at', value: ({ chargedAtMs }) => isoTime(chargedAtMs) },
  { name: 'charged_msat', value: ({ chargedMsat }) => chargedMsat },
  { name: 'charged_count', value: ({ chargedCount }) => chargedCount },
  { name: 'note', value: ({ note }) => note, text: true },
  { name: 'digest', value: ({ digest }) => digest },
]
