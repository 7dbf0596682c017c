import {
  type BackendIdentity,
  type BackendProfile,
  type Capabilities,
  type LightningBackend,
  LightningError,
} from '@lightning-mcp/core'
import { type Clock, withinTime } from '../clock.ts'

const FIRST_DELAY_MS = 250
const LONGEST_DELAY_MS = 5_000
/** Where no layer is quicker to lose patience. */
const CONNECT_TIMEOUT_MS = 30_000

/** The wallet's hold on its backend: connects when first needed, and again after a fault with growing pauses. */
export class Connection {
  readonly #backend: LightningBackend
  readonly #clock: Clock
  readonly #onProfile: (profile: BackendProfile) => void
  #profile: BackendProfile | undefined
  #connecting: Promise<BackendProfile> | undefined
  #online = false
  #failures = 0
  #retryAtMs = 0
  #lastFault: unknown

  constructor(options: {
    backend: LightningBackend
    clock: Clock
    onProfile?: (profile: BackendProfile) => void
  }) {
    this.#backend = options.backend
    this.#clock = options.clock
    this.#onProfile = options.onProfile ?? (() => {})
  }

  /** Whether the last call got an answer. */
  get online(): boolean {
    return this.#online
  }

  /** Once the backend has answered. */
  get profile(): BackendProfile | undefined {
    return this.#profile
  }

  get identity(): BackendIdentity | undefined {
    return this.#profile?.identity
  }

  get capabilities(): Capabilities {
    return this.#profile?.capabilities ?? this.#backend.capabilities
  }

  /** The backend, not yet asked anything: for what only reads which facets stand. */
  get declared(): LightningBackend {
    return this.#backend
  }

  /**
   * The profile of a backend that answered. Another wallet than the one that answered first is
   * refused: this process keeps to one.
   */
  async ready(signal?: AbortSignal): Promise<BackendProfile> {
    signal?.throwIfAborted()
    if (this.#online && this.#profile !== undefined) return this.#profile
    if (this.#connecting === undefined) {
      if (this.#failures > 0 && this.#clock.now() < this.#retryAtMs) throw this.#lastFault
      this.#connecting = this.#connect().finally(() => {
        this.#connecting = undefined
      })
      // whoever waits may stop waiting
      this.#connecting.catch(() => {})
    }
    return abortable(this.#connecting, signal)
  }

  /** Calls the backend once it is ready. */
  async call<T>(work: (backend: LightningBackend) => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.ready(signal)
    try {
      return await work(this.#backend)
    } catch (error) {
      this.noteFault(error)
      throw error
    }
  }

  /** After a fault that means the backend is away, the next call connects again. */
  noteFault(error: unknown): void {
    if (LightningError.is(error) && ['unavailable', 'unauthenticated', 'not_ready'].includes(error.code))
      this.#online = false
  }

  async #connect(): Promise<BackendProfile> {
    try {
      const profile = await withinTime(this.#clock, CONNECT_TIMEOUT_MS, (signal) =>
        this.#backend.connect({ signal }),
      )
      const before = this.#profile?.identity
      const { identity } = profile
      if (
        before !== undefined &&
        (before.kind !== identity.kind || before.network !== identity.network || before.id !== identity.id)
      )
        throw new LightningError({
          code: 'unauthenticated',
          message: 'another wallet answers than the one this program started with',
          hint: 'Restart the program if the change is meant.',
        })
      this.#profile = profile
      this.#online = true
      this.#failures = 0
      this.#onProfile(profile)
      return profile
    } catch (error) {
      this.#failures++
      this.#lastFault = error
      this.#retryAtMs =
        this.#clock.now() + Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#failures - 1))
      throw error
    }
  }
}

/** The promise, or the signal's reason once that aborts; the work behind the promise goes on. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
