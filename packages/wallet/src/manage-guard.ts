import { decodeInvoice } from '@lightning-mcp/codec'
import { LightningError, type Msat, type RouteTarget, ZERO_MSAT } from '@lightning-mcp/core'
import { assess } from './policy/assess.ts'
import { payeeNames } from './policy/destination-pattern.ts'
import type { PolicyBook } from './policy/policy-book.ts'
import type { WalletStore } from './store/wallet-store.ts'

/**
 * Wallets make a key from the node's signature of such a text: for LNURL-auth
 * (https://github.com/lnurl/luds/blob/luds/13.md), others for Nostr. Whoever has the signature has that key.
 */
const KEY_MATERIAL = /do not ever sign this text/i

/** A probe that somebody on its way keeps locks its amount for up to two weeks; so many may be under way. */
const MOST_PROBES_A_DAY = 60
const DAY_MS = 86_400_000

export interface ManageGuardOptions {
  account: string
  store: WalletStore
  policy: PolicyBook
}

/** What of the calls that change the node is refused, although it is not spending. Answers the reason. */
export class ManageGuard {
  readonly #options: ManageGuardOptions
  #probedAtMs: number[] = []

  constructor(options: ManageGuardOptions) {
    this.#options = options
  }

  async check(operation: string, request: unknown, nowMs: number): Promise<LightningError | undefined> {
    if (operation === 'messages.sign') return refuseKeyMaterial(request as { message?: unknown })
    return operation === 'routing.probe'
      ? this.#judgeProbe((request as { target: RouteTarget }).target, nowMs)
      : undefined
  }

  /** Judged as a payment of its amount to its destination would be; nothing is reserved, for it comes back. */
  async #judgeProbe(target: RouteTarget, nowMs: number): Promise<LightningError | undefined> {
    const { account, store, policy } = this.#options
    this.#probedAtMs = this.#probedAtMs.filter((atMs) => atMs > nowMs - DAY_MS)
    if (this.#probedAtMs.length >= MOST_PROBES_A_DAY)
      return new LightningError({
        code: 'rate_limited',
        message: `${MOST_PROBES_A_DAY} probes were sent within 24 hours, each of which may lock its amount`,
        hint: 'Use estimates without a probe until then.',
        sent: 'no',
      })
    const { payee, amountMsat } = paymentOf(target)
    // before anything is awaited: others may be asked for at the same time
    this.#probedAtMs.push(nowMs)
    await policy.refresh()
    const { verdict, ...refusal } = await store.read((reader) =>
      assess(reader, policy.current.rulebook, {
        account,
        kind: 'keysend',
        destination: payee,
        spend: {
          amountMsat,
          maxFeeMsat: ZERO_MSAT,
          payee: payeeNames({ kind: 'keysend', destination: payee }),
        },
        fees: { feeLimit: 'enforced' },
        nowMs,
        // nobody gets the money
        isApproved: true,
      }),
    )
    const { code = 'budget_exceeded', message = 'refused by a limit', hint } = refusal
    if (verdict === 'refused')
      return new LightningError({
        code,
        message: `a probe is judged as the payment would be: ${message}`,
        ...(hint === undefined ? {} : { hint }),
        sent: 'no',
      })
    return undefined
  }
}

function refuseKeyMaterial({ message }: { message?: unknown }): LightningError | undefined {
  if (typeof message !== 'string' || !KEY_MATERIAL.test(message)) return undefined
  return new LightningError({
    code: 'permission_denied',
    message: 'wallets make secret keys from the signature of this text, so it is not given to anybody',
    hint: 'Tell the user. Whoever asked for this signature wants to log in as this node.',
    sent: 'no',
  })
}

function paymentOf(target: RouteTarget): { payee: string; amountMsat: Msat } {
  if ('nodeId' in target) return { payee: target.nodeId, amountMsat: target.amountMsat }
  const decoded = decodeInvoice(target.invoice)
  return { payee: decoded.payee, amountMsat: decoded.amountMsat ?? target.amountMsat ?? ZERO_MSAT }
}
