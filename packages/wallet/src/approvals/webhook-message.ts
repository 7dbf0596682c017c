import { createHmac, timingSafeEqual } from 'node:crypto'
import { LightningError } from '@lightning-mcp/core'
import type { OwnerKey } from '../owner/owner-key.ts'
import { signDocument } from '../owner/signed-document.ts'
import type { Approval, ApprovalDecision } from './approval.ts'
import { type ApprovalSubject, type SignedDecision, subjectOf } from './approval-document.ts'

// Both sides of the approval webhook: what the wallet posts, and what an approver elsewhere needs.

/** Unix milliseconds at which the request was signed. */
export const TIMESTAMP_HEADER = 'lightning-mcp-timestamp'
/** `v1=` and HMAC-SHA256 in hexadecimal over timestamp, a full stop, and the body. */
export const SIGNATURE_HEADER = 'lightning-mcp-signature'

const TOLERANCE_MS = 5 * 60_000

/** What an approver is asked. Amounts are text, in msat. */
export interface ApprovalRequest {
  type: 'approval-request'
  version: 1
  /** What a decision is about and repeats, unchanged. */
  subject: ApprovalSubject
  /** For the eyes of whoever decides. The recipient's words prove nothing. */
  about: {
    kind: string
    network: string
    createdAtMs: number
    reason?: string
    payee?: string
    memo?: string
    comment?: string
    description?: string
  }
}

/** What an approver answers, as JSON, once it has decided; before that an empty object. */
export type ApprovalAnswer = SignedDecision & { approvalId: string }

export function requestOf(approval: Approval, ledgerId: string | undefined): ApprovalRequest {
  const { kind, backendNetwork, createdAtMs, reason, payee, memo, comment, description } = approval
  return {
    type: 'approval-request',
    version: 1,
    subject: subjectOf(approval, ledgerId),
    about: {
      kind,
      network: backendNetwork,
      createdAtMs,
      ...(reason === undefined ? {} : { reason }),
      ...(payee === undefined ? {} : { payee }),
      ...(memo === undefined ? {} : { memo }),
      ...(comment === undefined ? {} : { comment }),
      ...(description === undefined ? {} : { description }),
    },
  }
}

/** The headers that prove to the approver who asks. */
export const signWebhook = (body: string, secret: string, nowMs: number): Record<string, string> => ({
  [TIMESTAMP_HEADER]: String(nowMs),
  [SIGNATURE_HEADER]: `v1=${macOf(body, secret, String(nowMs)).toString('hex')}`,
})

const macOf = (body: string, secret: string, timestamp: string): Buffer =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`).digest()

/**
 * For an approver: the request in a webhook's body, if the wallet that shares `secret` sent it within
 * the last five minutes. Throws `unauthenticated` otherwise. `header` reads a header by its name in
 * small letters.
 */
export function verifyWebhook({
  body,
  header,
  secret,
  nowMs = Date.now(),
}: {
  body: string
  header: (name: string) => string | null | undefined
  secret: string
  nowMs?: number
}): ApprovalRequest {
  const timestamp = header(TIMESTAMP_HEADER) ?? ''
  const given = Buffer.from(/^v1=([0-9a-f]{64})$/.exec(header(SIGNATURE_HEADER) ?? '')?.[1] ?? '', 'hex')
  const isOurs = given.length === 32 && timingSafeEqual(given, macOf(body, secret, timestamp))
  // the secret is an empty string where somebody forgot to set it
  if (secret === '' || !isOurs || !/^\d{1,16}$/.test(timestamp))
    throw refused('it was not signed with the shared secret')
  if (Math.abs(nowMs - Number(timestamp)) > TOLERANCE_MS) throw refused('it is not of this moment')
  const request = parse(body) as Partial<ApprovalRequest> | undefined
  if (request?.type !== 'approval-request' || request.version !== 1 || typeof request.subject !== 'object')
    throw refused('it is no request for approval that this version knows')
  return request as ApprovalRequest
}

/** For an approver: the answer that decides the request. The key is the one that the policy names. */
export function signDecision(
  { subject }: Pick<ApprovalRequest, 'subject'>,
  { decision, key, nowMs = Date.now() }: { decision: ApprovalDecision; key: OwnerKey; nowMs?: number },
): ApprovalAnswer {
  const signature = signDocument('approval-decision', { ...subject, decision, decidedAtMs: nowMs }, key)
  return { approvalId: subject.approvalId, decision, decidedAtMs: nowMs, signature }
}

/** The answer in a reply's body; `undefined`: not decided yet. Throws for what is neither. */
export function readAnswer(body: string): ApprovalAnswer | undefined {
  if (body === '') return undefined
  const value = parse(body) as Partial<ApprovalAnswer> | undefined
  if (typeof value !== 'object' || value === null) throw refused('it is no JSON object')
  const { approvalId, decision, decidedAtMs, signature } = value
  if (decision === undefined) return undefined
  const isWhole =
    typeof approvalId === 'string' &&
    (decision === 'approve' || decision === 'deny') &&
    Number.isSafeInteger(decidedAtMs) &&
    typeof signature === 'string'
  if (!isWhole) throw refused('a part of the decision is missing or malformed')
  return { approvalId, decision, decidedAtMs: decidedAtMs as number, signature }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const refused = (why: string): LightningError =>
  new LightningError({
    code: 'unauthenticated',
    message: `the message is refused: ${why}`,
    hint: 'Compare the webhook secret and the clocks of both sides.',
  })
