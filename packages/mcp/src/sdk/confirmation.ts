import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Confirmation, ToolQuestion } from '../tool.ts'
import { isModern } from './protocol-era.ts'
import type { ServerRequestContext } from './subscriptions.ts'

/**
 * A way to ask the client's user, where there is one: from 2026-07-28 on any transport, because the
 * question is an answer and the call comes again; before that only on a connection that lasts, where
 * the SDK asks and then calls again. `undefined` where the client did not say that it can.
 */
export function confirmationOf(
  ctx: ServerContext,
  server: Server,
  context: ServerRequestContext | undefined,
): Confirmation | undefined {
  const modern = isModern(server)
  if (!modern && context?.requestInfo !== undefined) return undefined
  const envelope: Readonly<Record<string, unknown>> = { ...ctx.mcpReq.envelope }
  const told = envelope[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined
  const elicitation = (modern ? told : server.getClientCapabilities())?.elicitation
  // before there were two modes, the bare word meant the form
  if (elicitation === undefined || (elicitation.form === undefined && elicitation.url !== undefined))
    return undefined
  return {
    answerTo(questionId) {
      const answer = inputResponse(ctx.mcpReq.inputResponses, questionId)
      return answer.kind === 'elicit' ? answer.action : undefined
    },
  }
}

/** The question as the answer of a round. Yes is to accept it, no is to decline it: there is nothing to fill in. */
export const asking = ({ id, text }: ToolQuestion): InputRequiredResult =>
  inputRequired({
    inputRequests: {
      [id]: inputRequired.elicit({
        message: text,
        requestedSchema: { type: 'object', properties: {} },
      }),
    },
  })
