import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { compare } from '../measure.ts'
import { root } from '../processes.ts'
import { comparison, heading } from '../report.ts'

const connect = async (file: string, args: readonly string[]): Promise<Client> => {
  const client = new Client({ name: 'bench', version: '1.0.0' })
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ['--conditions=development', '--disable-warning=ExperimentalWarning', join(root, file), ...args],
      stderr: 'ignore',
    }),
  )
  return client
}

/** A tool call over stdio against the bare SDK's hello tool. */
export const stdio = async (rounds: number): Promise<void> => {
  heading('a tool call over stdio, against the bare SDK')
  const floor = await connect('tooling/bench/floor/hello-stdio.ts', [])
  const ours = await connect('apps/stdio/src/main.ts', ['--backend', 'simulator'])
  try {
    const hello = { name: 'hello', run: () => floor.callTool({ name: 'hello', arguments: {} }) }
    for (const tool of ['get_budget', 'get_wallet_balance'])
      comparison(
        tool,
        await compare({
          ours: { name: tool, run: () => ours.callTool({ name: tool, arguments: {} }) },
          floor: hello,
          rounds,
          calls: 200,
        }),
        'latency',
      )
  } finally {
    await floor.close()
    await ours.close()
  }
}
