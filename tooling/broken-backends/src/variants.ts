import {
  type BackendProfile,
  type Capability,
  declareCapabilities,
  type LightningBackend,
  type Msat,
  msat,
  msatToSatExact,
} from '@lightning-mcp/core'
import type { Variant } from './simulator-harness.ts'

/** Knows no smaller unit than the sat. */
export const satOnly: Variant = (wallet) =>
  varied(wallet, {
    profile: { precision: 'sat' },
    members: {
      createInvoice: async (request: Parameters<LightningBackend['createInvoice']>[0]) => {
        if (request.amountMsat !== undefined) msatToSatExact(request.amountMsat)
        return wallet.createInvoice(request)
      },
    },
  })

/** Has a worst fee of its own, as phoenixd has. */
export const reserveOnly: Variant = (wallet) => {
  const estimateWorstFee = async ({ amountMsat }: { amountMsat: Msat }): Promise<Msat> =>
    msat(amountMsat / 100n + 10_000n)
  return varied(wallet, { profile: { feeLimit: 'reserve-only' }, members: { estimateWorstFee } })
}

/** Cannot resize channels, as LND cannot. */
export const withoutSplicing: Variant = (wallet) =>
  varied(wallet, {
    undeclared: ['splicing.spliceIn', 'splicing.spliceOut'],
    members: { splicing: undefined },
  })

/** Chooses the preimages of keysend payments itself, as Core Lightning and Eclair do. */
export const choosesPreimages: Variant = (_wallet, { network }) =>
  network.wallet('alice', { keysendChoosesPreimage: true })

function varied(
  wallet: LightningBackend,
  changes: {
    profile?: Partial<BackendProfile>
    declared?: readonly Capability[]
    undeclared?: readonly Capability[]
    members: Partial<Record<keyof LightningBackend, unknown>>
  },
): LightningBackend {
  const { profile, declared = [], undeclared = [], members } = changes
  const added = Object.fromEntries([
    ...declared.map((capability) => [capability, 'native'] as const),
    ...undeclared.map((capability) => [capability, 'none'] as const),
  ])
  const capabilities = declareCapabilities({ ...wallet.capabilities, ...added })
  const connect = async (): Promise<BackendProfile> => ({
    ...(await wallet.connect()),
    ...profile,
    capabilities,
  })
  const shown: LightningBackend = Object.create(wallet)
  for (const [name, value] of Object.entries({ capabilities, connect, ...members }))
    Object.defineProperty(shown, name, { value })
  return shown
}
