import { createHash } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, revealOptions } from '@lightning-mcp/config'
import type { BackendIdentity } from '@lightning-mcp/core'

const FILE = 'nodes.json'

/** Folder of a node's wallet below the platform's state folder. */
export function folderOf({ kind, network, id }: BackendIdentity): string {
  const name = /^[0-9a-f]{16,}$/.test(id) ? id : createHash('sha256').update(id).digest('hex')
  return [kind, network, name.slice(0, 16)].join('-').replace(/[^\w.-]/g, '_')
}

/** What stands for "the same settings as last time"; a digest, since the settings hold a credential. */
function connectionDigest({ backend }: Config): string {
  const options = Object.entries(revealOptions(backend.options)).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([backend.module.kind, options]))
    .digest('hex')
}

async function readKnown(config: Config): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(join(config.stateDir, FILE), 'utf8')) as Record<string, string>
  } catch {
    return {}
  }
}

/** The folder that these settings led to the last time the node answered. */
export async function recallFolder(config: Config): Promise<string | undefined> {
  const folder = (await readKnown(config))[connectionDigest(config)]
  return typeof folder === 'string' && /^[\w.-]+$/.test(folder) ? folder : undefined
}

/** Remembers where these settings lead, for a start while the node is down. The state folder is there already. */
export async function rememberFolder(config: Config, folder: string): Promise<void> {
  const known = await readKnown(config)
  const digest = connectionDigest(config)
  const path = join(config.stateDir, FILE)
  const draft = `${path}.${process.pid}`
  await writeFile(draft, JSON.stringify({ ...known, [digest]: folder }, undefined, 2), { mode: 0o600 })
  await rename(draft, path)
}
