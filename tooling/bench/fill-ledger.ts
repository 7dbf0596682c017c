import { DatabaseSync } from 'node:sqlite'

/** Columns of a copied row that must differ, as SQL of `n`; all others stay as in the row that is copied. */
const OWN: Readonly<Record<string, string>> = {
  // spread over a year before now, oldest first
  payment_id: `'pay_' || printf('%026d', n)`,
  payment_hash: 'lower(hex(randomblob(32)))',
  destination: `'lnbcrt' || n || lower(hex(randomblob(100)))`,
  invoice: `'lnbcrt' || n || lower(hex(randomblob(100)))`,
  digest: 'lower(hex(randomblob(32)))',
}
const TIMES = /_ms$/
const KEPT_TIMES = new Set(['next_lookup_at_ms', 'lease_until_ms', 'invoice_expires_at_ms'])

/**
 * Makes a ledger of `count` payments out of one that a wallet has made: copies of its rows with ids,
 * hashes and times of their own. Sums are not those of the copies, which no question here depends on.
 */
export function fillLedger(file: string, count: number): void {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN')
  const copies = (table: string, order: string, of: Readonly<Record<string, string>> = {}): void => {
    const columns = (database.prepare(`PRAGMA table_info(${table})`).all() as { name: string }[]).map(
      ({ name }) => name,
    )
    const values = columns.map((name) => {
      const own = of[name] ?? OWN[name]
      if (own !== undefined) return `case when old."${name}" is null then null else ${own} end`
      if (TIMES.test(name) && !KEPT_TIMES.has(name))
        return `old."${name}" - (${count} - n) * ${Math.floor((365 * 86_400_000) / count)}`
      return `old."${name}"`
    })
    const names = columns.map((name) => `"${name}"`).join(', ')
    database.exec(
      `insert into ${table} (${names})
       with recursive counter(n) as (select 1 union all select n + 1 from counter where n < ${count})
       select ${values.join(', ')} from counter, (select * from ${table} order by ${order} limit 1) as old`,
    )
  }
  copies('intents', 'created_at_ms')
  copies('attempts', 'started_at_ms')
  copies('decisions', 'at_ms')
  copies('journal', 'seq', { seq: '1000000000 + 2 * n' })
  copies('journal', 'seq desc', { seq: '1000000001 + 2 * n' })
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}
