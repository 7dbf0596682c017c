import { dirname, resolve } from 'node:path'
import type { BackendModule, Secret } from '@lightning-mcp/core'
import type { WalletLimits } from '@lightning-mcp/wallet'
import { parseArguments } from './arguments.ts'
import { type BackendOptions, readBackendOptions } from './backend-options.ts'
import { BUILT_IN_BACKENDS, hintedBackend, loadBackendModule } from './backend-registry.ts'
import { ConfigError, type ConfigProblem, type Source } from './config-error.ts'
import { type ConfigFile, readConfigFile } from './config-file.ts'
import { type Environment, readEnvironment } from './environment.ts'
import {
  type App,
  environmentName,
  flagName,
  SETTING_NAMES,
  type SettingName,
  type Settings,
  settingsSchema,
} from './settings.ts'
import { ownerFolder, stateFolder } from './state-folder.ts'

/** What a server runs with: every value checked, and where it came from. */
export interface Config {
  app: App
  backend: {
    /** As chosen: built-in name, npm package or path. */
    name: string
    module: BackendModule
    options: BackendOptions
  }
  /** `--data-dir`, absolute; absent: the wallet's place follows from {@link Config.stateDir}. */
  dataDir?: string
  /** The platform's folder for state, under which each node has its own. */
  stateDir: string
  /** Where the owner's key is looked for; absolute. */
  ownerDir: string
  /** Whose wallet it is. */
  account: string
  /** Where PostgreSQL keeps the wallet's records; absent: SQLite in the data folder. */
  database?: Secret
  /** Signs what is posted to the policy's approval webhook. */
  webhookSecret?: Secret
  tools: {
    toolsets?: readonly string[]
    tools?: readonly string[]
    excludeTools?: readonly string[]
    readOnly: boolean
  }
  /** Only what was set: what was not is left to the owner's policy and to the wallet's defaults. */
  limits: WalletLimits
  logLevel: Settings['logLevel']
  http: {
    host: string
    port: number
    allowedHosts: readonly string[]
    allowedOrigins: readonly string[]
    behindProxy: boolean
    tokenFile?: string
    /** Comes from the environment only. */
    token?: Secret
  }
  configFile?: string
  /** Every setting with its default, as it is shown. */
  settings: Settings
  /** Where each setting came from. */
  sources: Readonly<Record<SettingName, Source>>
  /** What a person should hear at the start. */
  warnings: readonly string[]
}

export interface LoadConfigRequest {
  /** Without node and script: `process.argv.slice(2)`. */
  argv: readonly string[]
  env: Environment
  cwd: string
  app: App
}

type Values = Partial<Record<SettingName, unknown>>

/**
 * File, then environment, then flags, each overriding the one before.
 * Throws {@link ConfigError} with everything that is wrong.
 */
export async function loadConfig({ argv, env, cwd, app }: LoadConfigRequest): Promise<Config> {
  const args = parseArguments({ argv, app })
  const environment = readEnvironment(env, { backends: BUILT_IN_BACKENDS })
  const path = args.flags.config ?? environment.values.config
  const configFile = path === undefined ? undefined : resolve(cwd, path)
  const file: ConfigFile =
    configFile === undefined
      ? { values: {}, problems: [], isOpenToOthers: false }
      : await readConfigFile(configFile)

  const merged = mergeSources({ file: file.values, environment: environment.values, flag: args.flags })
  const settings = parseSettings(merged, [...file.problems, ...environment.problems])

  /** A path in the file is taken from the file's folder: the server may be started anywhere. */
  const baseOf = (name: SettingName): string =>
    configFile !== undefined && merged.sources[name] === 'file' ? dirname(configFile) : cwd
  const module = await loadBackendModule(settings.backend, { cwd: baseOf('backend') }).catch(
    (error: unknown) => {
      throw error instanceof ConfigError ? error.causedBy(merged.sources.backend) : error
    },
  )
  const options = readBackendOptions(module, {
    // the file's options are those of the file's backend
    file: (file.values.backend ?? settings.backend) === settings.backend ? settings.options : {},
    env,
    flags: args.options,
  })
  const { dataDir, database, ownerDir, toolsets, tools, excludeTools, readOnly, tokenFile, token } = settings
  return {
    app,
    backend: { name: settings.backend, module, options },
    ...(dataDir === undefined ? {} : { dataDir: resolve(baseOf('dataDir'), dataDir) }),
    stateDir: stateFolder(env),
    ...(database === undefined ? {} : { database }),
    ...(settings.webhookSecret === undefined ? {} : { webhookSecret: settings.webhookSecret }),
    ownerDir: ownerDir === undefined ? ownerFolder(env) : resolve(baseOf('ownerDir'), ownerDir),
    account: settings.account,
    tools: {
      ...(toolsets === undefined ? {} : { toolsets }),
      ...(tools === undefined ? {} : { tools }),
      ...(excludeTools === undefined ? {} : { excludeTools }),
      readOnly,
    },
    limits: limitsThatWereSet(settings, merged.sources),
    settings,
    logLevel: settings.logLevel,
    http: {
      host: settings.host,
      port: settings.port,
      allowedHosts: settings.allowedHosts ?? [],
      allowedOrigins: settings.allowedOrigins ?? [],
      behindProxy: settings.behindProxy,
      ...(tokenFile === undefined ? {} : { tokenFile: resolve(baseOf('tokenFile'), tokenFile) }),
      ...(token === undefined ? {} : { token }),
    },
    ...(configFile === undefined ? {} : { configFile }),
    sources: merged.sources,
    warnings: [
      ...looseFileWarning(configFile, file, options, merged.sources),
      ...simulatorWarning(merged.sources.backend, settings.backend, env),
    ],
  }
}

