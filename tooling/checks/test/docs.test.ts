import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readPolicy } from '@lightning-mcp/wallet'
import { describe, expect, test } from 'vitest'

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const folders = (parent: string) =>
  readdirSync(join(root, parent))
    .map((name) => `${parent}/${name}`)
    .filter((folder) => existsSync(join(root, folder, 'package.json')))

const published = ['packages', 'packages/backends', 'apps'].flatMap(folders)
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .map((path) => `docs/${path}`)
    .filter((path) => path.endsWith('.md')),
  ...published.map((folder) => `${folder}/README.md`),
].filter((page) => existsSync(join(root, page)))

describe('pages', () => {
  test('the root README is short', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(150)
  })

  test.each(published)('%s has a short README', (folder) => {
    expect(read(`${folder}/README.md`).split('\n').length).toBeLessThanOrEqual(61)
  })

  test.each(pages)('%s links to files that are there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] as string)
    const broken = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => !existsSync(join(root, dirname(page), link)))
    expect(broken).toEqual([])
  })

  test.each(pages)('%s names root scripts that are there', (page) => {
    const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts)
    const named = [...read(page).matchAll(/npm run (?:-s )?([a-z]+)/g)].map((match) => match[1] as string)
    expect(named.filter((name) => !scripts.includes(name))).toEqual([])
  })
})

/** Between what differs from case to case: a name, a moment, a version. */
const wordsOf = (message: string): string[] =>
  message
    .replace(/v?\d+\.\d+/g, '…')
    .split(/…|\('s API\)/)
    .map((part) => part.trim())
    .filter((part) => part.length > 8 && !part.includes('`'))

describe.each(['cln', 'eclair', 'lnd'])('what docs/backends/%s.md explains', (backend) => {
  const sources = [`packages/backends/${backend}/src`, 'packages/wallet/src', 'packages/runtime/src']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true }).map((path) => `${folder}/${path}`),
    )
    .filter((path) => path.endsWith('.ts'))
    .map(read)
    .join('\n')
    .replace(/\\'|’/g, "'")
  const [, table = ''] = read(`docs/backends/${backend}.md`).split('## What the messages mean')
  const messages = [...table.matchAll(/^\| (?!message|---)(.*?) \|/gm)].flatMap(([, cell = '']) =>
    cell.split('; '),
  )

  test('is what the program says', () => {
    expect(messages.length).toBeGreaterThan(15)
    const unknown = messages.filter((message) => wordsOf(message).some((words) => !sources.includes(words)))
    expect(unknown).toEqual([])
  })
})

describe('code in pages', () => {
  test.each(pages.filter((page) => page.startsWith('docs/')))('%s shows the code that runs', (page) => {
    for (const [, file, code] of read(page).matchAll(/<!-- (\S+) -->\n```ts\n([\s\S]*?)```/g))
      expect(code).toBe(read(file as string))
  })

  test.each(published.map((folder) => `${folder}/README.md`))('%s shows a part of what runs', (page) => {
    for (const [, file, code] of read(page).matchAll(/<!-- (\S+) -->\n```ts\n([\s\S]*?)```/g))
      expect(read(file as string)).toContain(code)
  })

  test.each(['packages/backends/cln', 'packages/backends/eclair', 'packages/wallet'])(
    'the README of %s shows a program that runs',
    (folder) => {
      expect(read(`${folder}/README.md`)).toMatch(/<!-- examples\/\S+\.ts -->\n```ts\n/)
    },
  )

  test('every decision is in the index', () => {
    const index = read('docs/decisions/README.md')
    const decisions = readdirSync(join(root, 'docs/decisions')).filter((name) => /^\d{4}-/.test(name))
    expect(decisions.length).toBeGreaterThan(20)
    for (const name of decisions) {
      const [, number, title] = /^# (\d{4}) · (.+)$/m.exec(read(`docs/decisions/${name}`)) ?? []
      expect(index).toContain(`- [${number}](${name}) ${title}\n`)
    }
  })

  test.each(['README.md', 'docs/safety.md'])('%s shows a policy that is valid', async (page) => {
    const [policy, ...more] = [...read(page).matchAll(/```json\n(\{\s+"version"[\s\S]*?)```/g)]
    expect(more).toEqual([])
    const { warnings } = await readPolicy(policy?.[1] ?? '', Date.now())
    expect(warnings).toEqual([])
  })

  test('the policy of the README has ten lines', () => {
    const [, policy = ''] = /```json\n(\{\s+"version"[\s\S]*?)\n```/.exec(read('README.md')) ?? []
    expect(policy.split('\n')).toHaveLength(10)
  })

  test('the smallest backend stays small', () => {
    expect(read('docs/adding-a-backend.md')).toContain('<!-- examples/own-backend/memory-backend.ts -->')
    expect(read('examples/own-backend/memory-backend.ts').split('\n').length).toBeLessThanOrEqual(46)
  })
})

describe('the README', () => {
  test('every package folder is on its map', () => {
    const map = read('README.md')
    const missing = folders('packages').filter((folder) => !map.includes(`\`${folder}\``))
    expect(missing).toEqual([])
  })

  test('it names the tools that there are', () => {
    const tools = readdirSync(join(root, 'packages/mcp/src/tools'))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => name.replace('.ts', '').replaceAll('-', '_'))
    const section = read('README.md').split('## What an agent gets')[1]?.split('\n## ')[0] ?? ''
    const named = [...section.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map((match) => match[1] as string)
    expect(named.length).toBeGreaterThan(15)
    expect(named.filter((name) => !tools.includes(name))).toEqual([])
  })
})

describe('manifests', () => {
  test.each(published)('%s is complete for npm', (folder) => {
    const manifest = JSON.parse(read(`${folder}/package.json`)) as Record<string, unknown>
    expect(manifest).toMatchObject({
      license: 'MIT',
      type: 'module',
      engines: { node: '>=22.13' },
      repository: { directory: relative(root, join(root, folder)) },
    })
    expect(manifest.description).toBeTruthy()
  })
})
