import type { Operation } from '@lightning-mcp/core'
import { type LayerRequest, wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from './broken-backend.ts'

/** One operation that is wrong, and nothing else. Each part left out is as it should be. */
export interface Mistake {
  readonly name: string
  readonly wrong: string
  readonly operation: Operation
  /** What reaches the backend of the request. */
  readonly ask?: (request: LayerRequest) => LayerRequest
  /** What is made of the answer. */
  readonly tell?: (answer: never, request: LayerRequest) => unknown
  /** What is made of an error. */
  readonly fail?: (error: unknown) => unknown
  /** Answers without asking. */
  readonly instead?: (request: LayerRequest) => unknown
  readonly fails: readonly string[]
}

/** A backend that makes this mistake; only cases that need the operation are run against it. */
export const mistaken = ({ name, wrong, operation, fails, ...how }: Mistake): BrokenBackend => ({
  name,
  wrong,
  fails,
  touches: operation,
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call(call, next) {
        if (call.operation !== operation) return next()
        const request = call.request ?? {}
        if (how.instead !== undefined) return how.instead(request)
        const { ask = (asked) => asked, tell = (answer) => answer } = how
        try {
          return tell((await next(ask(request))) as never, request)
        } catch (error) {
          throw how.fail?.(error) ?? error
        }
      },
    }),
})
