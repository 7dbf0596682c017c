import type { NodeInfo } from '@lightning-mcp/core'
import { cleanText, LightningError } from '@lightning-mcp/core'
import type { Wallet, WalletDetails } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { failureOf } from '../failures.ts'
import { defineTool, READS } from '../tool.ts'

interface Problem {
  problem: string
  next_step: string
}

const NODE_CHECKS: readonly { wrong: (node: NodeInfo) => boolean; found: Problem }[] = [
  {
    wrong: (node) => node.syncedToChain === false,
    found: { problem: 'The node is not synced to the chain.', next_step: 'Wait until it is.' },
  },
  {
    wrong: (node) => node.activeChannels === 0,
    found: {
      problem: 'The node has no active channel.',
      next_step: 'Ask the owner to open one; nothing can be paid or received until then.',
    },
  },
]

const denied = (details: WalletDetails, area: 'send' | 'receive'): Problem[] =>
  details.profile.permissions[area] === 'denied'
    ? [
        {
          problem: `The wallet’s credential may not ${area}.`,
          next_step: 'Ask the owner if that is meant.',
        },
      ]
    : []

/** A store in trouble is one of them: the node can be reached all the same. */
async function spendingProblem(wallet: Wallet, signal: AbortSignal): Promise<Problem[]> {
  const shown = (reason: string, nextStep: string): Problem[] => [
    { problem: `Nothing can be paid: ${cleanText(reason, 400)}.`, next_step: cleanText(nextStep, 400) },
  ]
  try {
    const { paused } = await wallet.getBudget({ signal })
    return paused === undefined ? [] : shown(paused.reason, paused.hint)
  } catch (error) {
    if (!LightningError.is(error)) throw error
    const { message, next_step } = failureOf(error, 'read')
    return shown(message, next_step)
  }
}

const problemsOf = (details: WalletDetails): Problem[] => [
  ...(details.online
    ? []
    : [{ problem: 'The node cannot be reached now.', next_step: 'Tell the owner; try again later.' }]),
  ...NODE_CHECKS.filter(({ wrong }) => wrong(details.node)).map(({ found }) => found),
  ...denied(details, 'send'),
  ...denied(details, 'receive'),
]

const UNREACHABLE = new Set([
  'unavailable',
  'not_ready',
  'unauthenticated',
  'permission_denied',
  'rate_limited',
])

export const checkConnection = defineTool({
  name: 'check_connection',
  title: 'Check the connection',
  description: 'Whether the node can be reached and is fit to pay and receive, and what to do if not.',
  effect: 'read',
  annotations: READS,
  requires: [],
  input: z.strictObject({}),
  output: z.object({
    connected: z.boolean(),
    backend: z.string().optional(),
    network: z.string().optional(),
    problems: z.array(z.object({ problem: z.string(), next_step: z.string() })),
  }),
  async run(_args, { wallet, signal }) {
    try {
      const details = await wallet.getDetails({ signal })
      const problems = [...problemsOf(details), ...(await spendingProblem(wallet, signal))]
      const { kind, network } = details.profile.identity
      return {
        data: { connected: details.online, backend: kind, network, problems },
        text: `${details.online ? 'Connected' : 'Not connected'} to ${kind} on ${network}. ${problemText(problems)}`,
      }
    } catch (error) {
      // a node that is down is what this tool is asked about, not a failure of it
      if (!LightningError.is(error) || !UNREACHABLE.has(error.code)) throw error
      const { message, next_step } = failureOf(error, 'read')
      const problems = [{ problem: message, next_step }]
      return { data: { connected: false, problems }, text: `Not connected. ${problemText(problems)}` }
    }
  },
})

const problemText = (problems: readonly Problem[]): string =>
  problems.length === 0
    ? 'No problems found.'
    : problems.map(({ problem, next_step }) => `${problem} ${next_step}`).join(' ')
