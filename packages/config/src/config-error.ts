/** Where a setting came from; later ones override earlier ones. */
export type Source = 'default' | 'file' | 'environment' | 'flag'

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  source: Source | 'backend'
  /** The setting as the person wrote it: `--max-payment-sats`, `LND_SOCKET`, `maxPaymentSats`. */
  name: string
  message: string
  hint?: string
}

const line = ({ name, message, hint }: ConfigProblem): string =>
  `${name}: ${message}${hint === undefined ? '' : ` ${hint}`}`

/** Everything that is wrong with the configuration, at once. Holds no secret value. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(line).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }

  /** The same problems, laid to the source that caused them. */
  causedBy(source: Source): ConfigError {
    return new ConfigError(this.problems.map((problem) => ({ ...problem, source })))
  }

  /** True where the command line itself is wrong: whoever typed it reads the answer in the terminal. */
  get isUsage(): boolean {
    return this.problems.some((problem) => problem.source === 'flag')
  }
}
