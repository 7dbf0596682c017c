import type { Form } from './form.ts'
import { malformed } from './refusal.ts'

const DAY_SECONDS = 86_400

/** Which part of a list is asked for. TRAP: without `from`, only the last 24 hours. */
export interface ListWindow {
  fromMs: number
  toMs: number
  count: number | undefined
  skip: number
}

export function readWindow(form: Form, nowMs: number): ListWindow {
  const from = form.integer('from')
  const to = form.integer('to')
  const count = form.integer('count')
  const skip = form.integer('skip') ?? 0n
  if (count !== undefined && count < 0n) throw malformed('count', 'must be positive')
  if (skip < 0n) throw malformed('skip', 'must be positive')
  return {
    fromMs: from === undefined ? nowMs - DAY_SECONDS * 1000 : Number(from) * 1000,
    toMs: to === undefined ? nowMs : Number(to) * 1000,
    count: count === undefined ? undefined : Number(count),
    skip: Number(skip),
  }
}

/** The rows inside the window, oldest first. The rows must be in order of time: then a page costs what it holds. */
export function within<Row>(rows: readonly Row[], timeMs: (row: Row) => number, window: ListWindow): Row[] {
  const first = firstFrom(rows, timeMs, window.fromMs)
  const end = firstFrom(rows, timeMs, window.toMs + 1)
  const start = Math.min(first + window.skip, end)
  return rows.slice(start, window.count === undefined ? end : Math.min(start + window.count, end))
}

function firstFrom<Row>(rows: readonly Row[], timeMs: (row: Row) => number, leastMs: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (timeMs(rows[middle] as Row) < leastMs) low = middle + 1
    else high = middle
  }
  return low
}
