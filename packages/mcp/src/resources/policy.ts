import type { Budget, RuleVerdict } from '@lightning-mcp/wallet'
import { ruleSentence } from '../views/rules.ts'

/** The rules in words, with the numbers that hold now. */
export function policyText({ rules, paused }: Budget): string {
  const scopes = [...new Set(rules.map(({ scope = '' }) => scope))]
  return [
    ...(paused === undefined ? [] : [`Nothing may be spent now: ${paused.reason}.`]),
    ...scopes.flatMap((scope) => sentences(scope, rules)),
    'Of several limits the narrowest holds.',
    'The same payment asked for twice is paid once: by idempotency_key, by payment hash, and for an address by amount within 10 minutes.',
    'A payment whose outcome is not known is looked up until it is; it is never sent again meanwhile.',
    'Only the owner can change these rules, outside of this protocol.',
  ].join('\n')
}

/** Of one node of the limit tree; a budget under its name. */
function sentences(scope: string, rules: readonly RuleVerdict[]): string[] {
  const budget = /\/budget:(.+)$/.exec(scope)?.[1]
  const own = rules.flatMap((rule) => ((rule.scope ?? '') === scope ? (ruleSentence(rule) ?? []) : []))
  return budget === undefined || own.length === 0 ? own : [`Budget ${budget}: ${own.join(' ')}`]
}
