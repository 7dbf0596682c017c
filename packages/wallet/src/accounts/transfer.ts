import { randomBytes } from 'node:crypto'
import { cleanText, LightningError, msat } from '@lightning-mcp/core'
import { amountText } from '../amount-text.ts'
import { appendEntry } from '../ledger/append-entry.ts'
import { readLedgerMeta } from '../owner/ledger-certificate.ts'
import type { OwnerPublicKey } from '../owner/owner-key.ts'
import { type DocumentSignature, verifyDocument } from '../owner/signed-document.ts'
import type { StoreReader, WalletStore } from '../store/wallet-store.ts'
import type { Account, AccountTransfer } from './account.ts'
import { noSuchAccount } from './create-account.ts'
import { freeForOthersMsat, type NodeFigure } from './solvency.ts'

/** What the owner signs. Amounts are decimal texts, because a signed document has no large numbers. */
export interface TransferDocument {
  ledgerId: string
  nonce: string
  account: string
  /** Negative: taken from it. */
  amountMsat: string
  atMs: number
}

export interface TransferRequest {
  account: string
  /** Positive: given to the account out of what nobody holds. Negative: taken from it. */
  amountMsat: bigint
  note?: string | undefined
  /** What the node can spend, read before (`readNodeFigure`). Needed to give. */
  figure?: NodeFigure | undefined
  /** The owner's signature; required in a ledger that the owner certified. */
  sign?: ((document: TransferDocument) => DocumentSignature) | undefined
  nowMs?: number
}

const noteOf = (nonce: string): string => `transfer ${nonce}`

/** Gives money to a tracked account, or takes it back. No tool reaches this. */
export async function transfer(store: WalletStore, request: TransferRequest): Promise<AccountTransfer> {
  const { account, amountMsat, figure, sign, note, nowMs: atMs = Date.now() } = request
  if (amountMsat === 0n)
    throw new LightningError({
      code: 'invalid_request',
      message: 'nothing to transfer',
      hint: 'Give an amount.',
    })
  const { ledgerId } = await store.read((reader) => readLedgerMeta(reader))
  if (ledgerId !== undefined && sign === undefined)
    throw new LightningError({
      code: 'permission_denied',
      message: 'a transfer of this ledger needs the owner’s signature',
      hint: 'Open the owner’s key for it.',
    })
  const nonce = randomBytes(16).toString('hex')
  const signature =
    ledgerId === undefined
      ? undefined
      : sign?.(transferDocument({ ledgerId, nonce, account, amountMsat, atMs }))
  const made: AccountTransfer = {
    nonce,
    account,
    amountMsat,
    atMs,
    ...(note === undefined || note === '' ? {} : { note: cleanText(note, 200) }),
    ...(signature === undefined ? {} : { signature }),
  }
  const booked = store.transaction(async (writer) => {
    const known = await writer.account(account)
    assertTracked(known, account, amountMsat)
    if (amountMsat > 0n) await assertCovered(writer, known, amountMsat, figure)
    else if ((await writer.balance(account)).fundsMsat + amountMsat < 0n)
      throw new LightningError({
        code: 'insufficient_balance',
        message: `account "${account}" does not hold ${amountText(msat(-amountMsat))} that is free`,
        hint: 'Take less, or wait until its payments are final.',
      })
    await writer.insertTransfer(made)
    await appendEntry(writer, {
      atMs,
      account,
      event: amountMsat > 0n ? 'credited' : 'debited',
      fundsMsat: amountMsat,
      reservedMsat: 0n,
      paidMsat: 0n,
      feesMsat: 0n,
      capitalMsat: 0n,
      outsideMsat: -amountMsat,
      limitScopes: [],
      chargedMsat: 0n,
      chargedCount: 0,
      note: noteOf(nonce),
    })
  })
  await booked.catch((error: unknown) => assertBooked(store, made, error))
  return made
}

/** A further call would be a further transfer, so it is found out whether this one was saved after all. */
async function assertBooked(store: WalletStore, { nonce }: AccountTransfer, error: unknown): Promise<void> {
  if (!LightningError.is(error) || error.code !== 'unavailable') throw error
  const found = await store
    .read((reader) => reader.transfer(nonce))
    .catch(() => {
      throw new LightningError({
        code: 'unavailable',
        message: `${error.message}; nobody can say yet whether the transfer was booked`,
        hint: 'Once the database is back, look at the balance (lightning-mcp owner accounts) before you transfer it again.',
        cause: error,
      })
    })
  if (found === undefined) throw error
}

