import { type BackendFault, cleanText, type FailureReason, LightningError } from '@lightning-mcp/core'
import { ERROR_RULES, type ErrorRule, FAILURES } from './error-rules.ts'
import { RpcFault, WireFault } from './transport.ts'
import { WIRE_RULES } from './wire-rules.ts'

/** The rule for an error of Core Lightning's, if it is a known one. */
export function findErrorRule(error: unknown): ErrorRule | undefined {
  if (!(error instanceof RpcFault)) return undefined
  return ERROR_RULES.find(
    (rule) =>
      (rule.codes === undefined || rule.codes.includes(error.code)) &&
      (rule.statuses === undefined || (error.status !== undefined && rule.statuses.includes(error.status))) &&
      (rule.text === undefined || rule.text.test(error.message)),
  )
}

/** Core Lightning's own words, without anything that looks like a key, hash, preimage or rune. */
export const redact = (text: string): string =>
  cleanText(text.replace(/[0-9a-zA-Z+/_-]{40,}={0,2}/g, '[redacted]'), 200)

function describeFault(fault: RpcFault): BackendFault {
  const words = redact(fault.message)
  return { code: String(fault.code), ...(words === '' ? {} : { message: words }) }
}

/** Why a payment failed for good, if the error that ended it says so. */
export function failureReason(error: unknown): FailureReason | undefined {
  if (!(error instanceof RpcFault)) return undefined
  return FAILURES.find(
    ({ codes, text }) => codes.includes(error.code) && (text === undefined || text.test(error.message)),
  )?.reason
}

/** Any error of a call to Core Lightning as one of core's. */
export function mapClnError(error: unknown): LightningError {
  if (LightningError.is(error)) return error
  if (error instanceof WireFault) {
    const { code, message, hint } = WIRE_RULES[error.reason]
    return new LightningError({
      code,
      message,
      hint,
      ...(error.reason === 'closed' ? { retry: 'never' as const } : {}),
    })
  }
  if (!(error instanceof RpcFault))
    return new LightningError({
      code: 'internal',
      message: 'the call to Core Lightning failed for a reason of our own',
      hint: 'This is a fault of Lightning MCP; please report it.',
      cause: error,
    })
  const rule = findErrorRule(error)
  return new LightningError({
    code: rule?.code ?? 'protocol_error',
    message: rule?.message ?? 'Core Lightning answered with an error that is not known here',
    hint: rule?.hint ?? "Look at the node's log.",
    backend: describeFault(error),
  })
}
