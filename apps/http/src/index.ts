export { type BearerToken, generateToken, hashToken } from './bearer-token.ts'
export type { Readiness } from './health-routes.ts'
export { createHttpApp, type HttpApp, type HttpAppOptions, type HttpLimits } from './http-app.ts'
