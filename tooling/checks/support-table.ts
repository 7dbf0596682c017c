/**
 * What each backend can do, as tables made from what it declares: a short one in the README, every
 * capability in docs/backends/README.md. `node tooling/checks/support-table.ts` writes both.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { backendModule as cln } from '@lightning-mcp/backend-cln'
import { backendModule as eclair } from '@lightning-mcp/backend-eclair'
import { backendModule as lnd } from '@lightning-mcp/backend-lnd'
import { backendModule as simulator } from '@lightning-mcp/backend-simulator'
import { CAPABILITIES, type Capabilities, type Capability, type Support } from '@lightning-mcp/core'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

interface Column {
  title: string
  capabilities: Capabilities
  /** On what the conformance kit runs it. */
  testedOn: string
}

const COLUMNS: readonly Column[] = [
  { title: 'LND', capabilities: lnd.capabilities, testedOn: 'real v0.20.1-beta' },
  { title: 'Core Lightning', capabilities: cln.capabilities, testedOn: 'fake of v26.06.6' },
  { title: 'Eclair', capabilities: eclair.capabilities, testedOn: 'fake of 0.14.1' },
  { title: 'Simulator', capabilities: simulator.capabilities, testedOn: 'itself' },
]

/** What stands in one line of the short table, by how the capability begins. */
const ROWS: readonly (readonly [title: string, pattern: RegExp])[] = [
  ['node and balance', /^get(Info|Balance)$/],
  ['create and look up invoices', /^(createInvoice|lookupInvoice)/],
  ['cancel an invoice', /^invoices\./],
  ['hold invoices', /^hold\./],
  ['pay and look up payments', /^(payInvoice(\.(amountless|self))?|lookupPayment)$/],
  ['payment: parts, first channel, last hop', /^payInvoice\.(maxParts|outgoingChannels|lastHop)$/],
  ['history, events', /^(listTransactions|watch)$/],
  ['keysend', /^keysend\./],
  ['BOLT 12 offers', /^offers\./],
  ['fees and routes', /^routing\./],
  ['channels', /^channels\./],
  ['splicing', /^splicing\./],
  ['peers', /^peers\./],
  ['on-chain wallet', /^onchain\./],
  ['graph', /^graph\./],
  ['forwards', /^forwards\./],
  ['signed messages', /^messages\./],
  ['watchtower client', /^watchtowers\./],
  ['channel backup', /^backup\./],
]

const MARK: Readonly<Record<Support, string>> = { native: 'N', emulated: 'E', none: '–' }
/** `channels.listPending` → `listPending`; an operation of its own stays as it is. */
const shortName = (capability: Capability): string => capability.split('.').at(-1) ?? capability

/** One mark where all are alike; else the most frequent one, and those that differ by name. */
function cell(capabilities: Capabilities, members: readonly Capability[]): string {
  const of = (support: Support) => members.filter((name) => capabilities[name] === support)
  const [first, ...others] = (['native', 'emulated', 'none'] as const)
    .filter((support) => of(support).length > 0)
    .sort((one, other) => of(other).length - of(one).length)
  if (first === undefined) throw new Error('a row of the table has no capability')
  const differing = others.map((support) => `${MARK[support]} ${of(support).map(shortName).join(', ')}`)
  return [MARK[first], ...differing].join('; ')
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

function table(rows: readonly (readonly [string, readonly Capability[]])[]): string {
  return [
    line(['', ...COLUMNS.map(({ title }) => title)]),
    line(['---', ...COLUMNS.map(() => '---')]),
    line(['tested on', ...COLUMNS.map(({ testedOn }) => testedOn)]),
    ...rows.map(([title, members]) =>
      line([title, ...COLUMNS.map(({ capabilities }) => cell(capabilities, members))]),
    ),
  ].join('\n')
}

/** By page: what stands between its marks. */
export function supportTables(): Readonly<Record<string, string>> {
  const short = ROWS.map(
    ([title, pattern]) => [title, CAPABILITIES.filter((name) => pattern.test(name))] as const,
  )
  const left = CAPABILITIES.filter((name) => !short.some(([, members]) => members.includes(name)))
  if (left.length > 0) throw new Error(`no row for ${left.join(', ')}`)
  return {
    'README.md': table(short),
    'docs/backends/README.md': table(CAPABILITIES.map((name) => [`\`${name}\``, [name]])),
  }
}

const MARKS = /(<!-- support -->\n)[\s\S]*?(\n<!-- \/support -->)/

/** The page with the table as it is now. */
export function withTable(page: string, made: string): string {
  if (!MARKS.test(page)) throw new Error('the page has no marks for the table')
  return page.replace(MARKS, (_, begin: string, end: string) => `${begin}${made}${end}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [page, made] of Object.entries(supportTables())) {
    const path = join(root, page)
    writeFileSync(path, withTable(readFileSync(path, 'utf8'), made))
  }
