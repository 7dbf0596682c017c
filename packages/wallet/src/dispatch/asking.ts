import type { Connection } from '../backend/connection.ts'
import { type Clock, withinTime } from '../clock.ts'
import type { Ask } from './strategy.ts'

/** Where no layer is quicker to lose patience. */
const LOOK_TIMEOUT_MS = 30_000

/** Questions to the backend behind the connection. */
export const asking =
  (connection: Connection, clock: Clock): Ask =>
  (work) =>
    withinTime(clock, LOOK_TIMEOUT_MS, (signal) =>
      connection.call((backend) => work(backend, signal), signal),
    )
