import type { StoreReader } from '../store/wallet-store.ts'

/** The newest policy that ever held, as `<version> <digest>`. It never goes down. */
export const POLICY_META = 'policy_in_force'

/** Which policy is on record. Version 0: none ever was in force. */
export interface PolicyRecord {
  version: number
  digest: string
}

export function parsePolicyRecord(text: string | undefined): PolicyRecord {
  const [version = '0', digest = ''] = text?.split(' ') ?? []
  return { version: Number(version), digest }
}

/** Why a policy is none of this ledger's; `undefined`: it is. */
export function ledgerFault(
  { ledgerId }: { ledgerId?: string },
  actual: string | undefined,
): string | undefined {
  if (ledgerId === actual) return undefined
  return ledgerId === undefined
    ? 'was signed before this wallet had a certified ledger, and not for it'
    : 'was signed for another wallet’s ledger than this one'
}

export const policyRecordText = ({ version, digest }: PolicyRecord): string => `${version} ${digest}`

/** The newest policy that this ledger ever followed. */
export const readPolicyRecord = async (store: Pick<StoreReader, 'getMeta'>): Promise<PolicyRecord> =>
  parsePolicyRecord(await store.getMeta(POLICY_META))
