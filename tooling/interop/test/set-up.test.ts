import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BUILT_IN_BACKENDS, backendHelp, loadBackendModule, parseArguments } from '@lightning-mcp/config'
import type { BackendOption } from '@lightning-mcp/core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { collectSettings } from '../../../apps/stdio/src/cli/collect-settings.ts'
import { examine } from '../../../apps/stdio/src/cli/doctor.ts'
import type { Finding } from '../../../apps/stdio/src/cli/doctor-findings.ts'
import { init } from '../../../apps/stdio/src/cli/init.ts'
import { type Lab, openLab, rightSettings } from '../node-faults/lab.ts'
import { sitAtTerminal } from '../set-up/terminal.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab.close())

function expectNoSecret(...said: unknown[]): void {
  const text = JSON.stringify(said)
  for (const secret of lab.secrets()) expect(text.includes(secret), 'a credential was told').toBe(false)
}

describe('init asks for what a node needs', () => {
  const UP = '\u001b[A'
  const cases: readonly {
    name: string
    answers: (lab: Lab) => Promise<Record<string, string>>
    asked: readonly string[]
    options: (lab: Lab) => Record<string, unknown>
  }[] = [
    {
      name: 'Core Lightning by its socket',
      answers: async ({ cln }) => ({ Backend: 'cln', socket: cln.socketPath }),
      asked: ['Backend', 'socket', 'Largest'],
      options: ({ cln }) => ({ socket: cln.socketPath }),
    },
    {
      name: 'Core Lightning by clnrest, the rune typed',
      answers: async ({ cln }) => ({
        Backend: 'cln',
        url: cln.rest.url,
        rune: cln.rest.rune,
        caFile: UP + (await lab.file('ca.pem', cln.rest.ca)),
      }),
      asked: ['Backend', 'socket', 'url', 'runeFile', 'rune', 'caFile', 'Largest'],
      options: ({ cln, folder }) => ({
        url: cln.rest.url,
        rune: cln.rest.rune,
        caFile: join(folder, 'ca.pem'),
      }),
    },
    {
      name: 'Core Lightning by clnrest, the rune in a file',
      answers: async ({ cln }) => ({
        Backend: 'cln',
        url: cln.rest.url,
        runeFile: await lab.file('agent.rune', cln.rest.rune),
        caFile: await lab.file('ca.pem', cln.rest.ca),
      }),
      asked: ['Backend', 'socket', 'url', 'runeFile', 'caFile', 'Largest'],
      options: ({ cln, folder }) => ({
        url: cln.rest.url,
        runeFile: join(folder, 'agent.rune'),
        caFile: join(folder, 'ca.pem'),
      }),
    },
    {
      name: 'Eclair, the password typed',
      answers: async ({ eclair }) => ({
        Backend: 'eclair',
        url: eclair.url,
        password: eclair.password,
        ca: UP,
      }),
      asked: ['Backend', 'url', 'passwordFile', 'password', 'caFile', 'ca', 'allowPlainHttp', 'Largest'],
      options: ({ eclair }) => ({ url: eclair.url, password: eclair.password }),
    },
    {
      name: 'Eclair, the password in a file beside',
      answers: async ({ eclair }) => {
        await lab.file('eclair.password', eclair.password)
        return { Backend: 'eclair', url: eclair.url, passwordFile: './eclair.password' }
      },
      asked: ['Backend', 'url', 'passwordFile', 'caFile', 'ca', 'allowPlainHttp', 'Largest'],
      options: ({ eclair, folder }) => ({ url: eclair.url, passwordFile: join(folder, 'eclair.password') }),
    },
  ]
  test.each(cases)('$name', async ({ answers, asked, options }) => {
    const terminal = sitAtTerminal(await answers(lab))
    const given = { argv: [], env: {}, cwd: lab.folder }
    const content = await collectSettings({
      ...given,
      args: parseArguments({ argv: [], app: 'stdio' }),
      questions: terminal.questions,
    })
    terminal.questions.close()
    expect(terminal.asked()).toEqual(asked)
    expect(content.options).toEqual(options(lab))
    expectNoSecret(terminal.screen())
  })
})

