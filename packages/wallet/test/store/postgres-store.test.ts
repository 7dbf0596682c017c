import { expect, test } from 'vitest'
import { openPostgresStore } from '../../src/store/postgres-store.ts'
test('x', () => { expect(openPostgresStore).toBeDefined() })
