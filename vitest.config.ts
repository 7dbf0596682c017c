import { defineConfig } from 'vitest/config'
import { findPostgres } from './tooling/nodes/postgres.ts'

const WALLET = 'packages/wallet/test/**/*.test.ts'
/** About one database's own ways. */
const SQLITE_ONLY = 'packages/wallet/test/store/sqlite*.test.ts'
const POSTGRES_ONLY = 'packages/wallet/test/store/postgres*.test.ts'

export default defineConfig({
  resolve: { conditions: ['development'] },
  ssr: { resolve: { conditions: ['development'], externalConditions: ['development'] } },
  test: {
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['{packages,apps,examples,tooling}/**/test/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', POSTGRES_ONLY],
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          // without a server one file is left, which says so
          include: [findPostgres() === undefined ? POSTGRES_ONLY : WALLET],
          exclude: ['**/node_modules/**', '**/dist/**', SQLITE_ONLY],
          env: { WALLET_TEST_STORE: 'postgres' },
          globalSetup: ['packages/wallet/test/support/start-postgres.ts'],
        },
      },
    ],
  },
})
