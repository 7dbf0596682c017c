interface RawJson {
  readonly rawJSON: string
}
/** Not in TypeScript's library yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): RawJson }

/** An integer as the daemon writes it: a bare number, exact above 2^53 too. */
export const exact = (value: bigint): number | RawJson =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(-Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : rawJSON(String(value))

/** Leaves out what is undefined. */
export const given = (fields: Record<string, unknown>): Record<string, unknown> => {
  for (const name of Object.keys(fields)) if (fields[name] === undefined) delete fields[name]
  return fields
}
