import type { Runtime } from '@lightning-mcp/runtime'

/** Sends real HTLCs along a route, and waits for what comes back. */
const ASKS_THE_NETWORK = ['estimate_route_fee']

/** Tools that wait for the network: up to a minute, longer than many proxies keep a silent answer. */
export const slowTools = ({ tools }: Pick<Runtime['face'], 'tools'>): string[] => [
  ...tools
    .filter(({ inputSchema }) => Object.hasOwn(inputSchema.properties ?? {}, 'wait_seconds'))
    .map(({ name }) => name),
  ...ASKS_THE_NETWORK,
]
