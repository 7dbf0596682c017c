import { DatabaseSync, StatementSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'

/**
 * The moments of a process's life, each with a name and how often it came: `answered`, `answered#2`.
 * At one of them the process ends itself as by `kill -9`.
 */
export class Moments {
  readonly passed: string[] = []
  readonly #dieAt: string | undefined
  readonly #times = new Map<string, number>()

  constructor(dieAt: string | undefined) {
    this.#dieAt = dieAt
  }

  /** Does not return where it is the moment to die. */
  pass(name: string): void {
    if (this.#isLast(name)) dieNow()
  }

  /**
   * Counts commits as moments: `commit` dies while the database is at it, `committed` once it is on
   * disk and nobody has been told. Whatever the store does between, it ends in one of these calls.
   */
  async watchCommits(store: 'sqlite' | 'postgres'): Promise<void> {
    if (store === 'sqlite') await this.#watchSqlite()
    else await this.#watchPostgres()
  }

  async #watchPostgres(): Promise<void> {
    const { default: pg } = await import('pg')
    const reading = new WeakSet<object>()
    const { query } = pg.Client.prototype
    const watch = (client: object, given: unknown[]): unknown => {
      const answer = Reflect.apply(query, client, given)
      const [{ text }] = given as [{ text?: string }]
      if (text?.startsWith('BEGIN')) {
        if (text.includes('READ ONLY')) reading.add(client)
        else reading.delete(client)
      }
      if (text !== 'COMMIT' || reading.has(client)) return answer
      // the question is on its way, the answer is not
      if (this.#isLast('commit')) setImmediate(dieNow)
      return (answer as Promise<unknown>).then((result) => {
        this.pass('committed')
        return result
      })
    }
    pg.Client.prototype.query = function (this: object, ...given: unknown[]) {
      return watch(this, given)
    } as typeof query
  }

  async #watchSqlite(): Promise<void> {
    const killer = await openKiller()
    const around = <T>(sql: string, work: () => T): T => {
      if (!/^\s*commit\b/i.test(sql)) return work()
      if (this.#isLast('commit')) killer.killSoon()
      const result = work()
      this.pass('committed')
      return result
    }
    const { run } = StatementSync.prototype
    StatementSync.prototype.run = function (this: StatementSync, ...given: unknown[]) {
      return around(this.sourceSQL, () => Reflect.apply(run, this, given))
    } as typeof run
    const { exec } = DatabaseSync.prototype
    DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
      return around(sql, () => exec.call(this, sql))
    }
  }

  #isLast(name: string): boolean {
    const times = (this.#times.get(name) ?? 0) + 1
    this.#times.set(name, times)
    const full = times === 1 ? name : `${name}#${times}`
    this.passed.push(full)
    return full === this.#dieAt
  }
}

const dieNow = (): never => {
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}

/** A second thread that kills the process while the first is busy in the database. */
async function openKiller(): Promise<{ killSoon(): void }> {
  const flag = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(
    `const { workerData: flag, parentPort } = require('node:worker_threads')
     parentPort.postMessage('ready')
     Atomics.wait(flag, 0, 0)
     process.kill(process.pid, 'SIGKILL')`,
    { eval: true, workerData: flag },
  )
  await new Promise((resolve) => worker.once('message', resolve))
  worker.unref()
  return {
    killSoon() {
      Atomics.store(flag, 0, 1)
      Atomics.notify(flag, 0)
    },
  }
}
