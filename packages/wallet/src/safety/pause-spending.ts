import { LightningError } from '@lightning-mcp/core'
import type { OwnerKey } from '../owner/owner-key.ts'
import { signDocument } from '../owner/signed-document.ts'
import type { WalletStore } from '../store/wallet-store.ts'
import { isThere } from './kill-file.ts'
import {
  type PauseState,
  type PauseWay,
  type ResumeDocument,
  readPauseMeta,
  readPauseState,
  writePause,
  writeResume,
} from './pause-record.ts'

export interface PauseContext {
  /** The owner's verifying key where there is one: then only a signed resume counts. */
  publicKey?: string | undefined
  /** The file whose existence pauses, where there is one. */
  killFile?: string | undefined
}

/** Whether spending is paused for every process on this store, by a record or by the kill file. */
export async function pauseState(
  store: WalletStore,
  { publicKey, killFile }: PauseContext = {},
): Promise<PauseState & { killFile: boolean }> {
  const state = readPauseState(await store.read(readPauseMeta), publicKey)
  const killed = isThere(killFile)
  return { ...state, paused: state.paused || killed, killFile: killed }
}

/** Stops spending of every process on this store with the next call, until it is resumed. Needs no key. */
export async function pauseSpending(
  store: WalletStore,
  {
    reason = 'the owner paused it',
    way = 'command',
    nowMs = Date.now(),
    publicKey,
  }: { reason?: string; way?: PauseWay; nowMs?: number; publicKey?: string | undefined } = {},
): Promise<PauseState> {
  await store.transaction((writer) => writePause(writer, { way, reason, nowMs, publicKey }))
  return pauseState(store, { publicKey })
}

/**
 * Ends the pause there is, for every process on this store. Where the owner has a key, it must be given
 * and fit; the kill file must be gone. Throws `invalid_request` or `permission_denied` where it is not so.
 */
export async function resumeSpending(
  store: WalletStore,
  { key, publicKey, killFile, nowMs = Date.now() }: PauseContext & { key?: OwnerKey; nowMs?: number } = {},
): Promise<PauseState> {
  if (isThere(killFile)) {
    // seen is seen: taking the file away ends nothing, whether a server has looked at it or not
    await pauseSpending(store, { way: 'file', reason: 'the kill file is there', nowMs, publicKey })
    throw new LightningError({
      code: 'invalid_request',
      message: `the kill file ${killFile} is still there`,
      hint: 'Remove the file, then resume.',
    })
  }
  if (publicKey !== undefined && key?.publicKey !== publicKey)
    throw new LightningError({
      code: 'permission_denied',
      message: key === undefined ? 'only the owner’s key can resume spending' : 'this is another owner’s key',
      hint: 'Resume with the owner’s key that this wallet knows.',
    })
  // in one transaction, so that no pause of this moment is ended unseen
  await store.transaction(async (writer) => {
    const { paused, pause, ledgerId } = readPauseState(await readPauseMeta(writer), publicKey)
    if (!paused || pause === undefined) return
    // its owner has a key, wherever that is
    if (ledgerId !== '' && key === undefined)
      throw new LightningError({
        code: 'permission_denied',
        message: 'only the key of the owner who made this ledger can resume spending',
        hint: 'Name the folder of the key with --owner-dir.',
      })
    if (pause.nonce === '')
      throw new LightningError({
        code: 'invalid_request',
        message: 'the record of the pause cannot be read, so nothing can end it',
        hint: 'Pause once more, which writes it anew, then resume.',
      })
    const document: ResumeDocument = { ledgerId, pauseNonce: pause.nonce, atMs: nowMs }
    await writeResume(writer, {
      document,
      ...(key === undefined ? {} : { signature: signDocument('resume', document, key) }),
    })
  })
  return pauseState(store, { publicKey })
}
