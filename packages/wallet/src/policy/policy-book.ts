import { readFileSync, statSync } from 'node:fs'
import { LightningError } from '@lightning-mcp/core'
import type { Clock } from '../clock.ts'
import type { WalletLimits } from '../limits.ts'
import type { OwnerPublicKey } from '../owner/owner-key.ts'
import { type SpendingGate, spendingPaused } from '../safety/gates.ts'
import type { WalletStore } from '../store/wallet-store.ts'
import {
  ledgerFault,
  POLICY_META,
  parsePolicyRecord,
  policyRecordText,
  readPolicyRecord,
} from './policy-record.ts'
import { createRulebook, type Rulebook } from './rulebook.ts'
import type { SignedPolicy } from './signed-policy.ts'

/** The rules as of one moment. */
export interface PolicyInForce {
  /** Where the policy is at fault: the last good one, for reading; the gate lets nothing be spent. */
  rulebook: Rulebook
  gate: SpendingGate
  /** Why nothing may be spent, as far as that is known without the store. */
  fault?: { reason: string; hint: string }
}

export interface PolicyBookOptions {
  /** The signed policy file; absent: this wallet has no place for one. */
  path?: string | undefined
  /** Whose signature counts; asked each time, for the key may be made later. */
  owner?: { readonly publicKey?: OwnerPublicKey | undefined } | undefined
  /** From flags, environment and configuration file. */
  settings?: WalletLimits | undefined
  store: WalletStore
  clock: Clock
}

const SIGN = 'The owner has to put a signed policy in place: lightning-mcp owner policy set FILE'
const COPY =
  'The owner has to put the newest policy.json back, also from another server on the same records, or a newer one in force: lightning-mcp owner policy set FILE'

const LEDGER_ID = 'ledger_id'

/** A file that changed within this time before it was read may change again without its times showing it. */
const RACY_MS = 2_000

/**
 * The owner's policy, read again whenever its file changes. A file that is not as the owner signed it
 * stops all spending; the rules it replaced are never followed instead.
 */
export class PolicyBook {
  readonly #options: PolicyBookOptions
  #current: PolicyInForce
  /** What the file looked like when it was read. */
  #seen: string | undefined
  #refreshing: Promise<void> | undefined

  constructor(options: PolicyBookOptions) {
    this.#options = options
    const rulebook = createRulebook({ settings: options.settings })
    this.#current =
      options.path === undefined
        ? inForce(rulebook, undefined)
        : paused(rulebook, 'the policy was not read yet', SIGN)
  }

  /** Passes only while the policy is as the owner signed it and none newer is on record. */
  readonly gate: SpendingGate = {
    name: 'policy',
    meta: [POLICY_META, LEDGER_ID],
    check: (store, context) => this.#current.gate.check(store, context),
  }

  /**
   * The rules of this moment, with the gate that passes those alone: another call may replace them
   * while a payment that was judged by them is still on its way to its reservation.
   */
  atOnce(gates: readonly SpendingGate[]): { rulebook: Rulebook; gates: readonly SpendingGate[] } {
    const { rulebook, gate } = this.#current
    const bound = { ...this.gate, check: gate.check }
    return { rulebook, gates: gates.map((other) => (other === this.gate ? bound : other)) }
  }

  /** As of the last {@link refresh}. */
  get current(): PolicyInForce {
    return this.#current
  }

  /** Reads the file again if it changed. Called before each judgement; costs one `stat` where nothing changed. */
  async refresh(): Promise<void> {
    const { path } = this.#options
    if (path === undefined) return
    if (this.#look(path) === this.#seen) return
    this.#refreshing ??= this.#read(path).finally(() => {
      this.#refreshing = undefined
    })
    await this.#refreshing
    // it changed while it was read
    if (this.#seen !== undefined && this.#look(path) !== this.#seen) await this.refresh()
  }

