import { LightningError } from '@lightning-mcp/core'

/** The refusal that a promise ends in; anything else fails the test. */
export async function refusalOf(promise: Promise<unknown>): Promise<LightningError> {
  try {
    await promise
  } catch (error) {
    if (LightningError.is(error)) return error
    throw error
  }
  throw new Error('was accepted')
}
