/** A result that the demo did not expect: it ends at once, and not with success. */
export class Surprise extends Error {}

const number = new Intl.NumberFormat('en-US')

export const sats = (amount: unknown): string => `${number.format(Number(amount))} sats`

export const chapter = (title: string): void => console.log(`\n${title}`)

/** One step: what the agent calls, and what came of it. */
export const step = (what: string, result: string): void => console.log(`  ${what.padEnd(46)} ${result}`)

/** What must hold; said in words, since a reader of the demo reads the failure too. */
export function expect(claim: string, holds: boolean, found: unknown): void {
  if (!holds) throw new Surprise(`expected that ${claim}, but found ${JSON.stringify(found)}`)
}
