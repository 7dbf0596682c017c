import type { GroupMemory } from './group-memory.ts'
import type { SafetyReader, SafetyWriter } from './safety-queries.ts'
import type { Session } from './session.ts'

type Asynchronous = (...given: never[]) => Promise<unknown>

/** The named questions are about tables whose rows are kept until the commit: those are written before. */
export function withWritten<Q extends { [K in keyof Q]: Asynchronous }>(
  memory: GroupMemory | undefined,
  queries: Q,
  names: readonly (keyof Q & string)[],
): Q {
  if (memory === undefined) return queries
  const guarded = names
    .map((name) => [name, queries[name]] as const)
    .map(([name, ask]) => [
      name,
      async (...given: never[]) => {
        await memory.flush()
        return ask(...given)
      },
    ])
  return { ...queries, ...Object.fromEntries(guarded) }
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
