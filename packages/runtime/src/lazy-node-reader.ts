import { type Capabilities, type Capability, LightningError, supports } from '@lightning-mcp/core'
import type { NodeReader, Wallet } from '@lightning-mcp/wallet'

/** Everything that a {@link NodeReader} can hold: reading calls, and no other. */
const READING = {
  channels: ['list', 'listPending', 'listClosed'],
  peers: ['list'],
  onchain: ['getBalance', 'listUtxos', 'listTransactions', 'estimateFees'],
} as const satisfies { [Facet in keyof NodeReader]-?: readonly (keyof Required<NodeReader>[Facet])[] }

interface Source {
  /** Declared, and what was learned once the wallet is open. */
  capabilities(): Capabilities
  open(): Promise<Wallet>
}

/** Reads through a wallet that is opened by the first call. What is present follows the capabilities. */
export function createLazyNodeReader({ capabilities, open }: Source): NodeReader {
  const isThere = (facet: string, method: string): boolean =>
    supports(capabilities(), `${facet}.${method}` as Capability)
  const reader = {}
  for (const [facet, methods] of Object.entries(READING)) {
    const members = {}
    for (const method of methods) {
      const call = (request: unknown): Promise<unknown> => callReader(open, facet, method, request)
      Object.defineProperty(members, method, {
        enumerable: true,
        get: () => (isThere(facet, method) ? call : undefined),
      })
    }
    Object.defineProperty(reader, facet, {
      enumerable: true,
      get: () => (methods.some((method) => isThere(facet, method)) ? members : undefined),
    })
  }
  return reader
}

async function callReader(
  open: Source['open'],
  facet: string,
  method: string,
  request: unknown,
): Promise<unknown> {
  const { node } = await open()
  const members = node[facet as keyof NodeReader] as Record<string, unknown> | undefined
  const call = members?.[method]
  if (typeof call === 'function') return call.call(members, request)
  throw new LightningError({
    code: 'unsupported',
    message: `${facet}.${method} is not possible with this backend, its version or its credential`,
    hint: 'Use another tool.',
  })
}
