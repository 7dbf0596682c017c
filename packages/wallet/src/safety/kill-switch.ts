import type { LightningError } from '@lightning-mcp/core'
import { type Clock, pause as sleep } from '../clock.ts'
import type { StoreReader, WalletStore } from '../store/wallet-store.ts'
import { type SpendingGate, spendingPaused } from './gates.ts'
import { isThere } from './kill-file.ts'
import { PAUSE_META, type PauseRecord, type PauseWay, readPauseState, writePause } from './pause-record.ts'

const FIRST_DELAY_MS = 50
const LONGEST_DELAY_MS = 5_000
const ASK_OWNER = 'Ask the owner. Resuming takes: lightning-mcp owner resume'

export interface KillSwitchOptions {
  store: WalletStore
  clock: Clock
  owner: { readonly publicKey?: string | undefined }
  /** Its existence stops spending; looked for with each payment. */
  killFile?: string | undefined
  warn: (message: string) => void
}

/**
 * One process's hold on the pause that all processes on a store share. What pauses here holds at once
 * and is then made durable; what another process recorded holds with the next call.
 */
export class KillSwitch {
  readonly #options: KillSwitchOptions
  /** Pauses that this process could not record yet. */
  readonly #unrecorded = new Map<PauseWay, { reason: string; sinceMs: number }>()
  readonly #stop = new AbortController()
  #recording: Promise<void> | undefined
  #asking: Promise<LightningError | undefined> | undefined

  constructor(options: KillSwitchOptions) {
    this.#options = options
  }

  /** First of all gates. */
  readonly gate: SpendingGate = {
    name: 'pause',
    meta: PAUSE_META,
    check: (_, { meta }) => {
      const refused = this.#refusal(meta)
      if (refused !== undefined) throw refused
      return undefined
    },
  }

  /** Stops spending at once, in this process; resolves once it holds for all of them and survives a restart. */
  async pause(way: PauseWay, reason: string): Promise<void> {
    const { clock, warn } = this.#options
    if (!this.#unrecorded.has(way)) warn(`spending is paused: ${reason}`)
    this.#unrecorded.set(way, { reason, sinceMs: clock.now() })
    this.#recording ??= this.#record().finally(() => {
      this.#recording = undefined
    })
    await this.#recording
  }

  /** Since when and why, for whoever only wants to know. Records a kill file that it sees. */
  async state(reader: StoreReader): Promise<{ refusal: LightningError; sinceMs?: number } | undefined> {
    const meta = await reader.getMetas(PAUSE_META)
    const refusal = this.#refusal(meta)
    if (refusal === undefined) return undefined
    const known = readPauseState(meta, this.#options.owner.publicKey)
    const sinceMs = known.paused ? known.pause?.sinceMs : [...this.#unrecorded.values()][0]?.sinceMs
    return sinceMs === undefined ? { refusal } : { refusal, sinceMs }
  }

  /**
   * Asked right before sending: a pause since the record was made still stops it. A store that cannot
   * say stops it as well. Those that ask in one moment share the answer.
   */
  mayStillSend(): Promise<LightningError | undefined> {
    this.#asking ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#asking = undefined
      return this.#options.store
        .read((reader) => reader.getMetas(PAUSE_META))
        .then(
          (meta) => this.#refusal(meta),
          () =>
            spendingPaused('the wallet’s database cannot say whether spending is paused', 'Try again later.'),
        )
    })
    return this.#asking
  }

  stop(): void {
    this.#stop.abort()
  }

  #refusal(meta: ReadonlyMap<string, string>): LightningError | undefined {
    const { killFile, owner } = this.#options
    const { paused, pause } = readPauseState(meta, owner.publicKey)
    if (isThere(killFile)) {
      const reason = 'the kill file is there'
      const recorded = paused && pause?.ways.includes('file') === true
      // not waited for: this may be inside a transaction, behind which the record has to queue
      if (!recorded && !this.#unrecorded.has('file')) void this.pause('file', reason)
      return spendingPaused(
        `spending is paused: ${reason}`,
        'Ask the owner to take the file PAUSE out of the data folder and then run: lightning-mcp owner resume',
      )
    }
    if (paused && pause !== undefined) return spendingPaused(inWords(pause), ASK_OWNER)
    const [here] = this.#unrecorded.values()
    return here === undefined ? undefined : spendingPaused(`spending is paused: ${here.reason}`, ASK_OWNER)
  }

  async #record(): Promise<void> {
    const { store, clock, owner } = this.#options
    for (let delayMs = FIRST_DELAY_MS; this.#unrecorded.size > 0; ) {
      const waiting = [...this.#unrecorded]
      try {
        await store.transaction(async (writer) => {
          for (const [way, { reason, sinceMs }] of waiting)
            await writePause(writer, { way, reason, nowMs: sinceMs, publicKey: owner.publicKey })
        })
        for (const [way, value] of waiting)
          if (this.#unrecorded.get(way) === value) this.#unrecorded.delete(way)
      } catch {
        if (this.#stop.signal.aborted) return
        await sleep(clock, delayMs, this.#stop.signal)
        delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
      }
    }
  }
}

const inWords = ({ reason, sinceMs }: PauseRecord): string =>
  `spending is paused since ${new Date(sinceMs).toISOString()}: ${reason}`
