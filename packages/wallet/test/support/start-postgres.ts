import { requirePostgres, startPostgres } from '@lightning-mcp/nodes'

/** One server for the whole run; each test has a schema of its own in it. */
export default async function startForTheRun(): Promise<(() => Promise<void>) | undefined> {
  if (!requirePostgres('the wallet’s suite on PostgreSQL')) return undefined
  const server = await startPostgres()
  process.env['WALLET_TEST_POSTGRES'] = server.url()
  return () => server.remove()
}
