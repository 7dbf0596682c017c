import type { JsonObject } from './json.ts'

/** A moment as Eclair writes it: no fraction where it falls on a whole second. */
export const moment = (milliseconds: number): JsonObject => ({
  iso: new Date(milliseconds).toISOString().replace('.000Z', 'Z'),
  unix: Math.floor(milliseconds / 1000),
})
