import type { FastifyInstance } from 'fastify'

/** Whether calls can be served now; where not, in words that may be shown to anybody. */
export interface Readiness {
  ready: boolean
  checks: Readonly<Record<string, 'ok' | (string & {})>>
}

/** `/healthz`: the process answers. `/readyz`: store and node answer too. */
export const registerHealthRoutes = (app: FastifyInstance, readiness: () => Promise<Readiness>): void => {
  app.get('/healthz', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  )
  app.get('/readyz', async (_request, reply) => {
    const { ready, checks } = await readiness()
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not-ready', checks })
  })
}
