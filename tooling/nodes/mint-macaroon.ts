import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LndNode } from './lnd-node.ts'

/** `info:read`, or `uri:/lnrpc.Lightning/GetInfo`, as `lncli bakemacaroon` takes them. */
export type MacaroonPermission = `${string}:${string}`

/** Ready-made sets, the ones that the documentation recommends. */
export const MACAROON_PERMISSIONS = {
  readOnly: ['info:read', 'invoices:read', 'offchain:read', 'onchain:read', 'peers:read'],
  receiveOnly: ['info:read', 'invoices:read', 'invoices:write', 'offchain:read'],
  spend: ['info:read', 'invoices:read', 'invoices:write', 'offchain:read', 'offchain:write'],
  manage: [
    'info:read',
    'invoices:read',
    'invoices:write',
    'offchain:read',
    'offchain:write',
    'onchain:read',
    'onchain:write',
    'address:write',
    'peers:read',
    'peers:write',
    'message:read',
    'message:write',
  ],
  // single calls: `offchain:write` would let it pay as well
  watchtower: [
    'info:read',
    'uri:/wtclientrpc.WatchtowerClient/ListTowers',
    'uri:/wtclientrpc.WatchtowerClient/Stats',
    'uri:/wtclientrpc.WatchtowerClient/AddTower',
    'uri:/wtclientrpc.WatchtowerClient/RemoveTower',
  ],
} as const satisfies Record<string, readonly MacaroonPermission[]>

/** A macaroon of the node that allows this and nothing else, as hex and as a file. */
export async function mintMacaroon(
  node: LndNode,
  permissions: readonly MacaroonPermission[],
): Promise<{ hex: string; file: string }> {
  const reply = await node.call<{ macaroon: string }>('default', 'bakeMacaroon', {
    permissions: permissions.map((permission) => {
      const colon = permission.indexOf(':')
      return { entity: permission.slice(0, colon), action: permission.slice(colon + 1) }
    }),
  })
  const name = createHash('sha256').update(permissions.join(' ')).digest('hex').slice(0, 16)
  const file = join(node.folder, `${name}.macaroon`)
  writeFileSync(file, Buffer.from(reply.macaroon, 'hex'), { mode: 0o600 })
  return { hex: reply.macaroon, file }
}
