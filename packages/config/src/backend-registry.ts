import { existsSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BackendModule, INTERFACE_VERSION } from '@lightning-mcp/core'
import * as z from 'zod'
import { ConfigError } from './config-error.ts'
import { didYouMean } from './did-you-mean.ts'

interface BuiltIn {
  load(): Promise<unknown>
  /** How the names of its environment variables begin: set without a chosen backend, they deserve a word. */
  environmentPrefix?: string
}

/** Literal specifiers, so that a bundler finds them; nothing is loaded before it is chosen. */
const BUILT_IN: Readonly<Record<string, BuiltIn>> = {
  simulator: { load: () => import('@lightning-mcp/backend-simulator') },
  lnd: { load: () => import('@lightning-mcp/backend-lnd'), environmentPrefix: 'LND_' },
  cln: { load: () => import('@lightning-mcp/backend-cln'), environmentPrefix: 'CLN_' },
  eclair: { load: () => import('@lightning-mcp/backend-eclair'), environmentPrefix: 'ECLAIR_' },
}

export const BUILT_IN_BACKENDS = Object.keys(BUILT_IN) as readonly string[]

/** The built-in backend whose own variables stand in the environment, if there is one. */
export const hintedBackend = (env: Readonly<Record<string, string | undefined>>): string | undefined =>
  BUILT_IN_BACKENDS.find((name) => {
    const prefix = BUILT_IN[name]?.environmentPrefix
    return prefix !== undefined && Object.keys(env).some((key) => key.startsWith(prefix) && env[key] !== '')
  })

const moduleSchema = z.object({
  interfaceVersion: z.number(),
  kind: z.string().min(1),
  title: z.string(),
  capabilities: z.record(z.string(), z.enum(['native', 'emulated', 'none'])),
  options: z.record(
    z.string(),
    z.object({ type: z.enum(['string', 'number', 'boolean']), description: z.string() }),
  ),
  credentials: z.object({ spend: z.string(), receive: z.string() }).optional(),
  createBackend: z.custom<BackendModule['createBackend']>((value) => typeof value === 'function'),
})

const refuse = (name: string, message: string, hint: string): ConfigError =>
  new ConfigError([{ source: 'backend', name: `backend ${name}`, message, hint }])

/**
 * Loads a backend by built-in name, by the name of an npm package installed where the server was
 * started, or by a path (`./my-backend.js`), and checks what it exports as `backendModule`.
 */
export async function loadBackendModule(name: string, { cwd }: { cwd: string }): Promise<BackendModule> {
  const builtIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined
  const exports = await (builtIn === undefined ? loadForeign(name, cwd) : builtIn.load())
  return checkBackendModule(name, exports)
}

async function loadForeign(name: string, cwd: string): Promise<unknown> {
  const isPath = isAbsolute(name) || /^\.\.?[\\/]/.test(name)
  if (!isPath && !/^(@[\w.-]+\/)?[\w.-]+(\/[\w./-]+)?$/.test(name))
    throw refuse(name.slice(0, 80), 'is no name of a backend.', didYouMean(name, BUILT_IN_BACKENDS))
  if (isPath && !existsSync(resolve(cwd, name)))
    throw refuse(name, 'does not exist.', `A path is taken from ${cwd}.`)
  let url: string
  try {
    const { resolve: resolveModule } = await import('import-meta-resolve')
    const base = pathToFileURL(join(cwd, 'package.json')).href
    url = isPath ? pathToFileURL(resolve(cwd, name)).href : resolveModule(name, base)
  } catch {
    throw refuse(
      name,
      `is neither built in nor an npm package installed in ${cwd}.`,
      `${didYouMean(name, BUILT_IN_BACKENDS)} A package has to be installed there first.`,
    )
  }
  try {
    return await import(url)
  } catch (error) {
    throw refuse(
      name,
      `could not be loaded: ${(error as Error).message}`,
      'Check that it is installed whole.',
    )
  }
}

/** Refuses what is not a backend package for this version of the interface. */
export function checkBackendModule(name: string, exports: unknown): BackendModule {
  const candidate = (exports as { backendModule?: unknown }).backendModule
  if (typeof candidate !== 'object' || candidate === null)
    throw refuse(name, 'has no export named backendModule.', 'It is not a Lightning MCP backend.')
  const { interfaceVersion } = candidate as { interfaceVersion?: unknown }
  if (interfaceVersion !== INTERFACE_VERSION)
    throw refuse(
      name,
      `is made for version ${String(interfaceVersion)} of the backend interface, this server has ${INTERFACE_VERSION}.`,
      typeof interfaceVersion === 'number' && interfaceVersion > INTERFACE_VERSION
        ? 'Update the server.'
        : 'Update the backend package.',
    )
  const checked = moduleSchema.safeParse(candidate)
  if (!checked.success) {
    const [issue] = checked.error.issues
    throw refuse(
      name,
      `has a malformed backendModule: ${issue?.path.join('.')} ${issue?.message}`,
      'Report it to the author of the package.',
    )
  }
  return candidate as BackendModule
}
