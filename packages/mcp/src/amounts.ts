import { type Msat, msatToSatCeil, msatToSatFloor } from '@lightning-mcp/core'
import * as z from 'zod'

/** `name_sats`, and `name_msat` as decimal text where whole sats are not the exact value. */
export type AmountFields<Name extends string> = { [K in `${Name}_sats`]: number } & {
  [K in `${Name}_msat`]?: string
}

const fields = <Name extends string>(name: Name, sats: bigint, amountMsat: Msat): AmountFields<Name> =>
  ({
    [`${name}_sats`]: Number(sats),
    ...(sats * 1000n === amountMsat ? {} : { [`${name}_msat`]: amountMsat.toString() }),
  }) as AmountFields<Name>

/** Outgoing amounts and fees: rounded up, so that nothing costs more than it said. */
export const costs = <Name extends string>(name: Name, amountMsat: Msat): AmountFields<Name> =>
  fields(name, msatToSatCeil(amountMsat), amountMsat)

/** Balances and incoming amounts: rounded down, so that nobody is shown money that is not there. */
export const holds = <Name extends string>(name: Name, amountMsat: Msat): AmountFields<Name> =>
  fields(name, msatToSatFloor(amountMsat), amountMsat)

/** {@link costs} of an amount that may be unknown. */
export const costsIf = <Name extends string>(name: Name, amountMsat: Msat | undefined) =>
  amountMsat === undefined ? ({} as Partial<AmountFields<Name>>) : costs(name, amountMsat)

/** {@link holds} of an amount that may be unknown. */
export const holdsIf = <Name extends string>(name: Name, amountMsat: Msat | undefined) =>
  amountMsat === undefined ? ({} as Partial<AmountFields<Name>>) : holds(name, amountMsat)

/** Output schema of an amount that is always there. */
export const amountShape = <Name extends string>(name: Name) =>
  ({ [`${name}_sats`]: z.int(), [`${name}_msat`]: z.string().optional() }) as {
    [K in `${Name}_sats`]: z.ZodInt
  } & { [K in `${Name}_msat`]: z.ZodOptional<z.ZodString> }

/** Output schema of an amount that may be unknown. */
export const optionalAmountShape = <Name extends string>(name: Name) =>
  ({ [`${name}_sats`]: z.int().optional(), [`${name}_msat`]: z.string().optional() }) as {
    [K in `${Name}_sats`]: z.ZodOptional<z.ZodInt>
  } & { [K in `${Name}_msat`]: z.ZodOptional<z.ZodString> }

/** `1 channel`, `2 channels`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** `1,234 sats`, for the line of text. */
export const satsText = (sats: number): string =>
  `${sats.toLocaleString('en-US')} sat${sats === 1 ? '' : 's'}`
