/** One thing to time; `run` does it once. */
export interface Contender {
  name: string
  run(index: number): Promise<unknown> | unknown
}

export interface Timing {
  /** Median milliseconds of one call. */
  medianMs: number
  /** Calls a second over the whole round, median of rounds. */
  perSecond: number
}

export interface Comparison {
  ours: Timing
  floor: Timing
  /** Ours ÷ floor of the throughput, median over rounds: above 1 is faster than the floor. */
  throughputRatio: number
  /** Ours ÷ floor of the median latency, median over rounds: above 1 is slower. */
  latencyRatio: number
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** Runs `calls` calls, `parallel` at a time, and times each. */
const timeRound = async (
  contender: Contender,
  calls: number,
  parallel: number,
  offset: number,
): Promise<{ medianMs: number; perSecond: number }> => {
  const durations: number[] = []
  let next = 0
  const worker = async () => {
    while (next < calls) {
      const index = offset + next++
      const started = performance.now()
      await contender.run(index)
      durations.push(performance.now() - started)
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: Math.min(parallel, calls) }, worker))
  return { medianMs: median(durations), perSecond: (calls * 1000) / (performance.now() - started) }
}

export interface CompareOptions {
  ours: Contender
  floor: Contender
  rounds?: number
  calls: number
  parallel?: number
  warmup?: number
}

/**
 * Times both in alternating rounds, so that a noisy neighbour hits both: the ratio of each round
 * counts, never an absolute time.
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const { ours, floor, rounds = 5, calls, parallel = 1, warmup = Math.min(calls, 20) } = options
  let index = 0
  const round = async (contender: Contender, count: number) => {
    const result = await timeRound(contender, count, parallel, index)
    index += count
    return result
  }
  if (warmup > 0) {
    await round(floor, warmup)
    await round(ours, warmup)
  }
  const pairs: { ours: Timing; floor: Timing }[] = []
  for (let i = 0; i < rounds; i++) {
    // alternate who goes first as well
    if (i % 2 === 0) pairs.push({ floor: await round(floor, calls), ours: await round(ours, calls) })
    else pairs.push({ ours: await round(ours, calls), floor: await round(floor, calls) })
  }
  const pick = (side: 'ours' | 'floor', key: keyof Timing) => median(pairs.map((pair) => pair[side][key]))
  return {
    ours: { medianMs: pick('ours', 'medianMs'), perSecond: pick('ours', 'perSecond') },
    floor: { medianMs: pick('floor', 'medianMs'), perSecond: pick('floor', 'perSecond') },
    throughputRatio: median(pairs.map((pair) => pair.ours.perSecond / pair.floor.perSecond)),
    latencyRatio: median(pairs.map((pair) => pair.ours.medianMs / pair.floor.medianMs)),
  }
}