  /** What changes whenever file or key do. */
  #look(path: string): string {
    return `${look(path)} ${this.#options.owner?.publicKey}`
  }

  async #read(path: string): Promise<void> {
    const { settings, clock } = this.#options
    const { rulebook } = this.#current
    const seen = this.#look(path)
    try {
      const text = readText(path)
      if (text === undefined) {
        this.#current = inForce(createRulebook({ settings }), undefined)
      } else {
        const [{ openSignedPolicy }, { readPolicyDocument }] = await Promise.all([
          import('./signed-policy.ts'),
          import('./read-policy.ts'),
        ])
        const signed = openSignedPolicy(text, this.#options.owner?.publicKey)
        const { policy } = await readPolicyDocument(signed.document, clock.now())
        await this.#record(signed)
        this.#current = inForce(createRulebook({ policy, settings }), signed)
      }
      this.#seen = isRacy(path) ? undefined : seen
    } catch (error) {
      const { hint = SIGN } = error as { hint?: string }
      this.#current = paused(rulebook, `${path} ${reasonOf(error)}`, LightningError.is(error) ? SIGN : hint)
      // a fault of the store may be over with the next call, and so may that the ledger is another
      const mayPass = error instanceof RecordError || error instanceof OtherLedger
      this.#seen = mayPass || isRacy(path) ? undefined : seen
    }
  }

  /** The version is on record before anything is spent by it. That of another ledger's never is. */
  async #record(signed: SignedPolicy): Promise<void> {
    const { version, digest } = signed
    const record = async (): Promise<string | undefined> => {
      const { store } = this.#options
      const [last, other] = await store.read(async (reader) => [
        await readPolicyRecord(reader),
        ledgerFault(signed, await reader.getMeta(LEDGER_ID)),
      ])
      if (other !== undefined || version <= last.version) return other
      return store.transaction(async (writer) => {
        const fault = ledgerFault(signed, await writer.getMeta(LEDGER_ID))
        if (fault !== undefined || version <= (await readPolicyRecord(writer)).version) return fault
        await writer.setMeta(POLICY_META, policyRecordText({ version, digest }))
        return undefined
      })
    }
    const fault = await record().catch((cause: unknown) => {
      throw new RecordError('could not be put on record', { cause })
    })
    if (fault !== undefined) throw new OtherLedger(fault)
  }
}

class OtherLedger extends Error {}

class RecordError extends Error {
  readonly hint =
    'The wallet cannot write its records: see what is wrong with disk or database. The policy stays.'
}

const paused = (rulebook: Rulebook, reason: string, hint: string): PolicyInForce => ({
  rulebook,
  fault: { reason, hint },
  gate: {
    name: 'policy',
    check() {
      throw spendingPaused(reason, hint)
    },
  },
})

/** Follows a policy only while the store knows of none that is newer, and none only while it knows of none. */
const inForce = (rulebook: Rulebook, signed: SignedPolicy | undefined): PolicyInForce => ({
  rulebook,
  gate: {
    name: 'policy',
    check(_, { meta }) {
      const other = signed === undefined ? undefined : ledgerFault(signed, meta.get(LEDGER_ID))
      const fault =
        other === undefined ? faultOf(signed, meta.get(POLICY_META)) : `the owner’s policy ${other}`
      if (fault !== undefined) throw spendingPaused(fault, COPY)
    },
  },
})

/** Why a policy may not be followed beside what is on record. */
export function faultOf(signed: SignedPolicy | undefined, record: string | undefined): string | undefined {
  const recorded = parsePolicyRecord(record)
  if (signed === undefined)
    return recorded.version === 0
      ? undefined
      : `the owner’s policy (version ${recorded.version}) was removed from its place`
  if (signed.version < recorded.version)
    return `an older policy (version ${signed.version}) was put in the place of version ${recorded.version}`
  if (signed.version > recorded.version) return `policy version ${signed.version} is not on record yet`
  return signed.digest === recorded.digest
    ? undefined
    : `two policies of version ${signed.version} exist: a changed policy needs a higher version`
}

const ABSENT = 'absent'
const MAX_BYTES = 2 ** 21

/** Nothing but a file, so that no pipe keeps the program waiting. */
function readText(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  if (!stat.isFile() || stat.size > MAX_BYTES) throw new Error('is no policy file')
  return readFileSync(path, 'utf8')
}

/** What changes whenever the file does. */
function look(path: string): string {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
    if (stat === undefined) return ABSENT
    return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ')
  } catch (error) {
    return `unreadable ${(error as NodeJS.ErrnoException).code}`
  }
}

function isRacy(path: string): boolean {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat !== undefined && Math.abs(Date.now() - Math.max(stat.mtimeMs, stat.ctimeMs)) < RACY_MS
  } catch {
    return true
  }
}

function reasonOf(error: unknown): string {
  if (LightningError.is(error)) return `is no policy that this program knows: ${error.message}`
  const { code } = error as NodeJS.ErrnoException
  if (code !== undefined) return `cannot be read (${code})`
  return error instanceof Error ? error.message : 'cannot be read'
}
