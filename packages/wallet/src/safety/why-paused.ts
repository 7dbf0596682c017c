import { type BackendIdentity, LightningError, ZERO_MSAT } from '@lightning-mcp/core'
import type { StoreReader } from '../store/wallet-store.ts'
import type { SpendingPaused } from '../wallet.ts'
import { assertMaySpend, type SpendingGate } from './gates.ts'
import type { KillSwitch } from './kill-switch.ts'

/** Whether any payment at all would be stopped now, and why. Without a backend's identity only a pause is known. */
export async function whyPaused(
  reader: StoreReader,
  {
    killSwitch,
    gates,
    account,
    identity,
    nowMs,
  }: {
    killSwitch: KillSwitch
    gates: readonly SpendingGate[]
    account: string
    identity: BackendIdentity | undefined
    nowMs: number
  },
): Promise<SpendingPaused | undefined> {
  const paused = await killSwitch.state(reader)
  if (paused !== undefined) return shown(paused.refusal, paused.sinceMs)
  if (identity === undefined) return undefined
  const nothing = { kind: 'invoice', destination: '', amountMsat: ZERO_MSAT } as const
  try {
    await assertMaySpend(reader, gates, { ...nothing, account, identity, nowMs })
    return undefined
  } catch (error) {
    if (!LightningError.is(error)) throw error
    return shown(error)
  }
}

const shown = ({ message, hint }: LightningError, sinceMs?: number): SpendingPaused => ({
  reason: message,
  hint: hint ?? 'Ask the owner.',
  ...(sinceMs === undefined ? {} : { since: Math.floor(sinceMs / 1000) }),
})
