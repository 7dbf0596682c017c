import { LightningError } from '@lightning-mcp/core'
import {
  type CallToolResult,
  McpServer,
  type McpServerOptions,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  SERVER_INFO_META_KEY,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { ToolOutcome } from '../call-tool.ts'
import type { FaceCore } from '../face-core.ts'
import { failureOf, failureText } from '../failures.ts'
import { icon } from '../icon.ts'
import { promptDescriptions, promptText } from '../prompts.ts'
import { resourceDescriptions, resourceTemplates } from '../resources/resources.ts'
import { asking, confirmationOf } from './confirmation.ts'
import { progressTo } from './progress.ts'
import { isModern } from './protocol-era.ts'
import { type ServerRequestContext, serveSubscriptions } from './subscriptions.ts'

export type { McpServer }

/** The lists change with the configuration only, so a client may keep them for a while. */
const LIST = { ttlMs: 300_000, cacheScope: 'private' } as const

const options: McpServerOptions = {
  cacheHints: {
    'tools/list': LIST,
    'prompts/list': LIST,
    'resources/list': LIST,
    'resources/templates/list': LIST,
    'server/discover': LIST,
  },
}

function resultOf(outcome: ToolOutcome): CallToolResult {
  const image = outcome.image
  return {
    content: [
      { type: 'text', text: outcome.text },
      ...(image === undefined
        ? []
        : [{ type: 'image' as const, data: image.dataBase64, mimeType: image.mimeType }]),
    ],
    structuredContent: outcome.data,
    ...(outcome.isError ? { isError: true } : {}),
  }
}

/** A fault outside of a tool, where the protocol has only an error to offer. */
function protocolError(error: unknown, core: FaceCore, during: string): ProtocolError {
  if (error instanceof ProtocolError) return error
  if (!LightningError.is(error)) {
    core.onFault(error, during)
    return new ProtocolError(
      ProtocolErrorCode.InternalError,
      'The server met a fault that it did not expect.',
    )
  }
  const failure = failureOf(error, 'read')
  const code =
    error.code === 'invalid_request' ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError
  return new ProtocolError(code, failureText(failure), failure)
}

const wrong = (message: string): ProtocolError => new ProtocolError(ProtocolErrorCode.InvalidParams, message)

/**
 * A server for one connection or one HTTP request. It registers handlers only: what they answer was
 * made once, in the core, so that a server per request costs little. The SDK's own registration of
 * tools is left aside, because it would convert every schema anew and answer wrong arguments without
 * our error structure.
 */
export function createServer(core: FaceCore, context?: ServerRequestContext): McpServer {
  const info = { name: 'lightning-mcp', version: core.version }
  const mcp = new McpServer(
    { ...info, title: 'Lightning wallet', icons: [icon] },
    { ...options, instructions: core.instructions },
  )
  const { server } = mcp
  const subscribable = serveSubscriptions(mcp, core, context)
  server.registerCapabilities({
    tools: {},
    prompts: {},
    resources: subscribable ? { subscribe: true } : {},
  })
  // from 2026-07-28 on the SDK writes the server's description into every result: without the icon
  const stamp = () => (isModern(server) ? { _meta: { [SERVER_INFO_META_KEY]: info } } : {})

  server.setRequestHandler('tools/list', () => ({ tools: [...core.tools], ...stamp() }))
  server.setRequestHandler('tools/call', async ({ params }, ctx: ServerContext) => {
    const progress = progressTo(ctx)
    try {
      const outcome = await core.callTool(params.name, params.arguments, {
        signal: ctx.mcpReq.signal,
        onProgress: progress?.tell,
        confirmation: confirmationOf(ctx, server, context),
      })
      if (outcome?.question !== undefined) return asking(outcome.question)
      if (outcome !== undefined) return { ...resultOf(outcome), ...stamp() }
    } finally {
      progress?.end()
    }
    const meant = core.nearestTool(params.name)
    throw wrong(
      `Tool ${params.name.slice(0, 64)} not found.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
    )
  })

  server.setRequestHandler('prompts/list', () => ({ prompts: [...promptDescriptions], ...stamp() }))
  server.setRequestHandler('prompts/get', ({ params }) => {
    try {
      const text = promptText(params.name, params.arguments ?? {})
      if (text === undefined) throw wrong(`Prompt ${params.name.slice(0, 64)} not found.`)
      return { messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }], ...stamp() }
    } catch (error) {
      throw protocolError(error, core, params.name)
    }
  })

  server.setRequestHandler('resources/list', () => ({ resources: [...resourceDescriptions], ...stamp() }))
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: [...resourceTemplates],
    ...stamp(),
  }))
  server.setRequestHandler('resources/read', async ({ params: { uri } }, ctx) => {
    try {
      const content = await core.readResource(uri, ctx.mcpReq.signal)
      if (content === undefined) throw new ResourceNotFoundError(uri)
      return { contents: [{ uri, ...content }], ...stamp() }
    } catch (error) {
      throw protocolError(error, core, 'resources/read')
    }
  })
  return mcp
}
