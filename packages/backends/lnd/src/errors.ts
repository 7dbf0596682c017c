import { type BackendFault, cleanText, LightningError } from '@lightning-mcp/core'
import { ERROR_RULES, type ErrorRule } from './error-rules.ts'
import { NODE_ERROR_RULES } from './node-error-rules.ts'

const ALL_RULES: readonly ErrorRule[] = [...NODE_ERROR_RULES, ...ERROR_RULES]

interface GrpcFault {
  code: number
  details: string
}

const asGrpcFault = (error: unknown): GrpcFault | undefined => {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, details } = error as { code?: unknown; details?: unknown }
  return typeof code === 'number' ? { code, details: typeof details === 'string' ? details : '' } : undefined
}

export const statusOf = (error: unknown): number | undefined => asGrpcFault(error)?.code

/** The rule for an error of LND's, if it is a known one. */
export function findErrorRule(error: unknown): ErrorRule | undefined {
  const fault = asGrpcFault(error)
  if (fault === undefined) return undefined
  return ALL_RULES.find(
    (rule) =>
      (rule.status === undefined || rule.status === fault.code) &&
      (rule.text === undefined || rule.text.test(fault.details)),
  )
}

/** LND's own words, without anything that looks like a key, hash, preimage or macaroon. */
function describeFault(fault: GrpcFault): BackendFault {
  const words = cleanText(fault.details.replace(/[0-9a-zA-Z+/_-]{40,}={0,2}/g, '[redacted]'), 200)
  return { code: String(fault.code), ...(words === '' ? {} : { message: words }) }
}

/** Any error of a call to LND as one of core's. */
export function mapLndError(error: unknown): LightningError {
  if (LightningError.is(error)) return error
  const fault = asGrpcFault(error)
  if (fault === undefined)
    return new LightningError({
      code: 'internal',
      message: 'the call to LND failed for a reason of our own',
      hint: 'This is a fault of Lightning MCP; please report it.',
      cause: error,
    })
  const rule = findErrorRule(error)
  return new LightningError({
    code: rule?.code ?? 'protocol_error',
    message: rule?.message ?? 'LND answered with an error that is not known here',
    hint: rule?.hint ?? "Look at the node's log.",
    backend: describeFault(fault),
  })
}
