import type { LightningBackend } from '@lightning-mcp/core'

/** A layer with its options already given. */
export type Layer = (backend: LightningBackend) => LightningBackend

/** Puts layers around a backend, the outermost first: a call goes through them in the order of the list. */
export const composeLayers = (backend: LightningBackend, layers: readonly Layer[]): LightningBackend =>
  layers.reduceRight((inner, layer) => layer(inner), backend)
