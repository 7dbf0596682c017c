import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))

const libraries = ['packages', 'packages/backends']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
  .filter((folder) => existsSync(join(folder, 'package.json')))
  .map((folder) => ({
    folder,
    name: (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string }).name,
  }))

describe('public surface', () => {
  test.each(libraries)('$name exports what it did', async ({ folder }) => {
    const exported = (await import(pathToFileURL(join(folder, 'src', 'index.ts')).href)) as object
    expect(Object.keys(exported).sort()).toMatchSnapshot()
  })

  test.each(libraries)('$name lists its exports by name', ({ folder }) => {
    expect(readFileSync(join(folder, 'src', 'index.ts'), 'utf8')).not.toMatch(/export \*/)
  })
})
