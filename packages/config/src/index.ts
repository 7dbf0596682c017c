export {
  type Action,
  type Arguments,
  type OwnOption,
  parseArguments,
  type SplitOptions,
  splitCommand,
  splitOptions,
} from './arguments.ts'
export { type BackendOptions, type OptionValue, revealOptions, secretFlag } from './backend-options.ts'
export { BUILT_IN_BACKENDS, loadBackendModule } from './backend-registry.ts'
export { ConfigError, type ConfigProblem, type Source } from './config-error.ts'
export type { Environment } from './environment.ts'
export { backendHelp, backendsHelp, settingsHelp } from './help.ts'
export { type Config, type LoadConfigRequest, loadConfig } from './load-config.ts'
export { printConfig } from './print-config.ts'
export type { App } from './settings.ts'
export { configFolder, ownerFolder, stateFolder } from './state-folder.ts'
