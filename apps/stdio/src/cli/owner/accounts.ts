import { LightningError } from '@lightning-mcp/core'
import type { Account } from '@lightning-mcp/wallet'
import type { Answer, CommandContext, OwnerCommand } from './command.ts'
import { table } from './table.ts'
import { usageError } from './usage-error.ts'
import { inSats, isoTime, sats } from './values.ts'
import { exactly, formOf } from './words.ts'

const FORMS = ['list', 'add', 'credit', 'debit', 'close'] as const

/** Accounts and the money that the owner gives them. */
export const accounts: OwnerCommand = {
  usage: [
    'owner accounts [list] [settings]',
    'owner accounts add NAME [--own] [--passphrase-file FILE] [settings]',
    'owner accounts credit NAME SATS [--note TEXT] [--passphrase-file FILE] [settings]',
    'owner accounts debit NAME SATS [--note TEXT] [--passphrase-file FILE] [settings]',
    'owner accounts close NAME [--passphrase-file FILE] [settings]',
  ],
  summary: 'See, make and fill accounts',
  details: `
A tracked account has a balance of its own on a node that it shares with others: what you credit it, and
what it receives, less what it spends. An account of its own (--own) spends what its connection can.
Crediting moves no money: it says whose the node's money is. All but listing takes the owner's key.`,
  options: {
    own: { type: 'switch', description: 'Make an account without a balance of its own' },
    note: { type: 'value', placeholder: 'TEXT', description: 'Why, for the records' },
  },
  begins: true,
  takesKey: true,
  async run(context) {
    const { form, rest } = formOf(context.words, {
      command: 'owner accounts',
      forms: FORMS,
      fallback: 'list',
    })
    const command = `owner accounts ${form}`
    if (form === 'list') {
      exactly(rest, [], command)
      return list(context)
    }
    if (form === 'add' || form === 'close') {
      const [name = ''] = exactly(rest, ['NAME'], command)
      return form === 'add' ? add(context, name) : close(context, name)
    }
    const [name = '', amount = ''] = exactly(rest, ['NAME', 'SATS'], command)
    if (!/^[1-9]\d{0,15}$/.test(amount)) throw usageError(command, 'needs a whole number of sats from 1 up.')
    return move(context, name, BigInt(amount) * 1000n * (form === 'credit' ? 1n : -1n))
  },
}

async function list({ ledger }: CommandContext): Promise<Answer> {
  const { listAccounts } = await import('@lightning-mcp/wallet')
  const { store } = await ledger()
  const known = await listAccounts(store)
  const balances = await store.read((reader) => reader.balances())
  const names = new Set([...known.map(({ name }) => name), ...balances.map(({ account }) => account)])
  const rows = [...names].sort().map((name) => ({
    name,
    account: known.find((account) => account.name === name),
    balance: balances.find(({ account }) => account === name),
  }))
  return {
    data: {
      accounts: rows.map(({ name, account, balance }) => ({
        ...(balance ?? {}),
        account: name,
        kind: kindOf(account),
        closedAt: isoTime(account?.closedAtMs),
      })),
    },
    text:
      rows.length === 0
        ? 'No account has been used yet; `default` is there for the first payment.\n'
        : table(rows, [
            { title: 'account', value: ({ name }) => name },
            { title: 'kind', value: ({ account }) => kindOf(account) },
            {
              title: 'balance',
              value: ({ account, balance }) =>
                account?.kind === 'tracked' ? inSats(balance?.fundsMsat ?? 0n) : 'of the node',
              align: 'right',
            },
            {
              title: 'reserved',
              value: ({ balance }) => inSats(balance?.reservedMsat ?? 0n),
              align: 'right',
            },
            { title: 'paid', value: ({ balance }) => inSats(balance?.paidMsat ?? 0n), align: 'right' },
            { title: 'fees', value: ({ balance }) => inSats(balance?.feesMsat ?? 0n), align: 'right' },
            { title: 'closed', value: ({ account }) => isoTime(account?.closedAtMs) },
          ]),
  }
}

const kindOf = (account: Account | undefined): string => account?.kind ?? 'own'

async function add({ ledger, values, key, publicKey }: CommandContext, name: string): Promise<Answer> {
  const { createAccount } = await import('@lightning-mcp/wallet')
  const opened = await ledger()
  const identity = await opened.identity()
  if ((await publicKey()) !== undefined) await key()
  const kind = values['own'] === true ? 'own' : 'tracked'
  const account = await createAccount(opened.store, { name, kind, identity })
  return {
    data: { ok: true, account },
    text:
      kind === 'own'
        ? `Account ${name} is made.\n`
        : `Account ${name} is made and holds 0 sats. Give it some: lightning-mcp owner accounts credit ${name} SATS\n`,
  }
}

async function close({ ledger, key, publicKey }: CommandContext, name: string): Promise<Answer> {
  const { closeAccount } = await import('@lightning-mcp/wallet')
  const { store } = await ledger()
  if ((await publicKey()) !== undefined) await key()
  await closeAccount(store, { name })
  return { data: { ok: true, account: name }, text: `Account ${name} is closed.\n` }
}

async function move(
  { ledger, values, key, publicKey }: CommandContext,
  name: string,
  amountMsat: bigint,
): Promise<Answer> {
  const { readNodeFigure, signDocument, transfer } = await import('@lightning-mcp/wallet')
  const opened = await ledger()
  const account = await opened.store.read((reader) => reader.account(name))
  if (account === undefined)
    throw new LightningError({
      code: 'not_found',
      message: 'there is no such account',
      hint: 'Make it: lightning-mcp owner accounts add NAME. Which there are: lightning-mcp owner accounts.',
    })
  // read before the passphrase is asked for: what is wrong with the node is told first
  const figure = amountMsat > 0n ? await readNodeFigure(opened.store, () => opened.balance()) : undefined
  const owner = (await publicKey()) === undefined ? undefined : await key()
  const { note } = values
  const made = await transfer(opened.store, {
    account: name,
    amountMsat,
    ...(figure === undefined ? {} : { figure }),
    ...(typeof note === 'string' ? { note } : {}),
    ...(owner === undefined ? {} : { sign: (document) => signDocument('account-transfer', document, owner) }),
  })
  const { fundsMsat } = await opened.store.read((reader) => reader.balance(name))
  return {
    data: { ok: true, account: name, amountMsat: made.amountMsat, balanceMsat: fundsMsat },
    text: `Account ${name} holds ${sats(fundsMsat)} now.\n`,
  }
}
