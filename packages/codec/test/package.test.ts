import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as codec from '../src/index.ts'
import { buildInvoice, PUBLIC_KEY } from './build-invoice.ts'

const run = promisify(execFile)
const packageFolder = fileURLToPath(new URL('..', import.meta.url))

interface Bundler {
  build(options: object): Promise<{ metafile: { inputs: Record<string, unknown> } }>
}

/** Prints how many files of the heavy libraries were loaded by the import alone and afterwards, and the payee of an invoice. */
const program = (from: string) => `
  import { registerHooks } from 'node:module'
  const heavy = []
  registerHooks({
    load(url, context, next) {
      if (/tiny-secp256k1|noble.curves|invoices@/.test(url)) heavy.push(url)
      return next(url, context)
    },
  })
  const { decodeInvoice } = await import(${JSON.stringify(from)})
  const before = heavy.length
  const { payee } = decodeInvoice(process.argv[2])
  console.log(JSON.stringify({ before, after: heavy.length > 0, payee }))
`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(packageFolder, 'test', 'bundle-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function runs(file: string, ...options: string[]): Promise<unknown> {
  // pnpm starts vitest with a NODE_PATH that would find every package from anywhere
  const env = { ...process.env, NODE_PATH: '' }
  const { stdout } = await run(process.execPath, [...options, file, buildInvoice()], { env })
  return JSON.parse(stdout)
}

describe('the package', () => {
  test('exports exactly this', () => {
    expect(Object.keys(codec).sort()).toMatchInlineSnapshot(`
      [
        "assertPayable",
        "decodeBolt12Invoice",
        "decodeInvoice",
        "decodeInvoiceRequest",
        "decodeLnurl",
        "decodeOffer",
        "encodeBolt12Invoice",
        "encodeInvoice",
        "encodeInvoiceRequest",
        "encodeLnurl",
        "encodeOffer",
        "parseBip21",
        "parseBip353",
        "parseBitcoinAddress",
        "parseDestination",
        "parseLightningAddress",
        "parseNodeUri",
      ]
    `)
  })

  test('loads neither curve nor WebAssembly until the first invoice', async () => {
    const file = join(folder, 'source.ts')
    await writeFile(file, program(join(packageFolder, 'src', 'index.ts')))
    expect(await runs(file, '--conditions=development')).toEqual({
      before: 0,
      after: true,
      payee: PUBLIC_KEY,
    })
  })

  test('works bundled into one file where its two libraries are installed', async () => {
    const require = createRequire(import.meta.url)
    const { build } = createRequire(require.resolve('tsup'))('esbuild') as Bundler
    const entry = join(folder, 'entry.ts')
    await writeFile(entry, program(join(packageFolder, 'src', 'index.ts')))
    const outfile = join(folder, 'bundle.mjs')
    const { metafile } = await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['development'],
      absWorkingDir: dirname(entry),
      metafile: true,
    })
    expect(Object.keys(metafile.inputs).filter((file) => /tiny-secp|invoices@/.test(file))).toEqual([])
    expect(await runs(outfile)).toEqual({ before: 0, after: true, payee: PUBLIC_KEY })

    const elsewhere = join(await mkdtemp(join(tmpdir(), 'codec-')), 'bundle.mjs')
    await copyFile(outfile, elsewhere)
    const failure = await runs(elsewhere).catch((error: { stderr: string }) => error.stderr)
    await rm(dirname(elsewhere), { recursive: true })
    expect(failure).toContain('The library invoices cannot be loaded')
  })
})
