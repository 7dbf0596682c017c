import type { FakeNode } from '../node/fake-node.ts'
import type { Parameters } from './parameters.ts'

/** Who asked, and how to tell it something in between. */
export interface Caller {
  /** Aborts when the connection ends. */
  readonly signal: AbortSignal
  /** A line of the log, for whoever has switched `notifications` on. */
  tell(level: 'debug' | 'info', message: string): void
  /** Runs another method for the same caller. */
  run(method: string, params: unknown): Promise<unknown>
}

/** One method of the daemon. */
export type Command = (node: FakeNode, params: Parameters, caller: Caller) => unknown

export type Commands = Readonly<Record<string, Command>>
