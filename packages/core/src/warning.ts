/** Something harmless that was not done as asked (a memo that a backend cannot keep), told instead of thrown. */
export interface Warning {
  code: 'unsupported' | 'truncated' | 'description_hash_mismatch' | 'unproven' | 'other'
  message: string
}
