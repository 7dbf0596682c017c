import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { decodeInvoice } from '@lightning-mcp/codec'
import type { Payment } from '@lightning-mcp/core'
import { findPostgres, POSTGRES_MISSING, startPostgres } from '@lightning-mcp/nodes'
import { openPostgresStore, openSqliteStore, type Wallet, type WalletStore } from '@lightning-mcp/wallet'
import { fillLedger } from '../fill-ledger.ts'
import { compare, median } from '../measure.ts'
import { heading, line } from '../report.ts'
import { benchWallet, instantBackend, makeInvoices, payAll } from '../wallet-load.ts'

const ms = (value: number): string => `${value.toFixed(2)} ms`
const AIM_PER_SECOND = 2_500
const PARALLEL = [1, 16, 64] as const
const MOST = 1_000_000
const FEW = 1_000

/** What no durable payment can do without, once: two commits that are on disk, before the send and after the answer. */
interface Floor {
  twoCommits(): Promise<void> | void
  close(): Promise<void> | void
}

function sqliteFloor(folder: string): Floor {
  const database = new DatabaseSync(join(folder, 'floor.db'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (a INTEGER, b TEXT)')
  const insert = database.prepare('INSERT INTO t VALUES (?, ?)')
  return {
    twoCommits() {
      for (let commit = 0; commit < 2; commit++) {
        database.exec('BEGIN IMMEDIATE')
        insert.run(commit, 'x'.repeat(600))
        database.exec('COMMIT')
      }
    },
    close: () => database.close(),
  }
}

/** The same by PostgreSQL's own driver. */
async function postgresFloor(connectionString: string): Promise<Floor> {
  const { Client } = await import('pg')
  const client = new Client({ connectionString })
  await client.connect()
  await client.query('CREATE TABLE floor_of_bench (a bigint, b text)')
  return {
    async twoCommits() {
      for (let commit = 0; commit < 2; commit++)
        await client.query({
          name: 'floor',
          text: 'INSERT INTO floor_of_bench VALUES ($1, $2)',
          values: [commit, 'x'.repeat(600)],
        })
    },
    close: () => client.end(),
  }
}

/** One payment at a time, each after the floor, so that a noisy neighbour hits both. */
async function oneAtATime(wallet: Wallet, floor: Floor, count: number) {
  const floorMs: number[] = []
  const payMs: number[] = []
  for (const invoice of makeInvoices(count)) {
    decodeInvoice(invoice)
    const started = performance.now()
    await floor.twoCommits()
    const between = performance.now()
    await wallet.pay({ destination: invoice })
    floorMs.push(between - started)
    payMs.push(performance.now() - between)
  }
  return {
    floorMs: median(floorMs),
    payMs: median(payMs),
    addedMs: median(payMs.map((ms, i) => ms - (floorMs[i] ?? 0))),
  }
}

/** Durable payments a second and what one takes, at growing numbers in parallel. */
async function throughput(store: string, open: () => WalletStore, openFloor: () => Promise<Floor> | Floor) {
  const { backend, spentMs } = instantBackend()
  const wallet = benchWallet(open(), backend)
  await wallet.start()
  const floor = await openFloor()
  try {
    await payAll(wallet, makeInvoices(192), 16)
    for (const parallel of PARALLEL) {
      const count = parallel === 1 ? 300 : 1_536
      const inBackend = spentMs()
      const load = await payAll(wallet, makeInvoices(count), parallel)
      line(
        `${store}, ${parallel} at a time`,
        `${load.perSecond.toFixed(0)}/s, p50 ${ms(load.p50Ms)}, CPU ${ms(load.cpuMsEach)} a payment`,
        store === 'SQLite' && parallel === 64 ? `${AIM_PER_SECOND}/s` : undefined,
      )
      if (parallel !== 1) continue
      const beside = `${ms(load.decodeMsEach)}, ${ms((spentMs() - inBackend) / count)}`
      const { floorMs, payMs, addedMs } = await oneAtATime(wallet, floor, count)
      line('  in turns with two durable commits', `payment ${ms(payMs)}, commits ${ms(floorMs)}`)
      line('  added by intents, limits and ledger', ms(addedMs), '1 ms on SQLite')
      line('  beside it: decoding, the backend itself', beside)
    }
  } finally {
    await floor.close()
    await wallet.stop()
  }
}

/** A wallet on a ledger of that many payments, and the node that made the newest of them. */
async function ledgerOf(count: number, folder: string): Promise<Wallet> {
  const file = join(folder, `ledger-${count}.db`)
  const first = benchWallet(openSqliteStore({ path: file }))
  await first.start()
  await payAll(first, makeInvoices(2), 1)
  await first.stop()
  fillLedger(file, count)
  const database = new DatabaseSync(file, { readOnly: true })
  const newest = database
    .prepare('select payment_hash, created_at_ms from intents order by created_at_ms desc limit 50')
    .all() as { payment_hash: string; created_at_ms: number }[]
  database.close()
  const history = newest.map(
    (row): Payment => ({
      paymentHash: row.payment_hash as Payment['paymentHash'],
      status: 'settled',
      createdAt: Math.floor(row.created_at_ms / 1000),
    }),
  )
  const wallet = benchWallet(openSqliteStore({ path: file }), instantBackend(() => history).backend)
  await wallet.start()
  return wallet
}

/** The same questions to a small ledger and to a large one, in turns. */
async function growth(rounds: number, folder: string): Promise<void> {
  heading(`a ledger of ${MOST.toLocaleString('en')} payments beside one of ${FEW.toLocaleString('en')}`)
  const small = await ledgerOf(FEW, folder)
  const large = await ledgerOf(MOST, folder)
  const invoices = { ours: makeInvoices(rounds * 40 + 20), floor: makeInvoices(rounds * 40 + 20) }
  const next = { ours: 0, floor: 0 }
  const pay = (wallet: Wallet, side: 'ours' | 'floor') => () =>
    wallet.pay({ destination: invoices[side][next[side]++] as string, maxFeeMsat: 0n as never })
  try {
    for (const [name, ours, floor] of [
      ['get_payments', () => large.listPayments({ limit: 20 }), () => small.listPayments({ limit: 20 })],
      ['get_budget', () => large.getBudget(), () => small.getBudget()],
      ['a payment', pay(large, 'ours'), pay(small, 'floor')],
    ] as const) {
      const result = await compare({
        ours: { name, run: ours },
        floor: { name, run: floor },
        rounds,
        calls: 40,
        warmup: 20,
      })
      line(
        name,
        `${ms(result.ours.medianMs)} and ${ms(result.floor.medianMs)}: ${result.latencyRatio.toFixed(2)} ×`,
        'at most 1.5 ×',
      )
    }
  } finally {
    await small.stop()
    await large.stop()
  }
}

/** The wallet alone: invoices decoded beforehand, a backend that answers at once, every record on disk. */
export const wallet = async (rounds: number): Promise<void> => {
  heading('durable payments, wallet alone')
  const folder = mkdtempSync(join(tmpdir(), 'lightning-mcp-bench-'))
  try {
    await throughput(
      'SQLite',
      () => openSqliteStore({ path: join(folder, 'wallet.db') }),
      () => sqliteFloor(mkdtempSync(join(folder, 'floor-'))),
    )
    if (findPostgres() === undefined) line('PostgreSQL', `not measured: ${POSTGRES_MISSING}`)
    else {
      const server = await startPostgres({ durable: true })
      try {
        let floors = 0
        const client = await import('pg')
        const database = async (name: string) => {
          const admin = new client.Client({ connectionString: server.url() })
          await admin.connect()
          await admin.query(`create database ${name}`)
          await admin.end()
          return server.url(name)
        }
        const connectionString = await database('wallet')
        await throughput(
          'PostgreSQL',
          () => openPostgresStore({ connectionString }),
          async () => postgresFloor(await database(`floor_${floors++}`)),
        )
      } finally {
        await server.remove()
      }
    }
    await growth(rounds, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
