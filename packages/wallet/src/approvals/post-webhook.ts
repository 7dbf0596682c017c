import type { Secret } from '@lightning-mcp/core'
import type { Clock } from '../clock.ts'
import { pause } from '../clock.ts'
import type { Approval } from './approval.ts'
import { subjectOf, verifyDecision } from './approval-document.ts'
import { type ApprovalAnswer, readAnswer, requestOf, signWebhook } from './webhook-message.ts'

const TIMEOUT_MS = 10_000
const MOST_BYTES = 16_384
const PAUSES_MS = [5, 10, 20, 40, 80, 160, 300].map((seconds) => seconds * 1000)

/** How long to wait after so many calls before the next. */
export const postPauseMs = (posts: number): number =>
  PAUSES_MS[Math.min(posts, PAUSES_MS.length - 1)] ?? 300_000

/** What came of one call. `fault` is fit for a log: it holds nothing that the other side wrote. */
export type PostResult = { answer: ApprovalAnswer } | { waiting: true } | { fault: string }

export interface PostRequest {
  approval: Approval
  ledgerId: string | undefined
  webhook: { url: string; key: string }
  secret: Secret
  clock: Clock
  /** For tests: http to this machine. */
  allowLoopbackHttp: boolean
  signal: AbortSignal
}

/** Tells the approver once and reads what it answers. A decision counts only with the signature of the key that the policy names. Never rejects. */
export async function postWebhook(request: PostRequest): Promise<PostResult> {
  const { approval, ledgerId, webhook, clock, signal } = request
  if (!isAllowed(webhook.url, request.allowLoopbackHttp)) return { fault: 'its URL is not https' }
  const over = new AbortController()
  const done = new AbortController()
  void pause(clock, TIMEOUT_MS, AbortSignal.any([done.signal, signal])).then(() => over.abort())
  try {
    const body = await post(request, AbortSignal.any([over.signal, signal]))
    if (typeof body !== 'string') return body
    const answer = readAnswer(body)
    if (answer === undefined) return { waiting: true }
    if (answer.approvalId !== approval.approvalId) return { fault: 'it decided another approval' }
    if (!verifyDecision(subjectOf(approval, ledgerId), answer, webhook.key))
      return { fault: 'its decision is not signed by the key of the policy, or was made too late' }
    return { answer }
  } catch {
    if (over.signal.aborted) return { fault: 'it did not answer in time' }
    return { fault: 'it could not be reached, or its answer was no JSON' }
  } finally {
    done.abort()
  }
}

async function post(
  { approval, ledgerId, webhook, secret, clock }: PostRequest,
  signal: AbortSignal,
): Promise<string | PostResult> {
  const body = JSON.stringify(requestOf(approval, ledgerId))
  const response = await fetch(webhook.url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...signWebhook(body, secret.reveal(), clock.now()),
    },
    // where the owner sent it and nowhere else
    redirect: 'manual',
    signal,
  })
  const { status } = response
  const isJson = /^application\/json\b/i.test(response.headers.get('content-type') ?? '')
  if (status === 202 || status === 204 || status < 200 || status > 299 || !isJson) {
    await response.body?.cancel()
    if (status === 202 || status === 204) return { waiting: true }
    return { fault: status === 200 ? 'its answer was no JSON' : `it answered HTTP ${status}` }
  }
  return (await readBody(response)) ?? { fault: 'its answer was too long' }
}

/** The body, unless it is longer than any decision. */
async function readBody(response: Response): Promise<string | undefined> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > MOST_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function isAllowed(text: string, allowLoopbackHttp: boolean): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  if (protocol === 'https:') return true
  return allowLoopbackHttp && protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
}
