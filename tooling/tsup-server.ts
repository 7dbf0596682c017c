import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Options } from 'tsup'

const backends = fileURLToPath(new URL('../packages/backends', import.meta.url))

/**
 * A backend that is loaded by name is asked for nothing but its module: taking that one file as the
 * package keeps the rest out of the way of a server's start.
 */
const backendModulesOnly: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'backend-modules-only',
  setup(build) {
    build.onResolve({ filter: /^@lightning-mcp\/backend-\w+$/ }, ({ path, kind }) => {
      const file = join(backends, path.slice('@lightning-mcp/backend-'.length), 'src', 'backend-module.ts')
      return kind === 'dynamic-import' && existsSync(file) ? { path: file } : undefined
    })
  },
}

/**
 * The build that both servers share: one bundle of the workspace's sources and their dependencies,
 * split where something is imported dynamically, so that a start loads what it needs and no more.
 */
export const server = (options: Options = {}) =>
  defineConfig({
    entry: ['src/index.ts', 'src/main.ts'],
    format: 'esm',
    platform: 'node',
    target: 'node22.13',
    splitting: true,
    // `node:sqlite` has no other name
    removeNodeProtocol: false,
    dts: { entry: 'src/index.ts' },
    clean: true,
    // what is named here is no match: `lightning` reads its protocol files from its own folder,
    // `invoices` its WebAssembly, and the codec asks for @noble/curves by name
    noExternal: [/^(?!lightning$|invoices$|@grpc\/|@noble\/)/],
    esbuildPlugins: [backendModulesOnly],
    esbuildOptions(esbuild) {
      esbuild.conditions = ['development']
    },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    ...options,
  })
