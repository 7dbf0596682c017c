import { CompiledQuery, type Kysely } from 'kysely'
import type { GroupMemory } from './group-memory.ts'
import type { Database } from './schema.ts'

/** So many wait for one commit at most: the first of them waits for the last. */
const LARGEST_GROUP = 64

/** What the transactions of one commit work with. */
export interface Group<W> {
  db: Kysely<Database>
  memory: GroupMemory
  writer: W
}

type Work<W, T> = (writer: W) => Promise<T>

interface Job<W> {
  work: Work<W, unknown>
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

/**
 * Runs transactions one after another and makes those that wait at the same time durable with one
 * commit, because the disk is what takes time. Each stands or falls alone; only a fault of the
 * database itself, such as a full disk, takes the whole group back.
 */
export class GroupCommit<W> {
  readonly #db: Kysely<Database>
  readonly #begin: (transaction: Kysely<Database>) => Group<W>
  readonly #waiting: Job<W>[] = []
  #running: Promise<void> | undefined

  constructor(db: Kysely<Database>, begin: (transaction: Kysely<Database>) => Group<W>) {
    this.#db = db
    this.#begin = begin
  }

  /** Resolves once what `work` did is on disk. */
  run<T>(work: Work<W, T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as Job<W>['resolve'], reject })
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

  async #runGroup(jobs: readonly Job<W>[]): Promise<void> {
    const after: (() => void)[] = []
    try {
      await this.#db.transaction().execute(async (transaction) => {
        const group = this.#begin(transaction)
        for (const job of jobs) after.push(await runOne(group, job, jobs.length === 1))
        await group.memory.flush()
      })
      for (const tell of after) tell()
    } catch (error) {
      for (const job of jobs) job.reject(error)
    }
  }
}

/** Answers what to tell its caller once the group is durable. */
async function runOne<W>({ db, memory, writer }: Group<W>, job: Job<W>, alone: boolean): Promise<() => void> {
  if (alone) {
    const value = await job.work(writer)
    return () => job.resolve(value)
  }
  await db.executeQuery(CompiledQuery.raw('SAVEPOINT job'))
  try {
    const value = await job.work(writer)
    await db.executeQuery(CompiledQuery.raw('RELEASE job'))
    memory.keep()
    return () => job.resolve(value)
  } catch (error) {
    // Throws where the database has already given up the whole transaction, and then the group fails.
    await db.executeQuery(CompiledQuery.raw('ROLLBACK TO job')).catch(() => {
      throw error
    })
    memory.takeBack()
    await db.executeQuery(CompiledQuery.raw('RELEASE job'))
    return () => job.reject(error)
  }
}
