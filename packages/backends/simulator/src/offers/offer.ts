import type { Msat, Offer, UnixSeconds } from '@lightning-mcp/core'

/** An offer of one node, as that node keeps it. */
export interface SimulatedOffer {
  /** Unique in the network and growing. */
  sequence: number
  node: string
  /** BOLT 12 text. */
  offer: string
  offerId: string
  amountMsat?: Msat
  description?: string
  expiresAt?: UnixSeconds
  /** False once its owner stopped it. */
  enabled: boolean
}

/** An offer as its owner sees it. */
export function toOffer(offer: SimulatedOffer, nowSeconds: number): Offer {
  const { sequence: _, node: __, enabled, ...told } = offer
  return { ...told, active: isActive({ enabled, expiresAt: told.expiresAt }, nowSeconds) }
}

export const isActive = (
  { enabled, expiresAt }: { enabled: boolean; expiresAt?: UnixSeconds | undefined },
  nowSeconds: number,
): boolean => enabled && (expiresAt === undefined || nowSeconds < expiresAt)
