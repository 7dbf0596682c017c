import { createRequire } from 'node:module'
import { LightningError } from '@lightning-mcp/core'
import type { secp256k1 as Secp256k1 } from '@noble/curves/secp256k1.js'
import type { InvoicesLibrary } from './bolt11/invoices-library.ts'

// Both are read at first use and stay outside every bundle: `invoices` starts a WebAssembly file that lies
// beside it, and neither may weigh on the start of a server that has not seen an invoice yet.
const require = createRequire(import.meta.url)

let invoices: InvoicesLibrary | undefined
let curve: typeof Secp256k1 | undefined

export function invoicesLibrary(): InvoicesLibrary {
  invoices ??= loaded('invoices', () => require('invoices') as InvoicesLibrary)
  return invoices
}

export function secp256k1(): typeof Secp256k1 {
  curve ??= loaded(
    '@noble/curves',
    () => (require('@noble/curves/secp256k1.js') as { secp256k1: typeof Secp256k1 }).secp256k1,
  )
  return curve
}

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
