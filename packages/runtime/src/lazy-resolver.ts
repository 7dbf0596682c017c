import type { DestinationResolver } from '@lightning-mcp/core'

/** Resolves Lightning addresses and LNURLs; what that takes is loaded by the first one. */
export function createLazyResolver(): DestinationResolver {
  let loading: Promise<DestinationResolver> | undefined
  const resolver = (): Promise<DestinationResolver> => {
    loading ??= import('@lightning-mcp/destinations').then(({ createDestinationResolver }) =>
      createDestinationResolver({}),
    )
    return loading
  }
  return {
    describe: async (request) => (await resolver()).describe(request),
    mint: async (request) => (await resolver()).mint(request),
  }
}
