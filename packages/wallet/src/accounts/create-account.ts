import { type BackendIdentity, LightningError } from '@lightning-mcp/core'
import type { StoreReader, WalletStore } from '../store/wallet-store.ts'
import { type Account, type AccountKind, accountName, backendColumns, DEFAULT_ACCOUNT } from './account.ts'

/**
 * Makes an account on a backend. `default` needs none to be an account of its own, and can be made a
 * tracked one as long as nothing was ever booked on it. No tool reaches this.
 */
export async function createAccount(
  store: WalletStore,
  {
    name,
    kind,
    identity,
    nowMs = Date.now(),
  }: { name: string; kind: AccountKind; identity: BackendIdentity; nowMs?: number },
): Promise<Account> {
  const account: Account = {
    name: accountName(name),
    kind,
    ...backendColumns(identity),
    createdAtMs: nowMs,
  }
  await store.transaction(async (writer) => {
    if ((await writer.account(account.name)) !== undefined)
      throw new LightningError({
        code: 'already_exists',
        message: `there is an account "${account.name}" already`,
        hint: 'Choose another name, or use that one.',
        sent: 'no',
      })
    if (kind === 'tracked') await assertUnused(writer, account.name)
    await writer.insertAccount(account)
    await writer.setMeta(ACCOUNTS_META, '1')
  })
  return account
}

async function assertUnused(reader: Pick<StoreReader, 'balance'>, name: string): Promise<void> {
  const { account: _, ...sums } = await reader.balance(name)
  if (Object.values(sums).every((sum) => sum === 0n)) return
  throw new LightningError({
    code: 'invalid_request',
    message: `account "${name}" has spent as an account of its own, so it cannot become a tracked one`,
    hint: 'Make a tracked account of another name.',
  })
}

/** Set once any account was made: until then a payment asks nothing about accounts. */
export const ACCOUNTS_META = 'accounts'

/** All accounts there are; `default` is there without being made. */
export const listAccounts = (store: WalletStore): Promise<readonly Account[]> =>
  store.read((reader) => reader.accounts())

/** Ends an account that holds nothing. What is still paid to its invoices is credited to it all the same. */
export async function closeAccount(
  store: WalletStore,
  { name, nowMs = Date.now() }: { name: string; nowMs?: number },
): Promise<void> {
  await store.transaction(async (writer) => {
    const account = await writer.account(name)
    if (account === undefined) throw noSuchAccount(name)
    const { fundsMsat, reservedMsat } = await writer.balance(name)
    if (reservedMsat !== 0n || (account.kind === 'tracked' && fundsMsat !== 0n))
      throw new LightningError({
        code: 'invalid_request',
        message: `account "${name}" still holds money or has a payment under way`,
        hint: 'Wait for its payments, then debit what is left: lightning-mcp owner accounts debit',
      })
    await writer.setAccountClosed(name, nowMs)
  })
}

/** What every use of an account that was never made is refused with. */
export const noSuchAccount = (name: string): LightningError =>
  new LightningError({
    code: 'not_ready',
    message:
      name === DEFAULT_ACCOUNT ? 'there is no such account' : `there is no account "${name}" in this ledger`,
    hint: `The owner can make it: lightning-mcp owner accounts add ${name}`,
  })
