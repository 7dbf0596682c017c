import { Secret } from '@lightning-mcp/core'
import * as z from 'zod'
import type { Source } from './config-error.ts'
import {
  booleanValue,
  connectionStringValue,
  countValue,
  listValue,
  percentValue,
  portValue,
  satsValue,
  textValue,
} from './setting-values.ts'

export type App = 'stdio' | 'http'

/** What help, environment and checks need to know of a setting beside its type. */
export interface SettingMeta {
  description: string
  /** What stands for the value in help. */
  placeholder?: string
  /** Default as help shows it. */
  default?: string
  /** Only this app has it; the other one ignores it in a shared file or environment. */
  app?: App
  /** Where it may come from; default: all three. */
  from?: readonly Exclude<Source, 'default'>[]
  secret?: boolean
}

const meta = z.registry<SettingMeta>()

const http = { app: 'http' } as const

/** What the wallet holds to where nobody set a limit. */
const LIMIT_DEFAULTS = {
  maxPaymentSats: 10_000,
  maxPerDaySats: 50_000,
  maxFeeSats: 10,
  maxFeePercent: 1,
} as const

/**
 * The one schema: configuration file, environment, flags, help and `--print-config` are made from it.
 * A key `maxPaymentSats` is `--max-payment-sats` as a flag and `LIGHTNING_MCP_MAX_PAYMENT_SATS` in the
 * environment.
 */
