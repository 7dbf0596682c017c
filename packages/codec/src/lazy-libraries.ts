import { createRequire } from 'node:module'
import type { secp256k1 as Secp256k1 } from '@noble/curves/secp256k1.js'
import type { InvoicesLibrary } from './bolt11/invoices-library.ts'

// Both are read at first use and stay outside every bundle: `invoices` starts a WebAssembly file that lies
// beside it, and neither may weigh on the start of a server that has not seen an invoice yet.
const require = createRequire(import.meta.url)

let invoices: InvoicesLibrary | undefined
let curve: typeof Secp256k1 | undefined

export function invoicesLibrary(): InvoicesLibrary {
  invoices ??= require('invoices') as InvoicesLibrary
  return invoices
}

export function secp256k1(): typeof Secp256k1 {
  curve ??= (require('@noble/curves/secp256k1.js') as { secp256k1: typeof Secp256k1 }).secp256k1
  return curve
}
