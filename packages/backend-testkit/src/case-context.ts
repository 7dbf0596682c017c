import {
  type BackendProfile,
  type LightningBackend,
  type Msat,
  msat,
  type Network,
} from '@lightning-mcp/core'
import type { BackendHarness, MadeBackend } from './harness.ts'
import type { Stage } from './stage.ts'
import { until, within } from './until.ts'

/** What a scenario is given: a stage, a connected backend with the full credential, and ways to wait. */
export interface CaseContext {
  readonly stage: Stage
  readonly network: Network
  readonly backend: LightningBackend
  readonly profile: BackendProfile
  /** Has a further backend closed when the case ends. */
  adopt(made: MadeBackend): Promise<LightningBackend>
  /** Sats as msat; with a few msat on top where the backend takes them, so that rounding shows. */
  amount(sats: number): Msat
  /** All that the wallet holds in channels, spendable or not. */
  holdings(): Promise<Msat>
  /** Waits until the wallet holds exactly this. */
  untilHoldings(expectedMsat: bigint): Promise<void>
  /** Seconds, by the clock that the stage uses. */
  now(): number
  until<T>(what: string, read: () => Promise<T> | T, accept: (value: T) => boolean): Promise<T>
  within<T>(what: string, promise: Promise<T>): Promise<T>
}

/** The part of a sat that shows whether msat get lost. */
const ODD_MSAT = 123n
export const DEFAULT_PATIENCE_MS = 10_000

/** Opens the stage, connects the backend, and hands back both with a way to end them. */
export async function openCase(
  harness: BackendHarness,
): Promise<{ context: CaseContext; close: () => Promise<void> }> {
  const patienceMs = harness.patienceMs ?? DEFAULT_PATIENCE_MS
  const stage = await harness.openStage()
  const opened: LightningBackend[] = []
  const adopt = async (made: MadeBackend): Promise<LightningBackend> => {
    const backend = await made
    opened.push(backend)
    return backend
  }
  const close = async (): Promise<void> => {
    await Promise.allSettled(opened.map((backend) => backend.close()))
    await stage.close()
  }
  try {
    const backend = await adopt(stage.backends.full())
    const profile = await within('connect', backend.connect(), patienceMs)
    return { context: createContext(harness, stage, backend, profile, adopt, patienceMs), close }
  } catch (error) {
    await close()
    throw error
  }
}

function createContext(
  harness: BackendHarness,
  stage: Stage,
  backend: LightningBackend,
  profile: BackendProfile,
  adopt: CaseContext['adopt'],
  patienceMs: number,
): CaseContext {
  const holdings = async (): Promise<Msat> => {
    const balance = await backend.getBalance()
    return balance.channelsMsat ?? balance.spendableMsat
  }
  return {
    stage,
    network: harness.network,
    backend,
    profile,
    adopt,
    amount: (sats) => msat(BigInt(sats) * 1000n + (profile.precision === 'msat' ? ODD_MSAT : 0n)),
    holdings,
    async untilHoldings(expectedMsat) {
      await until(
        `the balance is ${expectedMsat} msat`,
        holdings,
        (held) => held === expectedMsat,
        patienceMs,
      )
    },
    now: () => stage.clock?.now() ?? Math.floor(Date.now() / 1000),
    until: (what, read, accept) => until(what, read, accept, patienceMs),
    within: (what, promise) => within(what, promise, patienceMs),
  }
}
