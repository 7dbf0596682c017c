import type { Config } from '@lightning-mcp/config'
import { type Capability, type PermissionArea, supports } from '@lightning-mcp/core'
import { credentialOf, type Runtime } from '@lightning-mcp/runtime'
import type { Finding, Verdict } from './doctor-findings.ts'

type WalletDetails = Awaited<ReturnType<Runtime['wallet']['getDetails']>>

const check = 'permissions'

interface Need {
  area: PermissionArea
  /** Stands for the area where a credential is read offline. */
  capability: Capability
  verdict: Verdict
  without: string
}

const NEEDED: readonly Need[] = [
  {
    area: 'read',
    capability: 'getBalance',
    verdict: 'fail',
    without: 'balances and payments cannot be read',
  },
  { area: 'receive', capability: 'createInvoice', verdict: 'warn', without: 'no invoices can be made' },
  { area: 'send', capability: 'payInvoice', verdict: 'warn', without: 'nothing can be paid' },
]

const lacking = ({ area, verdict, without }: Need): Finding => ({
  check,
  verdict,
  message: `the credential may not ${area}: ${without}`,
  fix: 'If that is not what you want, use a credential that may.',
})

/** What the credential may do, as the backend found when it connected. */
export function permissionFindings(
  { profile }: WalletDetails,
  { backend }: Pick<Config, 'backend'>,
): Finding[] {
  const { permissions, identity } = profile
  const found = NEEDED.filter(({ area }) => permissions[area] === 'denied').map(lacking)
  const undetermined = NEEDED.filter(({ area }) => permissions[area] === 'undetermined')
  if (undetermined.length > 0)
    found.push({
      check,
      verdict: 'warn',
      message: `cannot tell whether the credential may ${undetermined.map(({ area }) => area).join(', ')}`,
    })
  if (permissions.admin === 'granted' && identity.kind !== 'simulator')
    found.push({
      check,
      verdict: 'warn',
      message:
        'the credential may do everything with the node, and an agent that can read it is bound by nothing else',
      fix: backend.module.credentials?.spend ?? 'Use one that may read, receive and send only.',
    })
  if (found.length === 0) found.push({ check, verdict: 'ok', message: 'read, receive and send are allowed' })
  return found
}

/** What the credential says of itself, where the node does not answer. What is wrong with it was told before. */
export async function credentialFindings(config: Config): Promise<Finding[]> {
  const capabilities = await credentialOf(config)
  if (capabilities === undefined) return []
  const denied = NEEDED.filter(({ capability }) => !supports(capabilities, capability))
  if (denied.length > 0) return denied.map(lacking)
  return [
    {
      check,
      verdict: 'ok',
      message:
        'the credential itself allows to read, receive and send; whether the node takes it was not seen',
    },
  ]
}
