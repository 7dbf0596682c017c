import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '@lightning-mcp/config'
import type { Runtime } from '@lightning-mcp/runtime'
import type { Budget } from '@lightning-mcp/wallet'
import { type Finding, failure } from './doctor-findings.ts'

type WalletDetails = Awaited<ReturnType<Runtime['wallet']['getDetails']>>

/** Whether the owner has a key and made this wallet's ledger, and what neither keeps an agent from. */
export async function ownerFindings(
  { wallet, config }: Pick<Runtime, 'wallet' | 'config'>,
  { profile }: Pick<WalletDetails, 'profile'>,
): Promise<Finding[]> {
  const check = 'owner'
  // test money needs no owner; what is wrong with the records is told by their own check
  if (config.backend.name === 'simulator')
    return pausedFinding((await wallet.getBudget().catch(() => undefined)) ?? {}, check)
  const { readOwner } = await import('@lightning-mcp/wallet')
  const found: Finding[] = []
  try {
    const owner = await readOwner(config.ownerDir)
    const { paused } = await wallet.getBudget()
    if (owner !== undefined)
      found.push({ check, verdict: 'ok', message: `the owner's public key lies in ${config.ownerDir}` })
    found.push(...pausedFinding({ paused }, check))
    if (paused === undefined)
      found.push({ check, verdict: 'ok', message: 'the owner made this database the ledger of the wallet' })
  } catch (error) {
    return [failure(check, error)]
  }
  if (profile.permissions.send === 'denied') return found
  return [...found, ...(await shellFindings(config))]
}

const pausedFinding = ({ paused }: { paused?: Budget['paused'] | undefined }, check: string): Finding[] =>
  paused === undefined
    ? []
    : [{ check, verdict: 'warn', message: `nothing can be spent: ${paused.reason}`, fix: paused.hint }]

/** The honest limits of limits: what whoever is the same user on this machine can do. */
async function shellFindings({
  ownerDir,
  backend,
}: Pick<Config, 'ownerDir' | 'backend'>): Promise<Finding[]> {
  const check = 'owner'
  const found: Finding[] = [
    {
      check,
      verdict: 'warn',
      message:
        "limits bind whoever pays through this server; an agent with a shell as this user can read the node's credential and go round them",
      fix: `Run server and agent as different users (lightning-mcp-http, or a container). ${backend.module.credentials?.receive ?? 'Or give an agent with a shell a credential that may only receive.'}`,
    },
  ]
  const isWritable = await access(join(ownerDir, 'owner.json'), constants.W_OK).then(
    () => true,
    () => false,
  )
  if (isWritable)
    found.push({
      check,
      verdict: 'warn',
      message: `this user may change ${join(ownerDir, 'owner.json')}, and with it whose word counts`,
      fix: 'Where the agent runs as this user too, let another user own that folder.',
    })
  return found
}
