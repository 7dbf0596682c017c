import { type DestinationResolver, type LightningError, type MintedInvoice, msat } from '@lightning-mcp/core'
import type { World } from './world.ts'

/** A Lightning address service that mints a fresh invoice at each call. */
export class FakeService implements DestinationResolver {
  readonly minted: { invoice: string; comment?: string }[] = []
  expirySeconds = 600
  fault: LightningError | undefined
  /** What it mints instead of the amount asked for. */
  wrongAmountMsat: bigint | undefined
  /** Mints this every time. */
  always: string | undefined
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  async describe() {
    return {
      domain: 'example.com',
      minMsat: msat(1_000n),
      maxMsat: msat(9_000_000n),
      commentAllowed: 100,
      description: 'Pay\u0007 Bob',
    }
  }

  async mint({ amountMsat, comment }: Parameters<DestinationResolver['mint']>[0]): Promise<MintedInvoice> {
    if (this.fault !== undefined) throw this.fault
    const invoice =
      this.always ??
      this.#world.invoice({
        amountMsat: this.wrongAmountMsat ?? amountMsat,
        expirySeconds: this.expirySeconds,
      }).invoice
    this.minted.push({ invoice, ...(comment === undefined ? {} : { comment }) })
    return { ...(await this.describe()), invoice, successMessage: 'thank you', warnings: [] }
  }
}
