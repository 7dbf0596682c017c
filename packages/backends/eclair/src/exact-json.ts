/** A whole number of so many digits may be beyond what a double holds. */
const LONG_NUMBER = /[:[,]\s*-?\d{16}/

/** Longer ones are nobody's: to read millions of digits would take seconds. */
const SIXTY_FOUR_BITS = /^-?\d{1,20}$/

/** TypeScript's library does not know the third argument yet: https://github.com/tc39/proposal-json-parse-with-source */
const parse = JSON.parse as (
  text: string,
  revive?: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown

/** Like `JSON.parse`, but whole numbers above 2^53 become bigints instead of rounded numbers. Throws `SyntaxError`. */
export function parseExactJson(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return parse(text)
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' &&
    !Number.isSafeInteger(value) &&
    source !== undefined &&
    SIXTY_FOUR_BITS.test(source)
      ? BigInt(source)
      : value,
  )
}
