/**
 * `npm run check`: every rule of the repository that a machine can judge, in the order in which a
 * failure is cheapest to find. `--only NAME` runs one step.
 */
import { spawn } from 'node:child_process'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const bin = (name: string) => join(root, 'node_modules', '.bin', name)

interface Step {
  name: string
  what: string
  command: readonly string[]
}

const steps: readonly Step[] = [
  { name: 'biome', what: 'format and lint', command: [bin('biome'), 'check', '--error-on-warnings', '.'] },
  { name: 'types', what: 'TypeScript, strict', command: [bin('tsc'), '-p', 'tsconfig.json'] },
  {
    name: 'imports',
    what: 'who may import whom',
    command: [
      bin('depcruise'),
      '--config',
      'tooling/checks/dependency-rules.cjs',
      'packages',
      'apps',
      '--include-only',
      '^(packages|apps)/.*(src|test)/',
    ],
  },
  { name: 'unused', what: 'files, exports and dependencies that nobody uses', command: [bin('knip')] },
  {
    name: 'build',
    what: 'bundles and declarations',
    command: [bin('turbo'), 'run', 'build', '--output-logs=errors-only', `--concurrency=${cpus().length}`],
  },
  {
    name: 'packages',
    what: 'publint and attw on the packed tarballs',
    command: [process.execPath, join(root, 'tooling', 'checks', 'packages.ts')],
  },
  {
    name: 'lowest-node',
    what: 'the bundle on the lowest Node that is supported',
    // the nodes that it is pointed at are sources of the workspace
    command: [
      process.execPath,
      '--conditions=development',
      join(root, 'tooling', 'checks', 'lowest-node.ts'),
    ],
  },
  {
    name: 'snapshots',
    what: 'exports and tool schemas',
    command: [bin('vitest'), 'run', 'exports.test.ts', 'tool-schemas', 'dependency-rules', '--reporter=dot'],
  },
]

const run = (step: Step): Promise<boolean> =>
  new Promise((resolve) => {
    const [command, ...args] = step.command as [string, ...string[]]
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' })
    child.on('error', (error) => {
      process.stdout.write(`${error.message}\n`)
      resolve(false)
    })
    child.on('exit', (code) => resolve(code === 0))
  })

const onlyIndex = process.argv.indexOf('--only')
const only = onlyIndex === -1 ? undefined : process.argv[onlyIndex + 1]
const chosen = steps.filter((step) => only === undefined || step.name === only)
if (chosen.length === 0) {
  process.stderr.write(`no step ${only}; there are: ${steps.map((step) => step.name).join(', ')}\n`)
  process.exit(2)
}

if (process.argv.includes('--help')) {
  const list = steps.map(({ name, what }) => `  ${name.padEnd(12)} ${what}`)
  process.stdout.write(`npm run check [-- --only NAME]\n\n${list.join('\n')}\n`)
  process.exit(0)
}

const failed: string[] = []
for (const step of chosen) {
  process.stdout.write(`\n== ${step.name}: ${step.what}\n`)
  const started = performance.now()
  const passed = await run(step)
  if (!passed) failed.push(step.name)
  process.stdout.write(
    `== ${step.name}: ${passed ? 'ok' : 'FAILED'} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`,
  )
}
process.stdout.write(
  failed.length === 0 ? `\nall ${chosen.length} checks passed\n` : `\nfailed: ${failed.join(', ')}\n`,
)
process.exit(failed.length === 0 ? 0 : 1)
