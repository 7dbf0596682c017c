import type { ToolOutcome } from './call-tool.ts'
import type { ToolDescription } from './describe-tool.ts'
import { type CallContext, createFaceCore } from './face-core.ts'
import type { McpFaceOptions } from './options.ts'
import type { ResourceListener } from './resources/changes.ts'
import { createServer, type McpServer } from './sdk/create-server.ts'
import type { ServerRequestContext } from './sdk/subscriptions.ts'

/** A wallet as an MCP server, whatever the transport. */
export interface McpFace {
  /** The listed tools as `tools/list` shows them. */
  readonly tools: readonly ToolDescription[]
  /** A server for one connection or one HTTP request: give this to `serveStdio` and `createMcpHandler`. */
  createServer(context?: ServerRequestContext): McpServer
  /** Calls a tool without MCP. Never rejects; undefined: there is no tool of that name. */
  callTool(name: string, args: unknown, context: CallContext): Promise<ToolOutcome | undefined>
  /**
   * Told the URI of each resource that may have changed, until the returned function is called.
   * An HTTP app hands them to its MCP handler's `notify.resourceUpdated`.
   */
  onResourceChange(listener: ResourceListener): () => void
  /** Stops following the wallet. The wallet itself stays as it is. */
  close(): void
}

export function createMcpFace(options: McpFaceOptions): McpFace {
  const core = createFaceCore(options)
  return {
    tools: core.tools,
    createServer: (context) => createServer(core, context),
    callTool: core.callTool,
    onResourceChange: (listener) => core.changes?.listen(listener) ?? (() => {}),
    close: () => core.changes?.close(),
  }
}
