import { CompiledQuery, type Kysely } from 'kysely'
import type { Database } from './schema.ts'

/** So many wait for one commit at most: the first of them waits for the last. */
const LARGEST_GROUP = 64

type Work<T> = (transaction: Kysely<Database>) => Promise<T>

interface Job {
  work: Work<unknown>
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

/**
 * Runs transactions one after another and makes those that wait at the same time durable with one
 * commit, because the disk is what takes time. Each stands or falls alone; only a fault of the
 * database itself, such as a full disk, takes the whole group back.
 */
export class GroupCommit {
  readonly #db: Kysely<Database>
  readonly #waiting: Job[] = []
  #running: Promise<void> | undefined

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** Resolves once what `work` did is on disk. */
  run<T>(work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as Job['resolve'], reject })
      this.#running ??= this.#runAll()
    })
  }

  /** Resolves once nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running
  }

  async #runAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      // one turn of the event loop, in which others that are ready join
      await new Promise((resolve) => setImmediate(resolve))
      await this.#runGroup(this.#waiting.splice(0, LARGEST_GROUP))
    }
    this.#running = undefined
  }

  async #runGroup(jobs: readonly Job[]): Promise<void> {
    const after: (() => void)[] = []
    try {
      await this.#db.transaction().execute(async (transaction) => {
        for (const job of jobs) after.push(await runOne(transaction, job, jobs.length === 1))
      })
      for (const tell of after) tell()
    } catch (error) {
      for (const job of jobs) job.reject(error)
    }
  }
}

/** Answers what to tell its caller once the group is durable. */
async function runOne(db: Kysely<Database>, job: Job, alone: boolean): Promise<() => void> {
  if (alone) {
    const value = await job.work(db)
    return () => job.resolve(value)
  }
  await db.executeQuery(CompiledQuery.raw('SAVEPOINT job'))
  try {
    const value = await job.work(db)
    await db.executeQuery(CompiledQuery.raw('RELEASE job'))
    return () => job.resolve(value)
  } catch (error) {
    // Throws where the database has already given up the whole transaction, and then the group fails.
    await db.executeQuery(CompiledQuery.raw('ROLLBACK TO job')).catch(() => {
      throw error
    })
    await db.executeQuery(CompiledQuery.raw('RELEASE job'))
    return () => job.reject(error)
  }
}