/** A default is no limit that was set: beside a signed policy it would lower what the owner allows. */
function limitsThatWereSet(settings: Settings, sources: Config['sources']): WalletLimits {
  const set = (name: SettingName): boolean => sources[name] !== 'default'
  const limits: { [Name in keyof WalletLimits]: WalletLimits[Name] | undefined } = {
    maxPaymentMsat: set('maxPaymentSats') ? settings.maxPaymentSats : undefined,
    maxPerHourMsat: settings.maxPerHourSats,
    maxPerDayMsat: set('maxPerDaySats') ? settings.maxPerDaySats : undefined,
    maxPer30DaysMsat: settings.maxPer30DaysSats,
    maxLifetimeMsat: settings.maxLifetimeSats,
    maxIntoChannelMsat: settings.maxIntoChannelSats,
    maxIntoChannelsPerDayMsat: settings.maxIntoChannelsPerDaySats,
    maxPaymentsPerMinute: settings.maxPaymentsPerMinute,
    maxFee:
      set('maxFeeSats') || set('maxFeePercent')
        ? { partsPerMillion: settings.maxFeePercent, floorMsat: settings.maxFeeSats }
        : undefined,
    allowUncappedFees: set('allowUncappedFees') ? settings.allowUncappedFees : undefined,
  }
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}

/** The later source wins. The wallet takes what was set here beside a signed policy, which it can lower only. */
function mergeSources(given: Record<Exclude<Source, 'default'>, Values>) {
  const values: Values = {}
  const sources = {} as Record<SettingName, Source>
  for (const name of SETTING_NAMES) {
    const source = (['flag', 'environment', 'file'] as const).find(
      (candidate) => given[candidate][name] !== undefined,
    )
    sources[name] = source ?? 'default'
    if (source !== undefined) values[name] = given[source][name]
  }
  return { values, sources }
}

function parseSettings(
  { values, sources }: ReturnType<typeof mergeSources>,
  problems: ConfigProblem[],
): Settings {
  const parsed = settingsSchema.safeParse(values)
  if (parsed.success && problems.length === 0) return parsed.data
  const typeProblems = (parsed.error?.issues ?? []).map((issue): ConfigProblem => {
    const [name, ...rest] = issue.path as [SettingName, ...PropertyKey[]]
    const source = sources[name]
    const shown = {
      flag: `--${flagName(name)}`,
      environment: environmentName(name),
      file: name,
      default: name,
    }[source]
    return { source, name: [shown, ...rest.map(String)].join('.'), message: `${issue.message}.` }
  })
  throw new ConfigError([...problems, ...typeProblems])
}

function looseFileWarning(
  path: string | undefined,
  file: ConfigFile,
  options: BackendOptions,
  { database, webhookSecret }: Readonly<Record<SettingName, Source>>,
): string[] {
  const holdsSecret =
    database === 'file' ||
    webhookSecret === 'file' ||
    Object.entries(options.values).some(
      ([name, value]) => typeof value === 'object' && options.sources[name] === 'file',
    )
  return holdsSecret && file.isOpenToOthers
    ? [`${path} holds a secret and other users of this machine may read it. Run: chmod 600 ${path}`]
    : []
}

function simulatorWarning(source: Source, backend: string, env: Environment): string[] {
  if (source !== 'default') return []
  const hinted = hintedBackend(env)
  const told = `no backend was chosen, so this wallet is a simulation (${backend}): no real money is touched.`
  return [
    hinted === undefined
      ? told
      : `${told} The environment describes ${hinted}: start with --backend ${hinted} to use it.`,
  ]
}
