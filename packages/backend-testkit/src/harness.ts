import type { LightningBackend, Network } from '@lightning-mcp/core'
import type { Stage } from './stage.ts'

/**
 * How the kit gets at a backend and at the world around it. An adapter's test writes one; the
 * minimum is a backend that can pay and be paid, and somebody to do it with.
 */
export interface BackendHarness {
  /** Shown in test names: `simulator`, `lnd v0.20.1 on regtest`. */
  readonly name: string
  /** What the backend stands on. */
  readonly network: Network
  /**
   * Sets the stage for one case; the kit closes it afterwards. A fresh network each time where that
   * is cheap; a real node may be shared, and then needs about 2,000,000 sat on either side of the channel.
   */
  openStage(): Promise<Stage>
  /** How long one awaited condition may take before the case is red. Default 10,000: a guard, never waited out. */
  readonly patienceMs?: number
}

/** A backend that is not connected yet. The kit connects it and closes it. */
export type MadeBackend = LightningBackend | Promise<LightningBackend>
