import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '@lightning-mcp/config'
import { type LightningBackend, LightningError } from '@lightning-mcp/core'
import { folderOf, recallFolder, rememberFolder } from './known-nodes.ts'

interface Request {
  config: Config
  backend: LightningBackend
  signal: AbortSignal
}

/**
 * Where the wallet's records lie; `undefined`: nowhere, which only the simulator may.
 * Without `--data-dir` that is one folder per node identity: the node is asked who it is, and where
 * it does not answer, the same settings lead to the same folder as the last time. A node never seen
 * before must answer once, because its records could otherwise end up in two places.
 */
export async function findWalletFolder(request: Request): Promise<string | undefined> {
  const { config } = request
  if (config.dataDir === undefined && config.backend.module.kind === 'simulator') return undefined
  const node = config.dataDir === undefined ? await findNode(request) : undefined
  const folder = config.dataDir ?? join(config.stateDir, node?.folder ?? '')
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (node?.isKnown === false) await rememberFolder(config, node.folder)
  } catch (cause) {
    throw new LightningError({
      code: 'not_ready',
      message: `the data folder ${folder} cannot be used (${(cause as NodeJS.ErrnoException).code})`,
      hint: 'Give another one with --data-dir, or make it writable for this user.',
      cause,
    })
  }
  return folder
}

async function findNode({ config, backend, signal }: Request): Promise<{ folder: string; isKnown: boolean }> {
  const known = await recallFolder(config)
  try {
    const { identity } = await backend.connect({ signal })
    const folder = folderOf(identity)
    return { folder, isKnown: folder === known }
  } catch (error) {
    if (known !== undefined) return { folder: known, isKnown: true }
    throw error
  }
}
