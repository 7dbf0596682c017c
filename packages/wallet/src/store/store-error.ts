import { LightningError } from '@lightning-mcp/core'

const HINTS: Readonly<Record<number, readonly [why: string, hint: string]>> = {
  5: [
    'another process keeps it locked',
    'Find what holds the file (a backup, another program), then try again.',
  ],
  6: [
    'another process keeps it locked',
    'Find what holds the file (a backup, another program), then try again.',
  ],
  8: ['it is read-only', 'Make the data folder writable for the user of this program.'],
  10: ['the disk answered with an error', 'Check the disk that holds the data folder.'],
  11: ['it is damaged', 'Stop, keep a copy, and restore the data folder; do not start with an empty one.'],
  13: ['the disk is full', 'Free some space on the disk that holds the data folder.'],
  14: ['it cannot be opened', 'Check that the data folder exists and may be read and written.'],
  26: ['it is no database', 'Check the data folder: another file lies where the database should be.'],
}

/** What went wrong with the database, in words. Nothing was sent: records come before sending. */
export function storeError(cause: unknown): LightningError {
  if (LightningError.is(cause)) return cause
  const code = Number((cause as { errcode?: number })?.errcode ?? 0) & 0xff
  const [why, hint] = HINTS[code] ?? [
    cause instanceof Error ? cause.message : 'an unknown fault',
    'Check the data folder and its disk.',
  ]
  return new LightningError({
    code: 'unavailable',
    message: `the wallet's database cannot be used: ${why}`,
    hint,
    cause,
  })
}
