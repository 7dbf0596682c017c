import {
  type CallsOf,
  type Capabilities,
  type Capability,
  LightningError,
  type MANAGING_CALLS,
  type READING_CALLS,
  supports,
} from '@lightning-mcp/core'
import type { Wallet } from '@lightning-mcp/wallet'

interface Source {
  /** Declared, and what was learned once the wallet is open. */
  capabilities(): Capabilities
  open(): Promise<Wallet>
}

/** The named calls of a wallet that is opened by the first of them. What is present follows the capabilities. */
export function createLazyNodeAccess<Table extends typeof READING_CALLS | typeof MANAGING_CALLS>(
  table: Table,
  side: 'node' | 'manage',
  { capabilities, open }: Source,
): CallsOf<Table> {
  const isThere = (facet: string, method: string): boolean =>
    supports(capabilities(), `${facet}.${method}` as Capability)
  const access = {}
  for (const [facet, methods] of Object.entries(table) as [string, readonly string[]][]) {
    const members = {}
    for (const method of methods) {
      const call = (request: unknown): Promise<unknown> => callNode(open, side, facet, method, request)
      Object.defineProperty(members, method, {
        enumerable: true,
        get: () => (isThere(facet, method) ? call : undefined),
      })
    }
    Object.defineProperty(access, facet, {
      enumerable: true,
      get: () => (methods.some((method) => isThere(facet, method)) ? members : undefined),
    })
  }
  return access
}

async function callNode(
  open: Source['open'],
  side: 'node' | 'manage',
  facet: string,
  method: string,
  request: unknown,
): Promise<unknown> {
  const members = ((await open())[side] as Record<string, Record<string, unknown> | undefined>)[facet]
  const call = members?.[method]
  if (typeof call === 'function') return call.call(members, request)
  throw new LightningError({
    code: 'unsupported',
    message: `${facet}.${method} is not possible with this backend, its version or its credential`,
    hint: 'Use another tool.',
  })
}
