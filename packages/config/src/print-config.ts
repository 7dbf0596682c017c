import type { Config } from './load-config.ts'

/** The configuration as JSON, each value with its source; secrets say `[secret]`. */
export function printConfig(config: Config): string {
  const { sources, settings, backend, tools, http } = config
  const options = Object.fromEntries(
    Object.entries(backend.options.values).map(([name, value]) => [
      name,
      { value, from: backend.options.sources[name] },
    ]),
  )
  const shown = {
    backend: { value: backend.name, from: sources.backend },
    options,
    config: { value: config.configFile, from: sources.config },
    dataDir: { value: config.dataDir, from: sources.dataDir },
    ownerDir: { value: config.ownerDir, from: sources.ownerDir },
    database: { value: config.database, from: sources.database },
    account: { value: config.account, from: sources.account },
    toolsets: { value: tools.toolsets, from: sources.toolsets },
    tools: { value: tools.tools, from: sources.tools },
    excludeTools: { value: tools.excludeTools, from: sources.excludeTools },
    readOnly: { value: tools.readOnly, from: sources.readOnly },
    maxPaymentSats: { value: settings.maxPaymentSats / 1000n, from: sources.maxPaymentSats },
    maxPerHourSats: { value: sats(settings.maxPerHourSats), from: sources.maxPerHourSats },
    maxPerDaySats: { value: settings.maxPerDaySats / 1000n, from: sources.maxPerDaySats },
    maxPer30DaysSats: { value: sats(settings.maxPer30DaysSats), from: sources.maxPer30DaysSats },
    maxLifetimeSats: { value: sats(settings.maxLifetimeSats), from: sources.maxLifetimeSats },
    maxIntoChannelSats: { value: sats(settings.maxIntoChannelSats), from: sources.maxIntoChannelSats },
    maxIntoChannelsPerDaySats: {
      value: sats(settings.maxIntoChannelsPerDaySats),
      from: sources.maxIntoChannelsPerDaySats,
    },
    maxPaymentsPerMinute: { value: settings.maxPaymentsPerMinute, from: sources.maxPaymentsPerMinute },
    maxFeeSats: { value: settings.maxFeeSats / 1000n, from: sources.maxFeeSats },
    maxFeePercent: { value: settings.maxFeePercent / 10_000, from: sources.maxFeePercent },
    allowUncappedFees: { value: settings.allowUncappedFees, from: sources.allowUncappedFees },
    webhookSecret: { value: config.webhookSecret, from: sources.webhookSecret },
    logLevel: { value: config.logLevel, from: sources.logLevel },
    ...(config.app === 'http'
      ? {
          host: { value: http.host, from: sources.host },
          port: { value: http.port, from: sources.port },
          allowedHosts: { value: http.allowedHosts, from: sources.allowedHosts },
          allowedOrigins: { value: http.allowedOrigins, from: sources.allowedOrigins },
          behindProxy: { value: http.behindProxy, from: sources.behindProxy },
          tokenFile: { value: http.tokenFile, from: sources.tokenFile },
          token: { value: http.token, from: sources.token },
        }
      : {}),
    warnings: config.warnings,
  }
  const text = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value)
  return JSON.stringify(shown, text, 2)
}

const sats = (amountMsat: bigint | undefined): bigint | undefined =>
  amountMsat === undefined ? undefined : amountMsat / 1000n
