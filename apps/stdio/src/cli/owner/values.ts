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

/** JSON with amounts as decimal text, which has no largest number. */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(
    value,
    (_, member: unknown) => (typeof member === 'bigint' ? String(member) : member),
    indent,
  )
