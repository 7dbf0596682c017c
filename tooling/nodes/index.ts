export type { Btcd } from './btcd.ts'
export { buildNodes } from './build.ts'
export { requireClnRpc } from './cln-rpc.ts'
export { approvePayment, initOwner, setPolicy } from './init-owner.ts'
export { LndNode } from './lnd-node.ts'
export { MACAROON_PERMISSIONS, type MacaroonPermission, mintMacaroon } from './mint-macaroon.ts'
export { type Network, type NetworkOptions, startNetwork } from './network.ts'
export {
  findPostgres,
  POSTGRES_MISSING,
  type Postgres,
  type PostgresOptions,
  startPostgres,
} from './postgres.ts'
export { nodesAvailable, nodesRequired, requireNodes } from './require-nodes.ts'
export { requirePostgres } from './require-postgres.ts'
export { waitUntil } from './wait-until.ts'
