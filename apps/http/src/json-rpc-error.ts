import type { FastifyReply } from 'fastify'

/** JSON-RPC codes used below the protocol layer, where no MCP server has seen the request yet. */
export const REFUSED = -32000
export const PARSE_ERROR = -32700
export const INTERNAL_ERROR = -32603

/** Answers a request that never reached an MCP server, in the shape that MCP clients can read. */
export const sendJsonRpcError = (
  reply: FastifyReply,
  status: number,
  code: number,
  message: string,
): FastifyReply =>
  reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json')
    .send({ jsonrpc: '2.0', error: { code, message }, id: null })