/** What still arrived at a closed account can be taken from it. */
function assertTracked(
  known: Account | undefined,
  name: string,
  amountMsat: bigint,
): asserts known is Account {
  if (known === undefined) throw noSuchAccount(name)
  if (known.kind !== 'tracked')
    throw new LightningError({
      code: 'invalid_request',
      message: `account "${name}" has its own connection: its money is what that can spend`,
      hint: 'Only a tracked account is given money by the ledger.',
    })
  if (known.closedAtMs !== undefined && amountMsat > 0n)
    throw new LightningError({
      code: 'invalid_request',
      message: `account "${name}" is closed`,
      hint: 'Use another account.',
    })
}

/** No money is given that the node does not have beside what others hold already. */
async function assertCovered(
  reader: StoreReader,
  { backendKind, backendNetwork, backendId }: Account,
  amountMsat: bigint,
  figure: NodeFigure | undefined,
): Promise<void> {
  if (figure === undefined)
    throw new LightningError({
      code: 'unavailable',
      message: 'the node did not say what it can spend, so nothing can be given to an account',
      hint: 'Try again once the node answers.',
    })
  const identity = { kind: backendKind, network: backendNetwork, id: backendId }
  const freeMsat = freeForOthersMsat({
    figure,
    moves: await reader.movesSince(figure.seq),
    holdings: await reader.holdingsOn(identity),
    reservedByOthersMsat: await reader.reservedByOthers(),
  })
  if (freeMsat >= amountMsat) return
  throw new LightningError({
    code: 'insufficient_balance',
    message: `the node has ${amountText(msat(freeMsat > 0n ? freeMsat : 0n))} that no account holds, less than ${amountText(msat(amountMsat))}`,
    hint: 'Give less, or add funds to the node.',
  })
}

export const transferDocument = ({
  ledgerId,
  nonce,
  account,
  amountMsat,
  atMs,
}: Omit<TransferDocument, 'amountMsat'> & { amountMsat: bigint }): TransferDocument => ({
  ledgerId,
  nonce,
  account,
  amountMsat: amountMsat.toString(),
  atMs,
})

/** A row of the journal or of the transfers that the owner did not sign as it stands. */
export interface TransferFault {
  /** Of the journal row, where there is one. */
  seq?: number
  nonce?: string
  account: string
  message: string
}

const PAGE = 500

/** Whether every credit and debit of the journal is one that the owner signed, and each is booked once. For the audit. */
export async function verifyTransfers(
  reader: StoreReader,
  { ledgerId, publicKey }: { ledgerId?: string | undefined; publicKey?: OwnerPublicKey | undefined },
): Promise<readonly TransferFault[]> {
  const faults: TransferFault[] = []
  const booked = new Set<string>()
  for (let after = 0; ; ) {
    const rows = await reader.journalAfter(after, PAGE)
    for (const row of rows) {
      after = row.seq
      if (row.event !== 'credited' && row.event !== 'debited') continue
      const nonce = row.note?.startsWith('transfer ') ? row.note.slice('transfer '.length) : undefined
      const made = nonce === undefined ? undefined : await reader.transfer(nonce)
      if (nonce !== undefined) booked.add(nonce)
      const message =
        made === undefined || made.account !== row.account || made.amountMsat !== row.fundsMsat
          ? 'the journal and the record of the transfer differ'
          : faultOf(made, ledgerId, publicKey)
      if (message !== undefined)
        faults.push({
          seq: row.seq,
          account: row.account,
          message,
          ...(nonce === undefined ? {} : { nonce }),
        })
    }
    if (rows.length < PAGE) break
  }
  for (let after = ''; ; ) {
    const made = await reader.transfersAfter(after, PAGE)
    for (const { nonce, account } of made) {
      after = nonce
      if (!booked.has(nonce)) faults.push({ nonce, account, message: 'a transfer is not in the journal' })
    }
    if (made.length < PAGE) return faults
  }
}

function faultOf(
  made: AccountTransfer,
  ledgerId: string | undefined,
  publicKey: OwnerPublicKey | undefined,
): string | undefined {
  // a ledger without an owner's certificate has nothing to check against
  if (ledgerId === undefined || publicKey === undefined) return undefined
  const { signature } = made
  if (signature === undefined) return 'the owner has not signed this transfer'
  return verifyDocument('account-transfer', transferDocument({ ledgerId, ...made }), signature, publicKey)
    ? undefined
    : 'the owner’s signature does not fit this transfer'
}
