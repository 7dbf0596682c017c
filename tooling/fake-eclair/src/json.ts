/** What an answer may hold. A bigint is written as bare digits, however large, as a JVM does it. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

export type JsonObject = { readonly [key: string]: Json | undefined }

const rawJson = (JSON as unknown as { rawJSON(text: string): Json }).rawJSON

/** An amount as a JSON number with every digit. */
export const digits = (value: bigint): Json =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)
    ? Number(value)
    : rawJson(String(value))
