import type { BackendIdentity } from '@lightning-mcp/core'
import { type LedgerVerdict, verifyLedgerCertificate } from '../owner/ledger-certificate.ts'
import { type SpendingGate, spendingPaused } from './gates.ts'

export const LEDGER_META = ['ledger_id', 'ledger_certificate'] as const

const REASONS: Readonly<Record<Exclude<LedgerVerdict, 'valid'>, string>> = {
  missing:
    'the owner has not made this database the ledger of the wallet: it is new, or another one was lost',
  'other-backend': 'this ledger is that of another node or wallet',
  'other-key': 'this ledger was made with the key of another owner',
  invalid: 'what the owner signed about this ledger does not fit it',
}

const INIT = 'The owner has to run: lightning-mcp owner init'

/** Spends only from a ledger that the owner made for this backend, so that a lost database is never a fresh start. */
export function ledgerGate(owner: {
  readonly publicKey?: string | undefined
  readonly required: boolean
}): SpendingGate {
  const { required } = owner
  // a signature is checked once, not with every payment
  let verified: string | undefined
  return {
    name: 'ledger',
    meta: required ? LEDGER_META : [],
    check(_, { identity, meta }) {
      if (!required) return undefined
      const { publicKey } = owner
      if (publicKey === undefined) throw spendingPaused('this wallet has no owner’s key yet', INIT)
      const ledgerId = meta.get('ledger_id')
      const certificate = meta.get('ledger_certificate')
      const asked = JSON.stringify([ledgerId, certificate, publicKey, said(identity)])
      if (asked === verified) return undefined
      const verdict = verifyLedgerCertificate({ ledgerId, certificate }, identity, publicKey)
      if (verdict !== 'valid') throw spendingPaused(REASONS[verdict], INIT)
      verified = asked
      return undefined
    },
  }
}

const said = ({ kind, network, id }: BackendIdentity) => [kind, network, id]
