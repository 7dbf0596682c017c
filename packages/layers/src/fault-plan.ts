import type { Operation } from '@lightning-mcp/core'
import type { LayerOperation } from './wrap-backend.ts'

/** What can go wrong on the way to a backend and back. */
export type Fault =
  /** The call takes this much longer. */
  | { kind: 'latency'; delayMs: number }
  /** Refused before any byte: the backend never hears of it. */
  | { kind: 'drop-before-send' }
  /** The backend does it, the reply is lost. */
  | { kind: 'drop-after-send' }
  /** The backend does it, the reply says something else; by default a settled payment is called failed and a failed one settled. */
  | { kind: 'lying-reply'; change?: (reply: unknown) => unknown }
  /** A settled payment comes with a preimage that does not hash to its hash. */
  | { kind: 'wrong-preimage' }
  /** The next event is told twice. */
  | { kind: 'duplicate-event' }
  /** The next event is not told. */
  | { kind: 'missing-event' }

export type FaultKind = Fault['kind']

/** Faults by chance: the same seed and the same calls give the same faults. */
export interface RandomFaults {
  seed: number
  /** Chance of each fault per call (or event), between 0 and 1; the first that is drawn wins. */
  chances: Partial<Record<FaultKind, number>>
  /** Only these; default: all. */
  operations?: readonly (LayerOperation | Operation)[]
  /** Of `latency`. Default 50. */
  maxDelayMs?: number
}

/** Says which fault hits which call. Scripted faults come first, in order, then those by chance. */
export interface FaultPlan {
  /** The next call of this operation gets this fault. Call it again for the one after. */
  once(operation: LayerOperation | 'watch', fault: Fault): void
  /** Every call gets it, until `undefined` is given. */
  always(operation: LayerOperation | 'watch', fault: Fault | undefined): void
  /** The fault for this call, used up by asking. */
  take(operation: LayerOperation | 'watch'): Fault | undefined
}

const EVENT_FAULTS: readonly FaultKind[] = ['duplicate-event', 'missing-event']

/** An empty plan, or one with faults by chance. */
export function createFaultPlan(random?: RandomFaults): FaultPlan {
  const scripted = new Map<string, Fault[]>()
  const standing = new Map<string, Fault>()
  const draw = random === undefined ? undefined : seededRandom(random.seed)

  const byChance = (operation: LayerOperation | 'watch'): Fault | undefined => {
    if (random === undefined || draw === undefined) return undefined
    if (random.operations !== undefined && !random.operations.includes(operation)) return undefined
    for (const [kind, chance] of Object.entries(random.chances) as [FaultKind, number][]) {
      if (EVENT_FAULTS.includes(kind) !== (operation === 'watch')) continue
      if (draw() >= chance) continue
      return kind === 'latency'
        ? { kind, delayMs: Math.floor(draw() * (random.maxDelayMs ?? 50)) }
        : ({ kind } as Fault)
    }
    return undefined
  }

  return {
    once(operation, fault) {
      scripted.set(operation, [...(scripted.get(operation) ?? []), fault])
    },
    always(operation, fault) {
      if (fault === undefined) standing.delete(operation)
      else standing.set(operation, fault)
    },
    take: (operation) => scripted.get(operation)?.shift() ?? standing.get(operation) ?? byChance(operation),
  }
}

/** mulberry32: small, even enough, and the same everywhere. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
