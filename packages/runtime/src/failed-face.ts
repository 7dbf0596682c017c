import { LightningError } from '@lightning-mcp/core'
import { createMcpFace, type McpFace } from '@lightning-mcp/mcp'

/**
 * The face of a server that could not start: tools are listed and each says what is wrong, because
 * an MCP client shows its user a tool's answer, and seldom the stderr of a server that is gone.
 */
export function createFailedFace({ error, version }: { error: unknown; version: string }): McpFace {
  const startupError = LightningError.is(error)
    ? error
    : new LightningError({
        code: 'not_ready',
        message: `the server could not start: ${error instanceof Error ? error.message : String(error)}`,
        hint: 'Tell the owner: correct the settings and start the server again.',
        cause: error,
      })
  return createMcpFace({ version, startupError })
}
