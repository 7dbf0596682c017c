import type { Intent } from '../intents/intent.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import type { ApprovalId } from '../wallet.ts'
import { approvalId as readApprovalId } from './approval-id.ts'

/** The payment that the approval is or was for. Throws `invalid_request` for what is no approval id. */
export async function intentOfApproval(
  reader: StoreReader,
  approvalId: ApprovalId,
): Promise<Intent | undefined> {
  const approval = await reader.approvalById(readApprovalId(approvalId))
  return approval === undefined ? undefined : reader.intentById(approval.paymentId)
}