export const settingsSchema = z.strictObject({
  backend: textValue.default('simulator').register(meta, {
    description: 'The node or wallet service: a built-in name, an npm package, or a path to a module',
    placeholder: 'NAME',
    default: 'simulator (no real money)',
  }),
  options: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]), {
      error: 'must be an object of options',
    })
    .default({})
    .register(meta, {
      description: 'Options of the backend; secret ones here or in the environment',
      from: ['file'],
    }),
  config: textValue.optional().register(meta, {
    description: 'Configuration file (JSON)',
    placeholder: 'FILE',
    from: ['environment', 'flag'],
  }),
  dataDir: textValue.optional().register(meta, {
    description: 'Everything the server keeps lies here',
    placeholder: 'FOLDER',
    default: "the platform's state folder, one per node; the simulator keeps nothing",
  }),
  ownerDir: textValue.optional().register(meta, {
    description: "The owner's key lies here, outside the data folder",
    placeholder: 'FOLDER',
    default: "owner in the platform's configuration folder",
  }),
  database: connectionStringValue
    .transform((text) => new Secret(text))
    .optional()
    .register(meta, {
      description: 'PostgreSQL for the records of payments, for any number of replicas: postgres://…',
      default: 'one SQLite file in the data folder',
      secret: true,
      // a flag would show its password to every user of the machine
      from: ['environment', 'file'],
    }),
  account: textValue
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
      error: 'must be 1 to 64 letters, digits and the characters - _ . and begin with a letter or digit',
    })
    .default('default')
    .register(meta, {
      description: 'Whose wallet this is: an account that the owner made',
      placeholder: 'NAME',
      default: 'default',
    }),
  toolsets: listValue.optional().register(meta, {
    description:
      'Groups of tools to offer: wallet, payments, channels, onchain, network, watchtower, simulator, or all',
    placeholder: 'NAMES',
    default: 'wallet, and simulator with the simulator',
  }),
  tools: listValue.optional().register(meta, {
    description: 'Single tools to offer: beside the toolsets if those are named, else only these',
    placeholder: 'NAMES',
  }),
  excludeTools: listValue.optional().register(meta, {
    description: 'Tools never to offer',
    placeholder: 'NAMES',
  }),
  readOnly: booleanValue.default(false).register(meta, {
    description: 'Offer only tools that change nothing; wins over all others',
    default: 'false',
  }),
  maxPaymentSats: satsValue.prefault(LIMIT_DEFAULTS.maxPaymentSats).register(meta, {
    description:
      'Largest single payment, in sats; like all limits it can lower a signed policy, not raise it',
    placeholder: 'SATS',
    default: '10000',
  }),
  maxPerHourSats: satsValue.optional().register(meta, {
    description: 'Most that may be spent in any hour, fees included',
    placeholder: 'SATS',
  }),
  maxPerDaySats: satsValue.prefault(LIMIT_DEFAULTS.maxPerDaySats).register(meta, {
    description: 'Most that may be spent in any 24 hours, fees included',
    placeholder: 'SATS',
    default: '50000',
  }),
  maxPer30DaysSats: satsValue.optional().register(meta, {
    description: 'Most that may be spent in any 30 days, fees included',
    placeholder: 'SATS',
  }),
  maxLifetimeSats: satsValue.optional().register(meta, {
    description: 'Most that may be spent in all, fees included',
    placeholder: 'SATS',
  }),
  maxIntoChannelSats: satsValue.optional().register(meta, {
    description: 'Most own money that may be moved into one channel, which is not spending',
    placeholder: 'SATS',
    default: 'none is moved; beside a signed policy what that says, or less',
  }),
  maxIntoChannelsPerDaySats: satsValue.optional().register(meta, {
    description: 'Most own money that may be moved into channels in any 24 hours',
    placeholder: 'SATS',
  }),
  maxPaymentsPerMinute: countValue.optional().register(meta, {
    description: 'Most payments that may be begun in any minute',
    placeholder: 'COUNT',
  }),
  maxFeeSats: satsValue.prefault(LIMIT_DEFAULTS.maxFeeSats).register(meta, {
    description: 'Largest fee of a payment, in sats: the larger of this …',
    placeholder: 'SATS',
    default: '10',
  }),
  maxFeePercent: percentValue.prefault(LIMIT_DEFAULTS.maxFeePercent).register(meta, {
    description: '… and this share of the amount',
    placeholder: 'PERCENT',
    default: '1',
  }),
  allowUncappedFees: booleanValue.default(false).register(meta, {
    description: 'Spend through a backend that cannot limit its fees; an overrun is booked and alarmed',
    default: 'false',
  }),
  webhookSecret: textValue
    .min(16, { error: 'must have at least 16 characters' })
    .transform((text) => new Secret(text))
    .optional()
    .register(meta, {
      description: 'Signs what is posted to the approval webhook that the policy names',
      secret: true,
      from: ['environment', 'file'],
    }),
  logLevel: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'], {
      error: 'must be one of silent, error, warn, info, debug',
    })
    .default('info')
    .register(meta, {
      description: 'How much to say on stderr: silent, error, warn, info, debug',
      placeholder: 'LEVEL',
      default: 'info',
    }),
  host: textValue.default('127.0.0.1').register(meta, {
    ...http,
    description: 'Address to listen on; a public one needs a token',
    placeholder: 'ADDRESS',
    default: '127.0.0.1',
  }),
  port: portValue.prefault(8000).register(meta, {
    ...http,
    description: 'Port to listen on; 0: any free one',
    placeholder: 'PORT',
    default: '8000',
  }),
  allowedHosts: listValue.optional().register(meta, {
    ...http,
    description: 'Host names that requests may be addressed to, beside the own address',
    placeholder: 'NAMES',
  }),
  allowedOrigins: listValue.optional().register(meta, {
    ...http,
    description: 'Web origins that may call from a browser',
    placeholder: 'ORIGINS',
  }),
  behindProxy: booleanValue.default(false).register(meta, {
    ...http,
    description: 'A reverse proxy in front terminates TLS: trust its X-Forwarded-* headers',
    default: 'false',
  }),
  tokenFile: textValue.optional().register(meta, {
    ...http,
    description: 'File that holds the hash of the bearer token; made at the first start',
    placeholder: 'FILE',
    default: 'http-token in the data folder',
  }),
  token: textValue
    .min(16, { error: 'must have at least 16 characters' })
    // RFC 6750, what a client can send after "Bearer"
    .regex(/^[A-Za-z0-9\-._~+/]{1,512}=*$/, {
      error: 'must be at most 512 letters, digits and the characters - . _ ~ + /',
    })
    .transform((text) => new Secret(text))
    .optional()
    .register(meta, {
      ...http,
      description: 'The bearer token itself; only its hash is kept in memory',
      secret: true,
      from: ['environment'],
    }),
})

export type SettingName = keyof typeof settingsSchema.shape
export type Settings = z.output<typeof settingsSchema>

export const SETTING_NAMES = Object.keys(settingsSchema.shape) as readonly SettingName[]

/** What is known of a setting beside its type. */
export const settingMeta = (name: SettingName): SettingMeta => {
  const found = meta.get(settingsSchema.shape[name])
  if (found === undefined) throw new TypeError(`setting ${name} has no description`)
  return found
}

export const isFrom = (name: SettingName, source: Exclude<Source, 'default'>): boolean =>
  settingMeta(name).from?.includes(source) ?? true

export const isOf = (name: SettingName, app: App): boolean => (settingMeta(name).app ?? app) === app

const words = (name: string): string[] => name.split(/(?=[A-Z])|(?<=[a-z])(?=\d)/)

/** `maxPaymentSats` → `max-payment-sats`. */
export const flagName = (name: SettingName): string => words(name).join('-').toLowerCase()

/** `maxPaymentSats` → `LIGHTNING_MCP_MAX_PAYMENT_SATS`. */
export const environmentName = (name: SettingName): string =>
  `LIGHTNING_MCP_${words(name).join('_').toUpperCase()}`

/** Whether it is switched on by its bare flag. */
export const isSwitch = (name: SettingName): boolean => settingMeta(name).default === 'false'
