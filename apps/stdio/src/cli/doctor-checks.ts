import { type Balance, type Channel, type Msat, msatToSatFloor } from '@lightning-mcp/core'
import type { Runtime } from '@lightning-mcp/runtime'
import { type Finding, failure } from './doctor-findings.ts'
import { ownerFindings } from './doctor-owner.ts'
import { credentialFindings, permissionFindings } from './doctor-permissions.ts'

type WalletDetails = Awaited<ReturnType<Runtime['wallet']['getDetails']>>

const sats = (amount: Msat): string => `${msatToSatFloor(amount)} sats`

/** Opens the wallet and looks at everything that a payment will need; sends nothing. */
export async function findings(runtime: Runtime): Promise<Finding[]> {
  const { wallet } = runtime
  try {
    await wallet.start()
  } catch (error) {
    return [failure('wallet', error), ...(await credentialFindings(runtime.config))]
  }
  const found: Finding[] = [await storeFinding(runtime)]
  let details: WalletDetails
  try {
    details = await wallet.getDetails()
  } catch (error) {
    return [...found, failure('connection', error)]
  }
  found.push(
    connectionFinding(details),
    ...permissionFindings(details, runtime.config),
    ...syncFindings(details),
  )
  if (details.online) found.push(...(await liquidityFindings(runtime, details)))
  found.push(...(await ownerFindings(runtime, details)))
  return found
}

async function storeFinding({ wallet, walletFolder, config }: Runtime): Promise<Finding> {
  const check = 'store'
  try {
    // what may still be spent follows from the records: it cannot be told without them
    await wallet.getBudget()
  } catch (error) {
    return failure(check, error)
  }
  const message =
    walletFolder === undefined
      ? `nothing is kept (${config.backend.name} without --data-dir)`
      : config.database === undefined
        ? `records lie in ${walletFolder}`
        : `records lie in PostgreSQL, the policy in ${walletFolder}`
  return { check, verdict: 'ok', message }
}

function connectionFinding({ online, profile, node }: WalletDetails): Finding {
  const { kind, network, id } = profile.identity
  const name = `${kind} ${profile.version} on ${network}, ${node.alias ?? ''} ${id}`.replace(/\s+/g, ' ')
  return online
    ? { check: 'connection', verdict: 'ok', message: name }
    : {
        check: 'connection',
        verdict: 'fail',
        message: `${name} does not answer now`,
        fix: 'Start the node, or correct its address.',
      }
}

function syncFindings({ node, online }: WalletDetails): Finding[] {
  const check = 'sync'
  if (!online) return [{ check, verdict: 'skipped', message: 'the node does not answer' }]
  if (node.syncedToChain === false)
    return [
      {
        check,
        verdict: 'fail',
        message: `the node is still catching up with the chain (block ${node.blockHeight ?? 'unknown'})`,
        fix: 'Wait until it has; payments fail or hang until then.',
      },
    ]
  if (node.syncedToGraph === false)
    return [
      {
        check,
        verdict: 'warn',
        message: 'the node does not know the whole network yet',
        fix: 'Wait; until then it may find no route.',
      },
    ]
  return [
    node.syncedToChain === undefined
      ? { check, verdict: 'skipped', message: 'this backend does not tell' }
      : { check, verdict: 'ok', message: `in step with the chain, block ${node.blockHeight ?? 'unknown'}` },
  ]
}

async function liquidityFindings(
  { wallet }: Runtime,
  { profile: { permissions } }: WalletDetails,
): Promise<Finding[]> {
  const check = 'liquidity'
  let balance: Balance
  let channels: readonly Channel[] | undefined
  try {
    balance = await wallet.getBalance()
    channels = (await wallet.node.channels?.list({ limit: 500 }))?.items
  } catch (error) {
    return [failure(check, error)]
  }
  const found: Finding[] = []
  const active = channels?.filter((channel) => channel.state === 'active').length
  if (active === 0)
    found.push({
      check,
      verdict: 'fail',
      message: 'the node has no active channel',
      fix: 'Open one, or wait until a pending one is confirmed: without it nothing can be paid or received.',
    })
  const { spendableMsat, receivableMsat } = balance
  // what is wrong with the records is told by their own check
  const budget = await wallet.getBudget().catch(() => undefined)
  const atATime = budget === undefined ? '' : `, at most ${sats(budget.maxPaymentMsat)} at a time`
  found.push(
    spendableMsat === 0n
      ? {
          check,
          verdict: 'warn',
          message: 'nothing can be paid now: 0 sats are spendable',
          fix: 'Receive some, or move funds into a channel.',
        }
      : {
          check,
          verdict: 'ok',
          message:
            permissions.send === 'denied'
              ? `the node can pay ${sats(spendableMsat)}, this credential nothing`
              : `${sats(spendableMsat)} can be paid${atATime}`,
        },
  )
  if (receivableMsat !== undefined)
    found.push(
      receivableMsat === 0n
        ? {
            check,
            verdict: 'warn',
            message: 'nothing can be received now',
            fix: 'Spend some, or get a channel that is funded from the other side.',
          }
        : {
            check,
            verdict: 'ok',
            message:
              permissions.receive === 'denied'
                ? `the node can receive ${sats(receivableMsat)}, this credential can make no invoice`
                : `${sats(receivableMsat)} can be received`,
          },
    )
  return found
}
