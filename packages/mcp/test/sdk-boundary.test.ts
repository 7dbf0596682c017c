import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const source = join(import.meta.dirname, '../src')

test('only src/sdk imports the MCP SDK', async () => {
  const files = (await readdir(source, { recursive: true })).filter((file) => file.endsWith('.ts'))
  const importing: string[] = []
  for (const file of files)
    if ((await readFile(join(source, file), 'utf8')).includes("from '@modelcontextprotocol/"))
      importing.push(file)
  expect(importing.length).toBeGreaterThan(0)
  expect(importing.filter((file) => !file.startsWith('sdk'))).toEqual([])
})
