import type { ServerResponse } from 'node:http'

/** What `toNodeHandler` needs of a response. */
export interface ResponseLike {
  writeHead(status: number, headers?: Record<string, string>): unknown
  write(chunk: string | Uint8Array): boolean
  end(chunk?: string | Uint8Array): unknown
  on(event: string, listener: (...args: unknown[]) => void): unknown
  readonly destroyed: boolean
}

/**
 * Passes an answer on, and makes sure that a stream's head and first byte leave at once even while
 * its first event takes long: proxies and clients with short patience hold on to nothing else. An
 * answer that is ready in the same turn of the event loop is sent without the extra comment.
 */
export const withImmediateFirstByte = (response: ServerResponse): ResponseLike => {
  let written = false
  return {
    writeHead(status, headers = {}) {
      const isStream = headers['content-type'] === 'text/event-stream'
      if (!isStream) headers['cache-control'] ??= 'no-store'
      response.writeHead(status, headers)
      if (isStream)
        setImmediate(() => {
          if (written || response.destroyed || response.writableEnded) return
          written = true
          response.write(': open\n\n')
        })
    },
    write(chunk) {
      written = true
      return response.write(chunk)
    },
    end(chunk) {
      written = true
      return response.end(chunk)
    },
    on: (event, listener) => response.on(event, listener),
    get destroyed() {
      return response.destroyed
    },
  }
}
