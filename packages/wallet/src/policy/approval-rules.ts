import { amountText } from '../amount-text.ts'
import { amountRuling, type Rule, yesOrNo } from './ruling.ts'

const approveAbove: Rule = (question) => {
  const { node, movedMsat, facts } = question
  const { approveAboveMsat } = node.limits
  if (approveAboveMsat === undefined) return undefined
  const within = amountRuling('approve_above', question, approveAboveMsat, movedMsat, () => ({
    code: 'approval_required',
    message: `${amountText(movedMsat)} is more than may be paid without the owner: ${amountText(approveAboveMsat)}`,
    hint: 'Wait for the owner’s decision. Splitting the payment is not what the owner meant.',
  }))
  return facts.isApproved ? { ...within, allowed: true, because: undefined } : within
}

const approveNewDestination: Rule = (question) => {
  const { node, facts } = question
  if (node.limits.approveNewDestinations !== true) return undefined
  return yesOrNo(
    'approve_new_destination',
    question,
    !facts.isNewDestination || facts.isApproved
      ? undefined
      : {
          code: 'approval_required',
          message: 'nothing was ever paid to this destination, and the owner decides on the first payment',
          hint: 'Wait for the owner’s decision.',
        },
  )
}

/** Asked only once no limit refuses. */
export const APPROVAL_RULES: readonly Rule[] = [approveAbove, approveNewDestination]
