import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPolicy } from '../../src/policy/read-policy.ts'

const root = join(import.meta.dirname, '../../../..')

test.each(['docs/safety.md', 'README.md'])('every policy in %s is one', async (page) => {
  const blocks = readFileSync(join(root, page), 'utf8').matchAll(/```json\n(.*?)```/gs)
  const policies = [...blocks].map(([, json = '']) => json).filter((json) => json.includes('"version"'))
  expect(policies.length).toBeGreaterThan(0)
  for (const json of policies) expect(await readPolicy(json, Date.now())).toMatchObject({ warnings: [] })
})
