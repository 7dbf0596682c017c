/** What this package uses of npm `invoices` 6, which ships no types. Amounts are decimal strings. */
export interface InvoicesLibrary {
  parsePaymentRequest(options: { request: string }): ParsedPaymentRequest
  createUnsignedRequest(options: UnsignedRequestOptions): { hrp: string; tags: number[] }
  createSignedRequest(options: { destination: string; hrp: string; signature: string; tags: number[] }): {
    request: string
  }
}

/** Only what is taken from it: everything else is read from the words by this package. */
export interface ParsedPaymentRequest {
  /** Field `n` if there is one, and then checked against the signature; else recovered from it. */
  destination: string
  routes?: readonly (readonly LibraryHop[])[]
}

/** The first of a route names only its node; each further one is the channel that leads to `public_key`. */
export interface LibraryHop {
  public_key: string
  base_fee_mtokens?: string
  channel?: string
  cltv_delta?: number
  fee_rate?: number
}

export interface UnsignedRequestOptions {
  network: string
  id: string
  mtokens?: string
  description?: string
  description_hash?: string
  created_at: string
  expires_at: string
  cltv_delta: number
  payment: string
  features?: readonly { bit: number }[]
  metadata?: string
  routes?: readonly (readonly LibraryHop[])[]
}
