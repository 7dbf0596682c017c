import type { ToolOutcome } from './call-tool.ts'

/** What is written to be read, and never holds what a stranger wrote. */
const ADVICE = new Set(['next_step', 'paused', 'message', 'reason', 'problem'])

/** Says the advice in an outcome in the words of this server's owner. */
export function withAdvice(
  outcome: ToolOutcome,
  advice: ((text: string) => string) | undefined,
): ToolOutcome {
  if (advice === undefined) return outcome
  const text = advice(outcome.text)
  // all advice is told by the text as well
  if (text === outcome.text) return outcome
  return { ...outcome, text, data: inMembers(outcome.data, advice) }
}

const inMembers = (
  data: Readonly<Record<string, unknown>>,
  advice: (text: string) => string,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      typeof value === 'string' ? (ADVICE.has(key) ? advice(value) : value) : inValue(value, advice),
    ]),
  )

function inValue(value: unknown, advice: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => inValue(item, advice))
  return typeof value === 'object' && value !== null
    ? inMembers(value as Record<string, unknown>, advice)
    : value
}
