import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { supportTables, withTable } from '../support-table.ts'

test.each(Object.entries(supportTables()))('%s shows what the backends declare', (page, made) => {
  const text = readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8')
  // `node --conditions=development tooling/checks/support-table.ts` brings it up to date
  expect(text).toBe(withTable(text, made))
})
