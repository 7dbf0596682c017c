import type { BackendFacets } from './lightning-backend.ts'

type FacetCalls = { readonly [F in keyof BackendFacets]?: readonly (keyof NonNullable<BackendFacets[F]>)[] }

/** Calls of the facets that change nothing. Each is `read` in `OPERATIONS`. */
export const READING_CALLS = {
  channels: ['list', 'listPending', 'listClosed'],
  peers: ['list'],
  onchain: ['getBalance', 'listUtxos', 'listTransactions', 'estimateFees'],
  offers: ['list'],
  routing: ['estimateFee', 'findRoutes'],
  graph: ['getNode'],
  forwards: ['list', 'feeReport'],
  messages: ['verify'],
  watchtowers: ['list', 'stats'],
  backup: ['verify'],
} as const satisfies FacetCalls

/** Calls of the facets that change the node, or what it asks others to pay, and cannot cost money by themselves. */
export const MANAGING_CALLS = {
  channels: ['updatePolicy'],
  peers: ['connect', 'disconnect'],
  onchain: ['newAddress'],
  offers: ['create', 'disable'],
  routing: ['probe'],
  messages: ['sign'],
  watchtowers: ['add', 'remove'],
  backup: ['export'],
} as const satisfies FacetCalls

/** The named calls of the facets and nothing else. A facet is there if one of its calls is. */
export type CallsOf<Table extends FacetCalls> = {
  readonly [F in keyof Table & keyof BackendFacets]?: Pick<
    NonNullable<BackendFacets[F]>,
    Table[F] extends readonly (infer Name)[] ? Name & keyof NonNullable<BackendFacets[F]> : never
  >
}
