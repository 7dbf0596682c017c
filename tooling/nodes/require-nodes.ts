import { buildNodes, findBinaries } from './build.ts'

/** Whether real nodes have been built on this machine. */
export const nodesAvailable = (): boolean => findBinaries() !== undefined

/** `all` in CI: what could be skipped is built, and a skip is a failure. */
export const nodesRequired = (): boolean => process.env['LIGHTNING_MCP_REQUIRE'] === 'all'

/**
 * For the head of a test file: `const real = await requireNodes('LND conformance')`, then
 * `describe.skipIf(!real)`. Says loudly what is skipped; where nodes are required it builds them,
 * and throws if that fails.
 */
export async function requireNodes(what = 'tests on real nodes'): Promise<boolean> {
  if (nodesAvailable()) return true
  if (nodesRequired()) {
    await buildNodes()
    return true
  }
  process.stderr.write(
    `\n${'!'.repeat(80)}\n!! SKIPPED: real LND (${what}). To run it, build the nodes once (5 minutes):\n!!   npm run nodes -- build\n${'!'.repeat(80)}\n\n`,
  )
  return false
}
