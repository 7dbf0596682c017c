/** JSON that also knows `bigint`, for files and sockets. */
export const toRecordJson = (value: unknown): string =>
  JSON.stringify(value, (_key, entry: unknown) =>
    typeof entry === 'bigint' ? { $bigint: `${entry}` } : entry,
  )

export const fromRecordJson = (text: string): unknown =>
  JSON.parse(text, (_key, entry: unknown) =>
    typeof entry === 'object' && entry !== null && '$bigint' in entry ? BigInt(String(entry.$bigint)) : entry,
  )
