import type { Reply, World } from './world.ts'

/** Brings the fakes into the state of a capture and asks the same. */
export type Replay = (world: World) => Promise<Reply>

/** By the capture's name. */
export type Replays = Readonly<Record<string, Replay>>

/** Asks node `a`, with the names of this network in place of the captured ones. */
export const asking =
  (method: string, params: unknown = {}, more?: Record<string, unknown>): Replay =>
  (world) =>
    world.a(method, params, more)

export const NOBODY = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
