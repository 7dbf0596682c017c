import { test } from 'vitest'
import { runLimits } from './model/run-limits.ts'

test('no limit is passed and the books agree, whatever happens', { timeout: 480_000 }, () => runLimits())
