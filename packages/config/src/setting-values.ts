import { MAX_MSAT, type Msat } from '@lightning-mcp/core'
import * as z from 'zod'

// Every value may come as JSON (file) or as text (environment, flag): both forms parse to the same.

const wholeNumber = (error: string) =>
  z.union([z.int({ error }).nonnegative({ error }), z.string().regex(/^\d{1,19}$/, { error })], { error })

/** Whole sats, as msat. */
export const satsValue = wholeNumber('must be a whole number of sats, zero or more')
  .transform((value) => BigInt(value) * 1000n)
  .refine((value) => value <= MAX_MSAT, { error: 'is more than 21 million BTC' })
  .transform((value) => value as Msat)

/** A number of things, at most a million. */
export const countValue = wholeNumber('must be a whole number, zero or more')
  .transform(Number)
  .refine((count) => count <= 1_000_000, { error: 'must be at most 1000000' })

/** A percentage with up to four decimals, as parts per million: no float touches money. */
export const percentValue = z
  .union([z.number().transform(String), z.string()], { error: 'must be a percentage such as 1 or 0.5' })
  .transform((text, context) => {
    const [, whole, decimals = ''] = /^(\d{1,3})(?:\.(\d{1,4}))?$/.exec(text) ?? []
    const partsPerMillion =
      whole === undefined ? Number.NaN : Number(whole) * 10_000 + Number(decimals.padEnd(4, '0'))
    if (partsPerMillion <= 1_000_000) return partsPerMillion
    context.addIssue({
      code: 'custom',
      message: 'must be a percentage from 0 to 100, with at most four decimals',
    })
    return z.NEVER
  })

/** `true` or `false`. */
export const booleanValue = z
  .union([z.boolean(), z.enum(['true', 'false', '1', '0', 'yes', 'no'])], { error: 'must be true or false' })
  .transform((value) => value === true || value === 'true' || value === '1' || value === 'yes')

/** A JSON array, or text with commas. */
export const listValue = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(','))], {
    error: 'must be a list: a JSON array, or names with commas between them',
  })
  .transform((items) => items.map((item) => item.trim()).filter((item) => item !== ''))

/** Any text but an empty one. */
export const textValue = z.string({ error: 'must be text' }).min(1, { error: 'must not be empty' })

/** Where PostgreSQL is. What is wrong with it is said without repeating it: it may hold a password. */
export const connectionStringValue = textValue.refine(
  (text) => /^postgres(ql)?:\/\/\S+$/.test(text) && URL.canParse(text),
  { error: 'must be postgres://USER:PASSWORD@HOST:5432/DATABASE, special characters written as %XX' },
)

/** A TCP port; 0: any free one. */
export const portValue = wholeNumber('must be a port number')
  .transform(Number)
  .refine((port) => port <= 65_535, { error: 'must be a port number from 0 to 65535' })
