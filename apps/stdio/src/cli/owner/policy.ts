import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LightningError } from '@lightning-mcp/core'
import { shellWord } from '@lightning-mcp/runtime'
import type { PolicyChange, ReadPolicy } from '@lightning-mcp/wallet'
import type { Answer, CommandContext, OwnerCommand } from './command.ts'
import { table } from './table.ts'
import { exactly, formOf } from './words.ts'

const FORMS = ['show', 'check', 'set'] as const
const LARGEST = 2 * 1024 * 1024

const EXAMPLE = `{
  "version": 1,
  "accounts": {
    "default": {
      "maxPaymentSats": 5000,
      "maxPerDaySats": 20000,
      "approveAboveSats": 2000
    }
  }
}`

/** The owner's limits: shown, checked, signed and put in force. */
export const policy: OwnerCommand = {
  usage: [
    'owner policy [show] [settings]',
    'owner policy check FILE [settings]',
    'owner policy set FILE [--passphrase-file FILE] [settings]',
  ],
  summary: 'Show, check and set the limits of this wallet',
  details: `
A policy is a JSON file, for example:

${EXAMPLE}

\`check\` says what is wrong with it and what it changes. \`set\` signs it with the owner's key and puts it in
force; running servers follow it with their next call. Each policy needs a higher "version" than the one
before, so that nobody can put an older one back. Nothing goes into channels unless the policy says how much:
"maxIntoChannelSats". docs/safety.md names every key.`,
  begins: true,
  takesKey: true,
  async run(context) {
    const { form, rest } = formOf(context.words, { command: 'owner policy', forms: FORMS, fallback: 'show' })
    if (form === 'show') {
      exactly(rest, [], 'owner policy show')
      return show(context)
    }
    const [path = ''] = exactly(rest, ['FILE'], `owner policy ${form}`)
    const text = await readText(resolve(context.cwd, path))
    return form === 'check' ? check(context, text, shellWord(resolve(context.cwd, path))) : set(context, text)
  },
}

async function show({ ledger, publicKey }: CommandContext): Promise<Answer> {
  const { installedPolicy, readLedgerMeta, readPolicyRecord } = await import('@lightning-mcp/wallet')
  const { folder, store } = await ledger()
  const { ledgerId } = await store.read(readLedgerMeta)
  const installed = await installedPolicy(folder, await publicKey(), { ledgerId })
  const { version: recorded } = await store.read(readPolicyRecord)
  if ((installed?.policy.version ?? 0) < recorded) throw missing(recorded)
  if (installed === undefined)
    return {
      data: { policy: null },
      text: [
        'No policy is in force. Where the settings of the server say nothing else, 10,000 sats per payment are',
        'allowed, 50,000 in 24 hours, and fees up to the larger of 1 % and 10 sats.\n',
      ].join('\n'),
    }
  return {
    data: { policy: installed.document, warnings: installed.warnings },
    text: `${JSON.stringify(installed.document, undefined, 2)}\n${warningLines(installed)}`,
  }
}

async function check(context: CommandContext, text: string, path: string): Promise<Answer> {
  const { changes, read, recorded } = await compare(context, text)
  assertNewer(read, recorded)
  return {
    data: { ok: true, version: read.policy.version, changes, warnings: read.warnings },
    text: `${changeLines(changes)}${warningLines(read)}The file is a valid policy. Put it in force: lightning-mcp owner policy set ${path}\n`,
  }
}

async function set(context: CommandContext, text: string): Promise<Answer> {
  const { installPolicy, readLedgerMeta } = await import('@lightning-mcp/wallet')
  const { changes, read, recorded } = await compare(context, text)
  const { folder, store } = await context.ledger()
  assertNewer(read, recorded)
  context.note(`${changeLines(changes)}${warningLines(read)}`.trimEnd())
  const { ledgerId } = await store.read(readLedgerMeta)
  const { path } = await installPolicy({ folder, text, key: await context.key(), ledgerId })
  return {
    data: { ok: true, path, version: read.policy.version, changes, warnings: read.warnings },
    text: `Version ${read.policy.version} is in force (${path}).\n`,
  }
}

interface Compared {
  changes: readonly PolicyChange[]
  read: ReadPolicy
  /** The newest version that ever was in force; 0: none. */
  recorded: number
}

async function compare({ ledger, publicKey, note }: CommandContext, text: string): Promise<Compared> {
  const { installedPolicy, policyChanges, readLedgerMeta, readPolicy, readPolicyRecord } = await import(
    '@lightning-mcp/wallet'
  )
  const read = await readPolicy(text, Date.now())
  const { folder, store } = await ledger()
  const { ledgerId } = await store.read(readLedgerMeta)
  const installed = await installedPolicy(folder, await publicKey(), { ledgerId }).catch(() => undefined)
  const { version: recorded } = await store.read(readPolicyRecord)
  if ((installed?.policy.version ?? 0) < recorded)
    note(
      `Version ${recorded}, which was in force, is not there any more: compared with ${installed === undefined ? 'the defaults' : 'what is there'}.`,
    )
  return { read, recorded, changes: policyChanges(installed?.document, read.document) }
}

/** The file may have been lost, but what was once in force is on record. */
function assertNewer({ policy: { version } }: ReadPolicy, recorded: number): void {
  if (version > recorded) return
  throw new LightningError({
    code: 'invalid_request',
    message: `version ${version} does not come after version ${recorded}, which was in force`,
    hint: `Set "version": ${recorded + 1} in the policy file.`,
  })
}

const missing = (version: number): LightningError =>
  new LightningError({
    code: 'invalid_request',
    message: `version ${version} of the policy was in force and is not in its place: nothing is spent`,
    hint: 'Put its file back, or a newer one in force: lightning-mcp owner policy set FILE',
  })

const EFFECTS: Readonly<Record<PolicyChange['effect'], string>> = {
  looser: 'LOOSER',
  tighter: 'tighter',
  maybe: 'may be looser',
}

const changeLines = (changes: readonly PolicyChange[]): string =>
  changes.length === 0
    ? 'It changes nothing.\n'
    : table(changes, [
        { title: 'rule', value: ({ path }) => path, most: 64 },
        { title: 'before', value: ({ before = '-' }) => before },
        { title: 'after', value: ({ after = '-' }) => after },
        { title: 'effect', value: ({ effect }) => EFFECTS[effect] },
      ])

const warningLines = ({ warnings }: ReadPolicy): string =>
  warnings.map((warning) => `Note: ${warning}\n`).join('')

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not',
}

async function readText(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new LightningError({
      code: 'invalid_request',
      message: `${path} cannot be read: ${UNREADABLE[error.code ?? ''] ?? error.code}`,
      hint: 'Name the policy file.',
    })
  })
  if (text.length <= LARGEST) return text
  throw new LightningError({
    code: 'invalid_request',
    message: `${path} is too large for a policy`,
    hint: 'Name the policy file.',
  })
}
