import { defineConfig, type Options } from 'tsup'

/** The build that every published package shares: ESM, declarations, the lowest supported Node. */
export const library = (options: Options = {}) =>
  defineConfig({
    entry: ['src/index.ts'],
    format: 'esm',
    target: 'node22.13',
    dts: true,
    clean: true,
    treeshake: true,
    // `node:sqlite` has no other name
    removeNodeProtocol: false,
    ...options,
  })
