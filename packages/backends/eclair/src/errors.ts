import { type BackendFault, cleanText, LightningError } from '@lightning-mcp/core'
import { ERROR_RULES, type ErrorRule } from './error-rules.ts'

export type FaultKind =
  /** No connection came about. */
  | 'unreachable'
  | 'lost'
  | 'timeout'
  | 'aborted'
  | 'too-long'
  /** Status 200, and no JSON. */
  | 'unreadable'
  /** Any status but 200. */
  | 'refused'

interface FaultDescription {
  kind: FaultKind
  /** Whether a byte of the request may have left. */
  sent: boolean
  status?: number
  /** Eclair's own words. */
  text?: string
  /** What must not be shown should the words hold it. */
  secrets?: readonly string[]
  cause?: unknown
}

/** What went wrong on the wire, before anybody judged what it means. Stays inside this package. */
export class EclairFault extends Error {
  readonly kind: FaultKind
  readonly sent: boolean
  readonly status: number | undefined
  readonly text: string
  /** As {@link text}, fit to be shown. */
  readonly words: string

  constructor({ kind, sent, status, text = '', secrets = [], cause }: FaultDescription) {
    super(`${kind}${status === undefined ? '' : ` ${status}`}`, cause === undefined ? undefined : { cause })
    this.kind = kind
    this.sent = sent
    this.status = status
    this.text = text
    this.words = redact(text, secrets)
  }
}

/** Without the credential, and without anything that looks like a key, hash, preimage or invoice. */
function redact(text: string, secrets: readonly string[]): string {
  const open = secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
  return cleanText(open.replace(/[0-9a-zA-Z+/_-]{40,}={0,2}/g, '[redacted]'), 200)
}

/** What an answer of status 200 says in words, fit to be shown. */
export const shownText = (text: string): string => redact(text, [])

/** The rule for a fault, if it is a known one. */
export const findErrorRule = (fault: EclairFault): ErrorRule | undefined =>
  ERROR_RULES.find(
    (rule) =>
      (rule.kind === undefined || rule.kind === fault.kind) &&
      (rule.status === undefined || rule.status === fault.status) &&
      (rule.text === undefined || rule.text.test(fault.text)) &&
      (rule.causeCode === undefined || rule.causeCode.test(causeCodeOf(fault))),
  )

function causeCodeOf({ cause }: EclairFault): string {
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown }
  return `${typeof code === 'string' ? code : ''} ${typeof message === 'string' ? message : ''}`
}

function describeFault({ status, words }: EclairFault): BackendFault | undefined {
  if (status === undefined && words === '') return undefined
  return {
    ...(status === undefined ? {} : { code: String(status) }),
    ...(words === '' ? {} : { message: words }),
  }
}

/** Any error of a call to Eclair as one of core's. */
export function mapEclairError(error: unknown): LightningError {
  if (LightningError.is(error)) return error
  if (!(error instanceof EclairFault))
    return new LightningError({
      code: 'internal',
      message: 'the call to Eclair failed for a reason of our own',
      hint: 'This is a fault of Lightning MCP; please report it.',
      cause: error,
    })
  const rule = findErrorRule(error)
  const backend = describeFault(error)
  return new LightningError({
    code: rule?.code ?? 'protocol_error',
    message: rule?.message ?? 'Eclair answered with an error that is not known here',
    hint: rule?.hint ?? "Look at the node's log.",
    ...(error.kind === 'refused' ? {} : { sent: error.sent ? 'maybe' : 'no' }),
    ...(backend === undefined ? {} : { backend }),
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  })
}

/** An answer that Eclair never gives. */
export const unreadable = (what: string): LightningError =>
  new LightningError({
    code: 'protocol_error',
    message: `Eclair's answer cannot be right: ${what}`,
    hint: 'Check that nothing but Eclair answers at ECLAIR_URL.',
  })
