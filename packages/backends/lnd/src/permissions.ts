import {
  type Capabilities,
  type Capability,
  narrowCapabilities,
  type Permission,
  type PermissionArea,
} from '@lightning-mcp/core'
import { CAPABILITY_METHODS, lndCapabilities } from './capabilities.ts'
import { allowsMethod, type MacaroonContents } from './macaroon.ts'
import type { Method } from './methods.ts'

/** What each area stands for, as LND's permissions; those with a method follow `uri:` permissions too. */
const AREAS: Readonly<Record<PermissionArea, { methods: readonly Method[]; needs: readonly string[] }>> = {
  read: { methods: ['getInfo', 'channelBalance', 'lookupInvoice', 'trackPayment'], needs: [] },
  receive: { methods: ['addInvoice'], needs: [] },
  send: { methods: ['sendPayment'], needs: [] },
  channels: { methods: ['openChannel', 'closeChannel'], needs: [] },
  onchain: { methods: ['sendCoins'], needs: [] },
  admin: { methods: [], needs: ['macaroon:generate'] },
}

/** What the credential may do, as far as it says so itself. */
export function describePermissions(macaroon: MacaroonContents): Record<PermissionArea, Permission> {
  const judge = ({ methods, needs }: (typeof AREAS)[PermissionArea]): Permission => {
    if (macaroon.permissions === undefined) return 'undetermined'
    const allowed =
      methods.every((method) => allowsMethod(macaroon, method)) &&
      needs.every((need) => macaroon.permissions?.has(need))
    return allowed ? (macaroon.otherCaveats ? 'undetermined' : 'granted') : 'denied'
  }
  return {
    read: judge(AREAS.read),
    receive: judge(AREAS.receive),
    send: judge(AREAS.send),
    channels: judge(AREAS.channels),
    onchain: judge(AREAS.onchain),
    admin: judge(AREAS.admin),
  }
}

/** Whether the credential may do all that a capability calls. */
export const allowsCapability = (macaroon: MacaroonContents, capability: Capability): boolean =>
  (CAPABILITY_METHODS[capability] ?? []).every((method) => allowsMethod(macaroon, method))

/** All that LND can do, less what the credential may not. */
export const capabilitiesWith = (macaroon: MacaroonContents): Capabilities =>
  narrowCapabilities(lndCapabilities, (capability) => allowsCapability(macaroon, capability))
