import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { SqlValue } from './columns.ts'
import type { Database } from './schema.ts'

/** Stands in a statement for a value that is given when it runs. */
class Slot {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** Makes a place for the value of that name. Its type is whatever the column asks for. */
export type SlotOf = <T = SqlValue>(name: string) => T

type Build = (slot: SlotOf) => Compilable
export type Values = Readonly<Record<string, SqlValue>>

interface Compiled {
  query: CompiledQuery
  /** What stands at each place: the name of a value, or the value itself. */
  places: readonly { name?: string; value?: unknown }[]
}

const slotOf = ((name: string) => new Slot(name)) as unknown as SlotOf

/**
 * Statements of the hot path, written with Kysely as all others. Building and compiling one takes ten
 * times as long as the database takes to run it, so it is done once for each name.
 */
export class Statements {
  readonly #compiled = new Map<string, Compiled>()

  /** Runs the statement of that name on `db`; `build` makes it where it is not known yet. */
  run<R = Record<string, unknown>>(
    db: Kysely<Database>,
    name: string,
    build: Build,
    values: Values,
  ): Promise<QueryResult<R>> {
    const { query, places } = this.#compiledOf(name, build)
    const parameters = places.map(({ name: of, value }) => (of === undefined ? value : given(values, of)))
    return db.executeQuery({ ...query, parameters }) as Promise<QueryResult<R>>
  }

  /** The same with the values in the order of their places. */
  runInOrder(
    db: Kysely<Database>,
    name: string,
    build: Build,
    parameters: readonly SqlValue[],
  ): Promise<QueryResult<Record<string, unknown>>> {
    const { query } = this.#compiledOf(name, build)
    if (parameters.length !== query.parameters.length)
      throw new Error(`${name} was run with ${parameters.length} values for ${query.parameters.length}`)
    return db.executeQuery({ ...query, parameters }) as Promise<QueryResult<Record<string, unknown>>>
  }

  #compiledOf(name: string, build: Build): Compiled {
    let compiled = this.#compiled.get(name)
    if (compiled === undefined) {
      compiled = compile(build(slotOf).compile())
      this.#compiled.set(name, compiled)
    }
    return compiled
  }
}

function compile(query: CompiledQuery): Compiled {
  return {
    query,
    places: query.parameters.map((value) => (value instanceof Slot ? { name: value.name } : { value })),
  }
}

function given(values: Values, name: string): SqlValue {
  const value = values[name]
  if (value === undefined) throw new Error(`a statement was run without its ${name}`)
  return value
}
