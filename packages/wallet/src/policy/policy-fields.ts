import { type Msat, satToMsat } from '@lightning-mcp/core'
import * as z from 'zod'
import { isOwnerPublicKey } from '../owner/owner-key.ts'
import { DAYS, isTimeZone } from './active-hours.ts'
import { type DestinationPattern, PatternError, parsePattern } from './destination-pattern.ts'

const MAX_SATS = 2_100_000_000_000_000

/** What a wrong value is, for a message: short, and one line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

type IssueInput = { input?: unknown }

/** One message for every way in which a value is wrong. */
const must =
  (right: string) =>
  ({ input }: IssueInput): string =>
    `${right}, not ${shown(input)}`

const whole = (error: (issue: IssueInput) => string, minimum: number, maximum: number) =>
  z.int({ error }).min(minimum, { error }).max(maximum, { error })

/** Whole sats, as msat. */
export const sats = whole(
  must(`must be a whole number of sats from 0 to ${MAX_SATS} (21 million BTC)`),
  0,
  MAX_SATS,
).transform((value): Msat => satToMsat(BigInt(value)))

export const count = whole(must('must be a whole number from 0 to 1000000'), 0, 1_000_000)

export const version = whole(
  must('must be a whole number from 1 up: one more than the version before'),
  1,
  Number.MAX_SAFE_INTEGER,
)

/** A day has 1,440; 30 days are the most. */
export const minutes = whole(must('must be a whole number of minutes from 1 to 43200 (30 days)'), 1, 43_200)

export const flag = z.boolean({ error: must('must be true or false') })

const percentError = must('must be a percentage from 0 to 100 with at most four decimals, such as 1 or 0.5')

/** As parts per million, read from the digits: no float is computed with. */
export const percent = z
  .union([z.number({ error: percentError }).transform(String), z.string()], { error: percentError })
  .transform((text, context) => {
    const [, units, decimals = ''] = /^(\d{1,3})(?:\.(\d{1,4}))?$/.exec(text) ?? []
    const partsPerMillion =
      units === undefined ? Number.NaN : Number(units) * 10_000 + Number(decimals.padEnd(4, '0'))
    if (partsPerMillion <= 1_000_000) return partsPerMillion
    context.addIssue({ code: 'custom', message: percentError({ input: text }) })
    return z.NEVER
  })

const MAX_PATTERNS = 1_000

const pattern = z.string({ error: must('must be text') }).transform((text, context): DestinationPattern => {
  try {
    return parsePattern(text)
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    context.addIssue({ code: 'custom', message: `${shown(text)} ${error.message}` })
    return z.NEVER
  }
})

/** A list of patterns. `emptyMeans`: what its author should write instead of an empty one. */
export const patterns = (emptyMeans: string) =>
  z
    .array(pattern, { error: must('must be a list of patterns such as ["*@shop.example"]') })
    .min(1, { error: `must not be empty: ${emptyMeans}` })
    .max(MAX_PATTERNS, { error: `must not have more than ${MAX_PATTERNS} entries` })
    .superRefine((list, context) => {
      const seen = new Set<string>()
      list.forEach(({ text }, index) => {
        if (seen.has(text))
          context.addIssue({ code: 'custom', path: [index], message: `${shown(text)} is in the list twice` })
        seen.add(text)
      })
    })

const dayError = must(`must be one of ${DAYS.join(', ')}`)

const timeOfDay = (right: string, shape: RegExp) =>
  z
    .string({ error: must(right) })
    .regex(shape, { error: must(right) })
    .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))

/** `{ "timeZone": "Europe/Berlin", "days": ["mon"], "from": "08:00", "to": "20:00" }` */
export const activeHours = z
  .strictObject(
    {
      timeZone: z
        .string({ error: must('must be an IANA time zone such as Europe/Berlin') })
        .refine(isTimeZone, { error: must('must be an IANA time zone such as Europe/Berlin') }),
      days: z
        .array(z.enum(DAYS, { error: dayError }), { error: must('must be a list of days such as ["mon"]') })
        .min(1, { error: 'must not be empty: leave it out for every day' })
        .refine((days) => new Set(days).size === days.length, { error: 'names a day twice' })
        .optional(),
      from: timeOfDay('must be a time from 00:00 to 23:59', /^(?:[01]\d|2[0-3]):[0-5]\d$/),
      to: timeOfDay('must be a time from 00:00 to 24:00', /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/),
    },
    { error: must('must be an object with timeZone, from and to') },
  )
  .refine(({ from, to }) => from !== to, {
    path: ['to'],
    error: 'must differ from "from": leave activeHours out to allow all hours',
  })
  .transform(({ timeZone, days, from, to }) => ({
    timeZone,
    ...(days === undefined ? {} : { days }),
    fromMinute: from,
    toMinute: to,
  }))

const momentError = must('must be a moment in ISO 8601 with its zone, such as 2027-01-31T18:00:00Z')

export const moment = z.iso
  .datetime({ offset: true, error: momentError })
  .transform((text) => Date.parse(text))

const urlError = must('must be an https URL without user name and password')

export const webhook = z.strictObject(
  {
    url: z.string({ error: urlError }).refine(
      (text) => {
        if (!URL.canParse(text)) return false
        const { protocol, username, password } = new URL(text)
        return protocol === 'https:' && username === '' && password === ''
      },
      { error: urlError },
    ),
    key: z
      .string({ error: must('must be an Ed25519 public key as 43 characters of base64url') })
      .refine(isOwnerPublicKey, {
        // a private key put here by mistake must not come back in a message
        error: 'must be an Ed25519 public key as 43 characters of base64url',
      }),
  },
  { error: must('must be an object with url and key') },
)
