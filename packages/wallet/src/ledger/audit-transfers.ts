import { verifyTransfers } from '../accounts/transfer.ts'
import { readLedgerMeta } from '../owner/ledger-certificate.ts'
import type { OwnerPublicKey } from '../owner/owner-key.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import type { Findings } from './audit-findings.ts'

/** Every credit and debit is one that the owner signed, and is booked once. */
export async function checkTransfers(
  reader: StoreReader,
  { findings, publicKey }: { findings: Findings; publicKey: OwnerPublicKey | undefined },
): Promise<void> {
  const { ledgerId } = await readLedgerMeta(reader)
  for (const { seq, account, nonce, message } of await verifyTransfers(reader, { ledgerId, publicKey }))
    findings.add({
      kind: 'transfer',
      account,
      ...(seq === undefined ? {} : { seq }),
      message: `${seq === undefined ? `transfer ${nonce ?? ''}` : `row ${seq}`} of account ${account}: ${message}`,
    })
}
