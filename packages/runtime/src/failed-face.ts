import { createMcpFace, type McpFace } from '@lightning-mcp/mcp'
import { asOwnersMatter } from './owners-matter.ts'

/**
 * The face of a server that could not start: tools are listed and each says what is wrong, because
 * an MCP client shows its user a tool's answer, and seldom the stderr of a server that is gone.
 */
export function createFailedFace({ error, version }: { error: unknown; version: string }): McpFace {
  return createMcpFace({ version, startupError: asOwnersMatter(error) })
}
