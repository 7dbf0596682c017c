import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import Fastify from 'fastify'
import { createHelloServer } from './hello-server.ts'

const handler = toNodeHandler(createMcpHandler(createHelloServer))
const app = Fastify()
app.post('/mcp', (request, reply) => {
  reply.hijack()
  void handler(request.raw as NodeIncomingMessageLike, reply.raw, request.body)
})
const address = await app.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`${address}\n`)
process.on('SIGTERM', () => process.exit(0))
