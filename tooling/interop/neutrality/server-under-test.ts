import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { approvePayment, initOwner, setPolicy } from '@lightning-mcp/nodes'
import type { McpTestClient, ToolAnswer } from '../clients/mcp-client.ts'
import { connectV2 } from '../clients/sdk-v2-client.ts'
import { serverCommand } from '../servers/commands.ts'
import type { World } from './world.ts'

/** What the owner allows: payments of any size, and own money into channels. */
const LIMITS = { maxPaymentSats: 1_000_000, maxPerDaySats: 5_000_000, maxIntoChannelSats: 1_000_000 }

/** A stdio server process on the world's node, with an owner, spoken to by a real MCP client. */
export interface ServerUnderTest {
  call(name: string, args?: Readonly<Record<string, unknown>>): Promise<ToolAnswer>
  tools(): Promise<readonly string[]>
  /** As the owner. */
  approve(approvalId: string): Promise<void>
  /** SIGKILL. */
  crash(): Promise<void>
  /** Another server on the same data folder. */
  restart(): Promise<void>
  crashAndRestart(): Promise<void>
  stop(): Promise<void>
}

export async function startServer(
  { settings, env }: Pick<World, 'settings' | 'env'>,
  limits: object = {},
): Promise<ServerUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'neutrality-'))
  const args = [...settings, '--data-dir', folder, '--owner-dir', join(folder, 'owner')]
  await initOwner(args, env)
  await setPolicy({ version: 1, accounts: { default: { ...LIMITS, ...limits } } }, args, env)
  const open = (): Promise<McpTestClient> =>
    connectV2(serverCommand('stdio', [...args, '--toolsets', 'all'], env))
  let client = await open()
  const crash = async (): Promise<void> => {
    if (client.serverPid === undefined) throw new Error('the client does not know its server')
    process.kill(client.serverPid, 'SIGKILL')
    await client.close().catch(() => undefined)
  }
  const restart = async (): Promise<void> => {
    client = await open()
  }
  return {
    call: (name, toolArgs) => client.callTool(name, toolArgs),
    tools: async () => (await client.listTools()).map(({ name }) => name),
    approve: (approvalId) => approvePayment(approvalId, args, env),
    crash,
    restart,
    async crashAndRestart() {
      await crash()
      await restart()
    },
    async stop() {
      await client.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
