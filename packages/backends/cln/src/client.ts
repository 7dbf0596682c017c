import { setImmediate as turn } from 'node:timers/promises'
import { mapClnError } from './errors.ts'
import type { Method } from './methods.ts'
import type { Replies } from './schemas.ts'
import type { Params, Transport } from './transport.ts'
import { withSignal } from './unix-transport.ts'

/** For calls that a healthy node answers at once. */
const CALL_TIMEOUT_MS = 30_000
const CONNECT_TIMEOUT_MS = 10_000

export interface ReadOptions {
  signal?: AbortSignal | undefined
  timeoutMs?: number
}

/** Looks at who answers over a connection that has just been made. */
type CheckConnection = (getInfo: () => Promise<Replies['getinfo']>) => Promise<void>

/** The wire to one node, with the errors of core. */
export class ClnClient {
  readonly #transport: Transport
  readonly #check: CheckConnection
  #opening: Promise<void> | undefined

  /** A connection that `check` rejects carries nothing else. */
  constructor(transport: Transport, check: CheckConnection) {
    this.#transport = transport
    this.#check = check
  }

  /**
   * Returns once there is a connection that has answered, so that what is sent next goes out at once.
   * Rejects with `unavailable`, `unauthenticated`, `permission_denied` or `not_ready`; nothing was sent then.
   */
  async ready(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (this.#opening === undefined && this.#transport.connected) return
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    await withSignal(this.#opening, signal)
  }

  async #open(): Promise<void> {
    try {
      await this.#check(() => this.#raw('getinfo', {}, { timeoutMs: CONNECT_TIMEOUT_MS }))
    } catch (error) {
      throw mapClnError(error)
    }
  }

  /** As {@link ready}, and sees a connection that has just broken: better before sending than after. */
  async readyToSend(signal?: AbortSignal): Promise<void> {
    for (let turns = 0; turns < 4; turns++) await turn()
    await this.ready(signal)
  }

  /** One call, one answer. Rejects with the signal's reason, or with an error of core's. For calls that are safe to lose. */
  async call<M extends Method>(method: M, params: Params, options: ReadOptions = {}): Promise<Replies[M]> {
    await this.ready(options.signal)
    try {
      return await this.#raw(method, params, options)
    } catch (error) {
      options.signal?.throwIfAborted()
      throw mapClnError(error)
    }
  }

  /** Sends at once: call {@link readyToSend} before. Rejects with what the transport says, not mapped. */
  send<M extends Method>(method: M, params: Params, options: ReadOptions): Promise<Replies[M]> {
    return this.#raw(method, params, { ...options, established: true })
  }

  #raw<M extends Method>(
    method: M,
    params: Params,
    { signal, timeoutMs = CALL_TIMEOUT_MS, established = false }: ReadOptions & { established?: boolean },
  ): Promise<Replies[M]> {
    return this.#transport.call(method, params, { signal, timeoutMs, established }) as Promise<Replies[M]>
  }

  /** One to the same node for long polls: what is given up there disturbs nobody else. */
  another(): ClnClient {
    return new ClnClient(this.#transport.another(), this.#check)
  }

  close(): void {
    this.#transport.close()
  }
}
