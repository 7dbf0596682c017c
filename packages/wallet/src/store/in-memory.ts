import type { GroupMemory } from './group-memory.ts'
import type { SafetyReader, SafetyWriter } from './safety-queries.ts'
import type { Session } from './session.ts'

type Asynchronous = (...given: never[]) => Promise<unknown>

/** Questions about tables whose rows are kept until the commit: those are written before. */
export function withWritten<Q extends { [K in keyof Q]: Asynchronous }>(
  memory: GroupMemory | undefined,
  queries: Q,
): Q {
  if (memory === undefined) return queries
  const guarded = Object.entries<Asynchronous>(queries).map(([name, ask]) => [
    name,
    async (...given: never[]) => {
      await memory.flush()
      return ask(...given)
    },
  ])
  return Object.fromEntries(guarded) as Q
}

/** Most of the time there is no breaker at all, which is asked once for each commit. */
export function safetyInMemory(
  { db, memory }: Session,
  queries: SafetyReader & SafetyWriter,
): SafetyReader & SafetyWriter {
  if (memory === undefined) return queries
  const some = async (): Promise<boolean> => {
    memory.breakers ??=
      (await db.selectFrom('breakers').select('scope').limit(1).executeTakeFirst()) !== undefined
    return memory.breakers
  }
  return {
    ...queries,
    breakers: async (scopes) => ((await some()) ? queries.breakers(scopes) : []),
    async putBreaker(breaker) {
      memory.breakers = true
      await queries.putBreaker(breaker)
    },
    async deleteBreakers(scopes) {
      if (await some()) await queries.deleteBreakers(scopes)
    },
  }
}
