import { randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'
import { verifyDocument } from '../owner/signed-document.ts'
import type { StoreReader, StoreWriter } from '../store/wallet-store.ts'

const PAUSE = 'spending_pause'
const RESUME = 'spending_resume'
/** Entries of a store's meta that say whether spending is paused. */
export const PAUSE_META = [PAUSE, RESUME, 'ledger_id'] as const

/** By which way a pause came: the command, the kill file, a signal, or the program around the wallet. */
export type PauseWay = 'command' | 'file' | 'signal' | 'program'

/** One pause of a ledger. Each has a nonce of its own, so that a resume ends that one and no later one. */
export interface PauseRecord {
  nonce: string
  sinceMs: number
  /** Every way by which it came since then. */
  ways: readonly PauseWay[]
  reason: string
  /** The machine's user as whom it was recorded last. */
  who?: string
}

/** What the owner signs to end a pause. */
export interface ResumeDocument {
  ledgerId: string
  pauseNonce: string
  atMs: number
}

export interface PauseState {
  paused: boolean
  /** The last pause, over or not. */
  pause?: PauseRecord
  /** What a resume has to name; see {@link ResumeDocument}. */
  ledgerId: string
}

const MAX_REASON_LENGTH = 300

/** Reads the state out of meta entries. What cannot be read counts as paused. */
export function readPauseState(meta: ReadonlyMap<string, string>, publicKey: string | undefined): PauseState {
  const ledgerId = meta.get('ledger_id') ?? ''
  const text = meta.get(PAUSE)
  if (text === undefined) return { paused: false, ledgerId }
  const pause = readPause(text)
  return { paused: !ended(pause, ledgerId, meta.get(RESUME), publicKey), pause, ledgerId }
}

/** Begins a pause, or adds to the one there is: a resume that was signed before no longer ends it. */
export async function writePause(
  writer: StoreWriter,
  {
    way,
    reason,
    nowMs,
    publicKey,
  }: { way: PauseWay; reason: string; nowMs: number; publicKey: string | undefined },
): Promise<PauseRecord> {
  const before = readPauseState(await writer.getMetas(PAUSE_META), publicKey)
  const known = before.paused ? before.pause : undefined
  const pause: PauseRecord = {
    nonce: randomBytes(16).toString('hex'),
    sinceMs: known?.sinceMs ?? nowMs,
    ways: [...new Set([...(known?.ways ?? []), way])],
    reason: reason.slice(0, MAX_REASON_LENGTH),
    ...whoAmI(),
  }
  await writer.setMeta(PAUSE, JSON.stringify(pause))
  return pause
}

/** The owner's word, or without `signature` that of whoever can write to a store whose owner has no key. */
export const writeResume = (
  writer: StoreWriter,
  resume: { document: ResumeDocument; signature?: string },
): Promise<void> => writer.setMeta(RESUME, JSON.stringify(resume))

export const readPauseMeta = (reader: StoreReader): Promise<ReadonlyMap<string, string>> =>
  reader.getMetas(PAUSE_META)

function ended(
  pause: PauseRecord,
  ledgerId: string,
  text: string | undefined,
  publicKey: string | undefined,
): boolean {
  const { document, signature } = parse(text)
  if (typeof document !== 'object' || document === null) return false
  const said = document as Record<string, unknown>
  if (pause.nonce === '' || said['pauseNonce'] !== pause.nonce || said['ledgerId'] !== ledgerId) return false
  return publicKey === undefined || verifyDocument('resume', document, signature, publicKey)
}

function readPause(text: string): PauseRecord {
  const { nonce, sinceMs, ways, reason, who } = parse(text)
  return {
    nonce: typeof nonce === 'string' ? nonce : '',
    sinceMs: typeof sinceMs === 'number' ? sinceMs : 0,
    ways: Array.isArray(ways) ? ways.filter((way): way is PauseWay => WAYS.has(way)) : [],
    reason: typeof reason === 'string' ? reason : 'the record of the pause cannot be read',
    ...(typeof who === 'string' ? { who } : {}),
  }
}

/** A user without a name, as in some containers, is none. */
function whoAmI(): { who?: string } {
  try {
    return { who: userInfo().username }
  } catch {
    return {}
  }
}

const WAYS: ReadonlySet<unknown> = new Set<PauseWay>(['command', 'file', 'signal', 'program'])

function parse(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
