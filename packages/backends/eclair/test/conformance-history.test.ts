import { startFakeEclair } from '@lightning-mcp/fake-eclair'
import { expect, test } from 'vitest'
import { backendOver } from './harness/eclair-harness.ts'

const SIZE = { sent: 1500, received: 300, expired: 300 }
const WHOLE = SIZE.sent + SIZE.received + SIZE.expired
const PAGE = 100

test('a history of months is paged without gap or repetition, at a few calls a page', async () => {
  const eclair = await startFakeEclair()
  const backend = backendOver(eclair)
  try {
    eclair.fillHistory(SIZE)
    await backend.connect()
    const before = eclair.calls
    const ids: string[] = []
    const times: number[] = []
    let pages = 0
    let cursor: string | undefined
    do {
      const page = await backend.listTransactions({
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      })
      ids.push(...page.items.map(({ id }) => id))
      times.push(...page.items.map(({ createdAt }) => createdAt))
      cursor = page.nextCursor
      pages += 1
    } while (cursor !== undefined)
    expect(new Set(ids).size).toBe(WHOLE)
    expect(ids).toHaveLength(WHOLE)
    expect(times).toEqual(times.toSorted((a, b) => b - a))
    expect(pages).toBeLessThanOrEqual(WHOLE / PAGE + 1)
    expect((eclair.calls - before) / pages).toBeLessThanOrEqual(12)
  } finally {
    await backend.close()
    await eclair.close()
  }
})
