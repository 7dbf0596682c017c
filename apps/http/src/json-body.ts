import type { FastifyInstance } from 'fastify'

/** No MCP message needs more; parsers and validators behind this one recurse. */
export const MAX_JSON_DEPTH = 64

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Whether brackets outside strings nest deeper than `limit`. Reads the bytes once, allocates nothing. */
export const isDeeperThan = (body: Buffer, limit: number): boolean => {
  let depth = 0
  let inString = false
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index]
    if (inString) {
      if (byte === BACKSLASH) index += 1
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1
      if (depth > limit) return true
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1
  }
  return false
}

/** Thrown for a body that is not JSON we read; never carries the body, which may hold a secret. */
export class UnreadableBodyError extends Error {
  readonly statusCode = 400
  constructor(message: string) {
    super(message)
    this.name = 'UnreadableBodyError'
  }
}

/** Replaces Fastify's JSON parser by one with a depth limit whose errors do not quote the body. */
export const installJsonParser = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    const bytes = body as Buffer
    if (bytes.length === 0) {
      done(null, undefined)
      return
    }
    if (isDeeperThan(bytes, MAX_JSON_DEPTH)) {
      done(new UnreadableBodyError(`The request body nests deeper than ${MAX_JSON_DEPTH} levels.`))
      return
    }
    try {
      done(null, JSON.parse(bytes.toString('utf8')))
    } catch {
      done(new UnreadableBodyError('The request body is not valid JSON.'))
    }
  })
}
