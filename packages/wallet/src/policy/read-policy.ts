import { LightningError } from '@lightning-mcp/core'
import { suspectKeys } from './duplicate-keys.ts'
import type { Policy, PolicyProblem } from './policy.ts'
import { policyWarnings } from './policy-warnings.ts'

/** A policy that was read, and what its author should hear about it. */
export interface ReadPolicy {
  policy: Policy
  /** As it is signed. */
  document: PolicyDocument
  /** What is allowed and probably not meant. */
  warnings: readonly string[]
}

/** The JSON of a policy in the form that is signed. */
export type PolicyDocument = Readonly<Record<string, unknown>>

const MAX_BYTES = 1_048_576
const MAX_PROBLEMS = 20

/** Reads the text of a policy file. Throws `invalid_request` with everything that is wrong. */
export async function readPolicy(text: string, nowMs: number): Promise<ReadPolicy> {
  const value = parseJson(text)
  const suspects = suspectKeys(text).map(
    ({ path, why }): PolicyProblem => ({
      path,
      message: why === 'twice' ? 'is given twice: keep one of the two' : 'is no name that may be used',
    }),
  )
  if (suspects.length > 0) throw policyError(suspects)
  return readPolicyDocument(value, nowMs)
}

/** The same for parsed JSON. */
export async function readPolicyDocument(value: unknown, nowMs: number): Promise<ReadPolicy> {
  const { checkPolicy } = await import('./policy-schema.ts')
  const checked = checkPolicy(value)
  if ('problems' in checked) throw policyError(checked.problems)
  const { policy } = checked
  return { policy, document: signable(value) as PolicyDocument, warnings: policyWarnings(policy, nowMs) }
}

/** Throws `invalid_request` for a text that is no JSON, or too long to be a policy. */
export function parseJson(text: string): unknown {
  if (Buffer.byteLength(text) > MAX_BYTES) throw policyError([{ path: '', message: 'is larger than 1 MiB' }])
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    // the parser's own words quote the text
    throw policyError([{ path: '', message: 'is not valid JSON: check commas, quotes and brackets' }])
  }
}

/** Fractions as text: a signed document holds whole numbers only, because fractions have many spellings. */
export function signable(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(value)
  if (Array.isArray(value)) return value.map(signable)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, signable(member)]))
  return value
}

function policyError(problems: readonly PolicyProblem[]): LightningError {
  const lines = problems
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => (path === '' ? `the policy ${message}` : `${path} ${message}`))
  const more = problems.length - lines.length
  return new LightningError({
    code: 'invalid_request',
    message: [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    hint: 'Correct the policy file; nothing was changed.',
  })
}
