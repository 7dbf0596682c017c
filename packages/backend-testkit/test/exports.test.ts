import { expect, test } from 'vitest'
import * as testkit from '../src/index.ts'

test('the package exports what its users need and no more', () => {
  expect(Object.keys(testkit).sort()).toMatchInlineSnapshot(`
    [
      "conformanceRequirements",
      "conforms",
      "examineBackend",
      "formatSummary",
      "idsWith",
      "runConformance",
    ]
  `)
})
