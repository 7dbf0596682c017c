import { LightningError, type UnixSeconds } from '@lightning-mcp/core'
import { allowsMethod, type MacaroonContents } from './macaroon.ts'

/** TrackPayments, multi-part rules and the states of payments as they are read here are in every LND from this on. */
const OLDEST_VERSION = [0, 18] as const

export function refuseOldVersion(version: string): void {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? []
  // a build without a version number is somebody's own: let it try
  if (major === undefined || minor === undefined) return
  const [oldestMajor, oldestMinor] = OLDEST_VERSION
  if (Number(major) > oldestMajor || Number(minor) >= oldestMinor) return
  throw new LightningError({
    code: 'unsupported',
    message: `LND ${version} is too old`,
    hint: `Upgrade LND to ${OLDEST_VERSION.join('.')} or later.`,
  })
}

/** What the macaroon itself says, told before LND says it in fewer words. */
export function refuseUselessMacaroon(macaroon: MacaroonContents, now: UnixSeconds): void {
  const { expiresAt } = macaroon
  if (expiresAt !== undefined && expiresAt <= now)
    throw new LightningError({
      code: 'unauthenticated',
      message: `the macaroon ran out at ${new Date(expiresAt * 1000).toISOString()}`,
      hint: 'Bake a fresh one: lncli bakemacaroon.',
    })
  if (!allowsMethod(macaroon, 'getInfo'))
    throw new LightningError({
      code: 'permission_denied',
      message: 'the macaroon does not allow info:read, without which node and network cannot be known',
      hint: 'Bake one with: lncli bakemacaroon info:read invoices:read invoices:write offchain:read',
    })
}
