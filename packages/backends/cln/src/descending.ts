/** A list that Core Lightning numbers as it grows, and pages upwards from a number only. */
export interface NumberedList<Row extends { created_index?: number }> {
  /** Rows from this number on, ascending, at most `limit`. */
  read(start: number, limit: number): Promise<readonly Row[]>
}

/** How many rows are asked for at once. */
export const BATCH = 100

const numberOf = (row: { created_index?: number } | undefined): number => Number(row?.created_index ?? 0)

/**
 * The rows below a number, downwards, holding one batch at a time. Deleted rows leave holes: where
 * there is little, windows grow, so that a long hole costs few calls.
 */
export async function* walkDown<Row extends { created_index?: number }>(
  list: NumberedList<Row>,
  below: number,
): AsyncGenerator<Row> {
  let window = BATCH
  for (let end = below; end > 1; ) {
    const start = Math.max(1, end - window)
    const rows = await list.read(start, BATCH)
    // a full batch that does not reach the end leaves rows out, if more than a batch can lie in the window
    if (window > BATCH && rows.length >= BATCH && numberOf(rows.at(-1)) < end - 1) {
      window = BATCH
      continue
    }
    const inside = rows.filter((row) => numberOf(row) >= start && numberOf(row) < end)
    yield* inside.toSorted((a, b) => numberOf(b) - numberOf(a))
    window = inside.length < BATCH / 4 ? window * 4 : BATCH
    end = start
  }
}

/** The highest number there is, by asking for rows further and further up. `from`: one that was the highest once. */
export async function findNewest<Row extends { created_index?: number }>(
  list: NumberedList<Row>,
  from: number,
): Promise<number> {
  const atOrAbove = async (start: number): Promise<number> => numberOf((await list.read(start, 1)).at(0))
  let low = from
  let step = 1
  for (let found = await atOrAbove(low + step); found > 0; found = await atOrAbove(low + step)) {
    low = found
    step *= 2
  }
  // there is nothing at `high` or above it
  for (let high = low + step; high - low > 1; ) {
    const middle = low + Math.floor((high - low) / 2)
    const found = await atOrAbove(middle)
    if (found > 0) low = found
    else high = middle
  }
  return low
}
