import { LightningError } from '@lightning-mcp/core'

/** The refusal that a call ends in; anything else fails the test. */
export function refusalOf(act: () => unknown): LightningError {
  try {
    act()
  } catch (error) {
    if (LightningError.is(error)) return error
    throw error
  }
  throw new Error('was accepted')
}
