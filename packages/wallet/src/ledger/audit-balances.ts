import type { UsageBucket } from '../store/audit-queries.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import { differences, type Findings } from './audit-findings.ts'
import type { AccountBalance } from './journal.ts'
import { USAGE_WINDOWS } from './usage.ts'
import type { UsageSum, UsageSums } from './usage-sums.ts'

const SCOPES_AT_A_TIME = 50

/** Each stored balance is the sum of the account's journal rows. */
export async function checkBalances(
  reader: StoreReader,
  { findings, balances }: { findings: Findings; balances: ReadonlyMap<string, AccountBalance> },
): Promise<void> {
  const stored = new Map((await reader.balances()).map((balance) => [balance.account, balance]))
  for (const account of new Set([...stored.keys(), ...balances.keys()]))
    for (const difference of differences(stored.get(account) ?? {}, balances.get(account) ?? {}))
      findings.add({ kind: 'balance', account, message: `account ${account}: ${difference}` })
}

/** What counts against each limit now is what the journal charged to it. */
export async function checkUsage(
  reader: StoreReader,
  { findings, usage, nowMs }: { findings: Findings; usage: UsageSums; nowMs: number },
): Promise<void> {
  const check = async (scopes: readonly string[]): Promise<void> => {
    const stored = new Map<string, Map<string, UsageBucket>>(scopes.map((scope) => [scope, new Map()]))
    for (const bucket of await reader.usageBuckets(scopes, nowMs))
      stored.get(bucket.scope)?.set(`${bucket.window}:${bucket.bucket}`, bucket)
    for (const scope of scopes) compare(scope, stored.get(scope) ?? new Map(), usage.of(scope), findings)
  }
  const seen = new Set<string>()
  for (let after = ''; ; ) {
    const scopes = await reader.usageScopes(after, SCOPES_AT_A_TIME)
    await check(scopes)
    for (const scope of scopes) seen.add(scope)
    after = scopes.at(-1) ?? after
    if (scopes.length < SCOPES_AT_A_TIME) break
  }
  for (const scope of usage.scopes) if (!seen.has(scope)) await check([scope])
}

const NOTHING: UsageSum = { usedMsat: 0n, usedCount: 0 }

function compare(
  scope: string,
  stored: ReadonlyMap<string, UsageSum>,
  expected: ReadonlyMap<string, UsageSum>,
  findings: Findings,
): void {
  for (const key of new Set([...stored.keys(), ...expected.keys()])) {
    const is = stored.get(key) ?? NOTHING
    const should = expected.get(key) ?? NOTHING
    if (is.usedMsat === should.usedMsat && is.usedCount === should.usedCount) continue
    findings.add({
      kind: 'usage',
      scope,
      message: `limit ${scope}, ${nameOf(key)}: ${is.usedMsat} msat in ${is.usedCount} payments are counted, the journal says ${should.usedMsat} in ${should.usedCount}`,
    })
  }
}

/** `hour:123` → `hour at 1970-01-01T02:03:00.000Z`. */
function nameOf(key: string): string {
  const [window = '', bucket] = key.split(':')
  if (!isWindow(window)) return window
  const at = new Date(Number(bucket) * USAGE_WINDOWS[window].bucketMs)
  return `${window} at ${Number.isNaN(at.getTime()) ? bucket : at.toISOString()}`
}

const isWindow = (window: string): window is keyof typeof USAGE_WINDOWS => window in USAGE_WINDOWS
