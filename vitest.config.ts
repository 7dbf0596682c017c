import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { findPostgres } from './tooling/nodes/postgres.ts'

const WALLET = 'packages/wallet/test/**/*.test.ts'
/** What comes out the same on any database: nothing is stored, or the way to the node is what is tested. */
const WITHOUT_STORE = [
  'packages/wallet/test/faults.test.ts',
  'packages/wallet/test/owner/{owner-folder,signed-document}.test.ts',
  'packages/wallet/test/policy/{policy-schema,policy-changes,destination-pattern,active-hours,judge,rulebook,documented-policies}.test.ts',
  'packages/wallet/test/spending/{read-spend,fee-bound}.test.ts',
]
/** What rests most on the database. The others run on it with LIGHTNING_MCP_POSTGRES_SUITE=others, a step of CI. */
const FIRST_ON_POSTGRES = [
  'packages/wallet/test/store/**/*.test.ts',
  'packages/wallet/test/hold/*.test.ts',
  'packages/wallet/test/{audit,leases,ledger,limits,pay,recovery,store,write-outcome}.test.ts',
  'packages/wallet/test/accounts/{receipts,tracked}.test.ts',
  'packages/wallet/test/approvals/approvals.test.ts',
  'packages/wallet/test/policy/parallel.test.ts',
  'packages/wallet/test/spending/{offers,recovery}.test.ts',
]
const ON_POSTGRES =
  process.env['LIGHTNING_MCP_POSTGRES_SUITE'] === 'others'
    ? { include: [WALLET], exclude: FIRST_ON_POSTGRES }
    : { include: FIRST_ON_POSTGRES, exclude: [] }
/** About one database's own ways. */
const SQLITE_ONLY = 'packages/wallet/test/store/sqlite*.test.ts'
const POSTGRES_ONLY = 'packages/wallet/test/store/postgres*.test.ts'

const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(tmpdir(), 'lightning-mcp-compile-cache') }

export default defineConfig({
  resolve: { conditions: ['development'] },
  ssr: { resolve: { conditions: ['development'], externalConditions: ['development'] } },
  test: {
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // one more than the cores that CI has: many tests wait for a process, a node or a lease
    maxWorkers: 3,
    // programs that tests start load the same files again and again
    env: COMPILE_CACHE,
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
          include: findPostgres() === undefined ? [POSTGRES_ONLY] : ON_POSTGRES.include,
          exclude: [
            '**/node_modules/**',
            '**/dist/**',
            SQLITE_ONLY,
            ...WITHOUT_STORE,
            ...ON_POSTGRES.exclude,
          ],
          env: { ...COMPILE_CACHE, WALLET_TEST_STORE: 'postgres' },
          globalSetup: ['packages/wallet/test/support/start-postgres.ts'],
        },
      },
    ],
  },
})