/** What a program wrote, in this process. */
async function written(run: () => Promise<unknown>): Promise<string> {
  let text = ''
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      text += String(chunk)
      return true
    }),
  )
  try {
    await run()
    return text
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

describe('init without questions', () => {
  test.each([0, 1, 2])(
    'writes from the environment a file with which doctor connects (%i)',
    async (index) => {
      const { way, settings, env } = rightSettings(lab)[index]!
      const path = join(lab.folder, `${index}.json`)
      const text = await written(async () => {
        const argv = ['--yes', ...settings, '--config', path]
        expect(await init({ argv, env, cwd: lab.folder }), way).toBe(0)
      })
      expect(text).toContain('Check it with:')
      expect(text).not.toContain('note:')
      expectNoSecret(text)
      expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ backend: settings[1] })
      const found = await examine({ argv: ['--config', path], env: { HOME: lab.folder }, cwd: '/' })
      expect(found.find(({ check }) => check === 'connection')).toMatchObject({ verdict: 'ok' })
      expectNoSecret(found)
    },
  )

  test('refuses options that do not fit together, and leaves nothing behind', async () => {
    const path = join(lab.folder, 'misfit.json')
    const argv = ['--yes', '--backend', 'cln', '--config', path]
    const env = { CLN_REST_URL: lab.cln.rest.url }
    await expect(init({ argv, env, cwd: lab.folder })).rejects.toThrow(
      /^backend cln: clnrest needs a rune.*createrune/,
    )
    expect(() => readFileSync(path)).toThrow()
  })

  test.each([
    {
      backend: 'cln',
      env: { CLN_REST_URL: 'https://localhost:3010', CLN_RUNE_FILE: 'none' },
      says: /rune cannot be read/,
    },
    { backend: 'eclair', env: { ECLAIR_PASSWORD_FILE: 'none' }, says: /password cannot be read/ },
  ])(
    'says of a credential that is not there that it is not there: $backend',
    async ({ backend, env, says }) => {
      const path = join(lab.folder, `${backend}-note.json`)
      const argv = ['--yes', '--backend', backend, '--config', path]
      expect(await written(() => init({ argv, env, cwd: lab.folder }))).toMatch(says)
    },
  )
})

describe('doctor', () => {
  const DEAD = 'https://127.0.0.1:9'
  const examined = async (env: Readonly<Record<string, string>>, backend: string): Promise<Finding[]> => {
    const found = await examine({
      argv: ['--backend', backend],
      env: { HOME: join(lab.folder, `doctor-${backend}-${Object.keys(env).length}`), ...env },
      cwd: lab.folder,
    })
    expectNoSecret(found)
    return found
  }
  const told = (found: readonly Finding[], check: string): string[] =>
    found
      .filter((one) => one.check === check)
      .map(({ verdict, message, fix = '' }) => `${verdict}: ${message} → ${fix}`)

  test.each([
    { index: 0, version: /cln v26\.06\.6 on regtest/, weaker: /rune/ },
    { index: 1, version: /cln v26\.06\.6 on regtest/, weaker: /rune/ },
    { index: 2, version: /eclair 0\.14\.\S+ on regtest/, weaker: /one password, which may do everything/ },
  ])('tells who the node is and how mighty the credential ($index)', async ({ index, version, weaker }) => {
    const { settings, env } = rightSettings(lab)[index]!
    const found = await examined(env, settings[1]!)
    expect(told(found, 'connection')).toEqual([expect.stringMatching(version)])
    expect(told(found, 'permissions')).toEqual([
      expect.stringMatching(/^warn: the credential may do everything/),
    ])
    expect(told(found, 'permissions')[0]).toMatch(weaker)
    expect(told(found, 'sync')).toHaveLength(1)
    expect(told(found, 'liquidity')).toEqual([
      expect.stringMatching(/^ok: .* can be paid/),
      expect.stringMatching(/^ok: .* can be received/),
    ])
    expect(told(found, 'owner')[0]).toMatch(/owner init/)
  })

  const withRune = (url: string, restrictions: Parameters<Lab['cln']['createRune']>[0]) => ({
    CLN_REST_URL: url,
    CLN_CA: lab.cln.rest.ca,
    CLN_RUNE: lab.cln.createRune(restrictions),
  })

  test('tells what a weak rune may not', async () => {
    const found = await examined(withRune(lab.cln.rest.url, 'readonly'), 'cln')
    expect(told(found, 'permissions')).toEqual([
      expect.stringMatching(/may not receive: no invoices can be made/),
      expect.stringMatching(/may not send: nothing can be paid/),
    ])
  })

  test('reads the rune although the node does not answer', async () => {
    const found = await examined(withRune(DEAD, 'readonly'), 'cln')
    expect(told(found, 'wallet')).toEqual([
      expect.stringMatching(/^fail: .*\(unavailable\) → .*CLN_REST_URL/),
    ])
    expect(told(found, 'permissions')).toEqual([
      expect.stringMatching(/may not receive/),
      expect.stringMatching(/may not send/),
    ])
  })

  test('says of an Eclair with another password which setting to look at', async () => {
    const found = await examined(
      { ECLAIR_URL: lab.eclair.url, ECLAIR_PASSWORD: lab.oldEclair.password },
      'eclair',
    )
    expect(told(found, 'wallet')).toEqual([
      expect.stringMatching(/^fail: .*\(unauthenticated\) → .*ECLAIR_PASSWORD_FILE/),
    ])
  })
})

describe('help', () => {
  test.each(BUILT_IN_BACKENDS)('names each option of %s with its variables', async (name) => {
    const module = await loadBackendModule(name, { cwd: lab.folder })
    const text = backendHelp(module)
    for (const [option, spec] of Object.entries<BackendOption>(module.options)) {
      expect(text).toMatch(new RegExp(`^  ${option}$`, 'm'))
      for (const variable of spec.environment ?? []) expect(text).toContain(variable)
      for (const excluded of spec.excludes ?? []) expect(Object.keys(module.options)).toContain(excluded)
    }
  })
})
