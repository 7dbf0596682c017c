import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { INTERFACE_VERSION } from '@lightning-mcp/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUILT_IN_BACKENDS, ConfigError, loadBackendModule } from '../src/index.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'lightning-mcp-registry-'))
  await installed('good', goodModule())
  await installed('@scope/good', goodModule())
  await installed('older', goodModule({ interfaceVersion: INTERFACE_VERSION - 1 }))
  await installed('newer', goodModule({ interfaceVersion: INTERFACE_VERSION + 1 }))
  await installed('malformed', goodModule({ options: { url: { type: 'text', description: 'x' } } }))
  await installed('no-backend', 'export const somethingElse = 1')
  await installed('throws', 'throw new Error("needs another runtime")')
})
afterAll(() => rm(cwd, { recursive: true, force: true }))

const goodModule = (change: object = {}): string =>
  `export const backendModule = {
    ...${JSON.stringify({ interfaceVersion: INTERFACE_VERSION, kind: 'good', title: 'Good', capabilities: { getInfo: 'native' }, options: {}, ...change })},
    createBackend: () => ({}),
  }`

/** An npm package that can be imported only, as most new ones are. */
async function installed(name: string, source: string): Promise<void> {
  const folder = join(cwd, 'node_modules', name)
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name, type: 'module', exports: { import: './main.js' } }),
  )
  await writeFile(join(folder, 'main.js'), source)
}

const refusal = async (name: string): Promise<string> => {
  const error = await loadBackendModule(name, { cwd }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ConfigError)
  return (error as ConfigError).message.replaceAll(cwd, 'FOLDER')
}

describe('backend registry', () => {
  it.each(BUILT_IN_BACKENDS)('loads the built-in %s', async (name) => {
    const module = await loadBackendModule(name, { cwd })
    expect(module.kind).toBe(name)
    expect(module.interfaceVersion).toBe(INTERFACE_VERSION)
  })

  it.each(['good', '@scope/good', './node_modules/good/main.js'])('loads another one by %s', async (name) => {
    expect((await loadBackendModule(name, { cwd })).kind).toBe('good')
  })

  it.each(['older', 'newer', 'malformed', 'no-backend', 'throws', 'not-installed', './missing.js', 'a b'])(
    'refuses %s in plain words',
    async (name) => {
      expect(await refusal(name)).toMatchSnapshot()
    },
  )

  it.each(['__proto__', 'constructor', 'toString'])('finds nothing built in under %s', async (name) => {
    expect(await refusal(name)).toContain('neither built in nor')
  })
})
