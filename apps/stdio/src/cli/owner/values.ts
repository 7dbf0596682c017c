/** msat as sats, exact: `12` or `12.345`. */
export function inSats(msat: bigint): string {
  const whole = (msat < 0n ? -msat : msat) / 1000n
  const rest = (msat < 0n ? -msat : msat) % 1000n
  const decimals = rest === 0n ? '' : `.${rest.toString().padStart(3, '0').replace(/0+$/, '')}`
  return `${msat < 0n ? '-' : ''}${whole}${decimals}`
}

export const sats = (msat: bigint): string => `${inSats(msat)} ${msat === 1000n ? 'sat' : 'sats'}`

export const isoTime = (ms: number | undefined): string | undefined =>
  ms === undefined || Number.isNaN(new Date(ms).getTime()) ? undefined : new Date(ms).toISOString()

/** To the second, for tables. */
export const shortTime = (ms: number): string =>
  isoTime(ms)
    ?.replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z') ?? ''

/** Escaped in JSON too, which leaves them as they are: a terminal that shows it obeys them. */
const COMMANDS_TERMINAL = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** JSON with amounts as decimal text, which has no largest number. */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(
    value,
    (_, member: unknown) => (typeof member === 'bigint' ? String(member) : member),
    indent,
  ).replace(COMMANDS_TERMINAL, escaped)
