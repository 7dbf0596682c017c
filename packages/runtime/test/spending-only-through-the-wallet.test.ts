import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OPERATION_NAMES, OPERATIONS, satToMsat, splitOperation } from '@lightning-mcp/core'
import { describe, expect, it } from 'vitest'
import { recordingModule } from './support/recording-module.ts'
import { runtimeOf } from './support/runtime-of.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const SPENDING = OPERATION_NAMES.filter((operation) => OPERATIONS[operation] === 'spend')
const MANAGING = OPERATION_NAMES.filter((operation) => OPERATIONS[operation] === 'manage')

const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path))

/** Everything that can be reached from an object by reading its members. */
function reachable(from: unknown, seen = new Set<unknown>()): Set<unknown> {
  if ((typeof from !== 'object' && typeof from !== 'function') || from === null || seen.has(from)) return seen
  seen.add(from)
  for (const key of Reflect.ownKeys(from)) reachable(Reflect.get(from, key), seen)
  return seen
}

describe('what a server gets to hold', () => {
  it('is wallet, face and settings, and nothing else', async () => {
    const { runtime } = await runtimeOf(recordingModule().module)
    expect(Object.keys(runtime).sort()).toEqual([
      'close',
      'config',
      'face',
      'startInBackground',
      'wallet',
      'walletFolder',
    ])
  })

  it('leads to no backend and to none of its spending calls', async () => {
    const { module, made } = recordingModule()
    const { runtime } = await runtimeOf(module)
    await runtime.wallet.getBalance()
    const held = reachable([runtime.wallet, runtime.face])
    expect(made).toHaveLength(1)
    for (const backend of made) expect(held.has(backend)).toBe(false)
    for (const operation of [...SPENDING, ...MANAGING]) {
      const [facet, method] = splitOperation(operation)
      const holder = facet === undefined ? runtime.wallet : Reflect.get(runtime.wallet.node, facet)
      expect(Reflect.get(holder ?? {}, method), operation).toBeUndefined()
    }
  })

  it('reaches a spending call only by paying, and once per payment', async () => {
    const { module, calls } = recordingModule()
    const { runtime } = await runtimeOf(module)
    const { wallet, face } = runtime
    const context = { signal: new AbortController().signal, onProgress: undefined }
    for (const { name } of face.tools) if (!name.startsWith('pay_')) await face.callTool(name, {}, context)
    const { invoice = '' } = await wallet.createInvoice({ amountMsat: satToMsat(1n), expirySeconds: 60 })
    await wallet.preview({ destination: invoice })
    expect(calls.filter((name) => (SPENDING as string[]).includes(name))).toEqual([])

    await wallet.pay({ destination: invoice, waitSeconds: 1 }).catch(() => undefined)
    await wallet.pay({ destination: invoice, waitSeconds: 1 }).catch(() => undefined)
    expect(calls.filter((name) => (SPENDING as string[]).includes(name)).length).toBeLessThanOrEqual(1)
  })
})

describe('the sources of tools and servers', () => {
  const files = ['packages/mcp/src', 'apps/stdio/src', 'apps/http/src'].flatMap(sources)

  it('exist', () => {
    expect(files.length).toBeGreaterThan(30)
  })

  it.each(files)('%s makes no backend', (file) => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    expect(text).not.toMatch(/\b(createBackend|revealOptions|openBackend|create\w+Backend)\(/)
    expect(text).not.toMatch(/from '@lightning-mcp\/(backend-|layers)/)
  })
})
