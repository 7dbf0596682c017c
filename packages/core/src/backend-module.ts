import type { Capabilities } from './capabilities.ts'
import type { LightningBackend } from './lightning-backend.ts'

/** The version of {@link LightningBackend} that this core declares; a backend package made for another one is refused. */
export const INTERFACE_VERSION = 1

/** One option of a backend, as data: configuration, `--help`, `init` and the docs are made from it. */
export interface BackendOption {
  type: 'string' | 'number' | 'boolean'
  /** One line, for people. */
  description: string
  /** Never taken from the command line, never printed. */
  secret?: boolean
  /** Environment variables that set it, in order of preference, e.g. `LND_MACAROON_FILE`. */
  environment?: readonly string[]
  required?: boolean
  /** Shown in help; applied by the backend. */
  default?: string
  /** A place on this machine: written down as an absolute path, because a server may be started anywhere. */
  path?: boolean
  /** Other options that make no sense beside this one: who has given it is not asked for them. */
  excludes?: readonly string[]
}

/** What a backend package exports as `backendModule`, so that it can be chosen by name at run time. */
export interface BackendModule<Options extends object = object> {
  readonly interfaceVersion: number
  readonly kind: string
  /** One line, for people. */
  readonly title: string
  /** All that the backend can do with a full credential. */
  readonly capabilities: Capabilities
  readonly options: Readonly<Record<keyof Options & string, BackendOption>>
  /**
   * How its owner gets a weaker credential, in whole sentences for people: one that may read, receive and
   * send, and one for an agent that may be paid and nothing else. Absent where there is nothing to say.
   */
  readonly credentials?: { readonly spend: string; readonly receive: string }
  /**
   * Makes the backend; does no I/O. Throws `invalid_request` for options that do not fit together.
   * `dataDir`: where a backend that keeps state of its own (the simulator) may keep it; absent: nowhere.
   */
  createBackend(options: Options, context: { dataDir?: string }): LightningBackend | Promise<LightningBackend>
  /**
   * What the credential among the options may do, as far as it says so itself. Read offline, before
   * anything connects, so that a server lists only the tools that can work. Where it is absent or
   * rejects, the declared capabilities stand until `connect()`.
   */
  readCredential?(options: Options): Promise<Capabilities>
}
