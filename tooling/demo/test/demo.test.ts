import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { expect as expectInStory, Surprise } from '../story.ts'

const DEMO = fileURLToPath(new URL('../demo.ts', import.meta.url))

describe('the demo', () => {
  it('goes as expected and uses no colours', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--conditions=development',
      '--disable-warning=ExperimentalWarning',
      DEMO,
    ])
    expect(stdout).toMatch(/All as expected, in \d+\.\d s\.\n$/)
    expect(stdout).toMatch(/replayed, nothing moved/)
    expect(stdout).toMatch(/refused \(budget_exceeded\), nothing moved/)
    expect(stdout).toMatch(/2 active channels/)
    expect(stdout).not.toContain('\u001b')
  })

  it('ends at the first surprise', () => {
    expect(() => expectInStory('one is two', false, { one: 1 })).toThrow(Surprise)
  })
})
