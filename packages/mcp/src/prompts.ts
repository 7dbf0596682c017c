import { cleanText, LightningError } from '@lightning-mcp/core'

/** A prompt as `prompts/list` shows it. */
export interface PromptDescription {
  name: string
  title: string
  description: string
  arguments: { name: string; description: string; required: boolean }[]
}

interface Prompt extends PromptDescription {
  text(args: Readonly<Record<string, string>>): string
}

const WHOLE_SATS = /^[1-9][0-9]{0,15}$/

function budgetSats(text: string): string {
  if (WHOLE_SATS.test(text)) return text
  throw new LightningError({
    code: 'invalid_request',
    message: 'budget_sats must be a whole number of sats, at least 1.',
  })
}

const PROMPTS: readonly Prompt[] = [
  {
    name: 'pay_within_budget',
    title: 'Pay within a budget',
    description: 'Do a task that costs money, within a number of sats, fees included.',
    arguments: [
      { name: 'task', description: 'What is to be paid for', required: true },
      { name: 'budget_sats', description: 'Most that may be spent, in sats, fees included', required: true },
    ],
    text: ({ task = '', budget_sats = '' }) =>
      `Task: ${task}

Spend at most ${budgetSats(budget_sats)} sats in all, routing fees included.
1. get_budget and get_wallet_balance: stop and tell me if they do not suffice.
2. Before each payment: preview_payment. Leave out whatever would exceed what is left of the budget.
3. Pay with max_fee_sats set so that amount and fee fit. If status is pending, wait_for_payment; never pay a second time because an answer is late.
4. Keep a list of payment_id, amount and fee, and tell me the sum at the end.`,
  },
  {
    name: 'reconcile',
    title: 'Reconcile payments',
    description: 'Go through the latest payments and account for every sat.',
    arguments: [
      { name: 'since', description: 'Date or time from which on; default: the last day', required: false },
    ],
    text: ({ since = 'the last day' }) =>
      `Reconcile this wallet's payments since ${since}.
Page through get_payments until you have passed that time. For whatever is pending, call get_payment_status.
Then tell me: received, sent and fees in sats; what is still pending; what failed; what you could not explain. Compare with get_wallet_balance. Send nothing.`,
  },
  {
    name: 'get_started',
    title: 'Get started',
    description: 'See whether the wallet works and what it may do.',
    arguments: [],
    text: () =>
      `Show me that this Lightning wallet works, without spending anything.
check_connection, get_wallet_details, get_wallet_balance, get_budget: tell me in a few sentences which wallet this is, what can be spent and received, and which limits hold. If something is wrong, tell me what to do about it.`,
  },
]

const MAX_ARGUMENT = 500

export const promptDescriptions: readonly PromptDescription[] = PROMPTS.map(({ text: _, ...rest }) => rest)

/** The text of a prompt; undefined if there is none of that name. Throws `invalid_request`. */
export function promptText(name: string, args: Readonly<Record<string, string>>): string | undefined {
  const prompt = PROMPTS.find((candidate) => candidate.name === name)
  if (prompt === undefined) return undefined
  const given = Object.fromEntries(
    prompt.arguments.flatMap((argument) => {
      const value = cleanText(args[argument.name] ?? '', MAX_ARGUMENT)
      if (value !== '') return [[argument.name, value]]
      if (!argument.required) return []
      throw new LightningError({ code: 'invalid_request', message: `${argument.name} is missing.` })
    }),
  )
  return prompt.text(given)
}
