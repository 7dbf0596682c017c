import { createRequire } from 'node:module'
import { LightningError } from '@lightning-mcp/core'
import type * as Curves from '@noble/curves/secp256k1.js'
import type { InvoicesLibrary } from './bolt11/invoices-library.ts'

// Both are read at first use and stay outside every bundle: `invoices` starts a WebAssembly file that lies
// beside it, and neither may weigh on the start of a server that has not seen an invoice yet.
const require = createRequire(import.meta.url)

let invoices: InvoicesLibrary | undefined
let curves: typeof Curves | undefined

export function invoicesLibrary(): InvoicesLibrary {
  invoices ??= loaded('invoices', () => require('invoices') as InvoicesLibrary)
  return invoices
}

const loadedCurves = (): typeof Curves => {
  curves ??= loaded('@noble/curves', () => require('@noble/curves/secp256k1.js') as typeof Curves)
  return curves
}

export const secp256k1 = (): typeof Curves.secp256k1 => loadedCurves().secp256k1

/** BIP 340. */
export const schnorr = (): typeof Curves.schnorr => loadedCurves().schnorr

function loaded<Library>(name: string, load: () => Library): Library {
  try {
    return load()
  } catch (cause) {
    throw new LightningError({
      code: 'internal',
      message: `The library ${name} cannot be loaded, so no invoice can be read or written.`,
      hint: `Install ${name}: it must be listed in the dependencies of the app that bundles @lightning-mcp/codec.`,
      retry: 'never',
      sent: 'no',
      cause,
    })
  }
}
