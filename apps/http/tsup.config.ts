import { server } from '../../tooling/tsup-server.ts'

/** Installed beside the bundle: who mounts a server of his own must share these with it. */
const SHARED = ['fastify', 'pino', '@modelcontextprotocol/node', '@modelcontextprotocol/server']

export default server({
  noExternal: [/^(?!fastify$|pino$|@modelcontextprotocol\/(?:node|server)$|lightning$|@grpc\/)/],
  external: ['lightning', /^@grpc\//, ...SHARED],
})
