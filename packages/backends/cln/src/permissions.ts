import {
  type Capabilities,
  type Capability,
  narrowCapabilities,
  type Permission,
  type PermissionArea,
} from '@lightning-mcp/core'
import { CAPABILITY_METHODS, clnCapabilities, type Method } from './methods.ts'
import { judgeMethod, type RuneContents, type RuneVerdict } from './rune.ts'

type Judge = (method: Method | 'createrune') => RuneVerdict

/** What each area stands for; of a list, one is enough. */
const AREAS: Readonly<Record<PermissionArea, readonly (Method | 'createrune' | readonly Method[])[]>> = {
  read: ['getinfo', 'listpeerchannels', 'listinvoices', 'listpays', 'listsendpays'],
  receive: ['invoice'],
  send: [['xpay', 'pay']],
  channels: ['fundchannel', 'close'],
  onchain: ['withdraw'],
  admin: ['createrune'],
}

const PERMISSIONS: Readonly<Record<RuneVerdict, Permission>> = {
  allowed: 'granted',
  depends: 'undetermined',
  denied: 'denied',
}

const RANK: readonly RuneVerdict[] = ['denied', 'depends', 'allowed']
const lowest = (verdicts: readonly RuneVerdict[]): RuneVerdict =>
  RANK.find((verdict) => verdicts.includes(verdict)) ?? 'allowed'
const highest = (verdicts: readonly RuneVerdict[]): RuneVerdict =>
  RANK.findLast((verdict) => verdicts.includes(verdict)) ?? 'denied'

/** What the credential may do, as far as it says so itself. A restriction that is not understood grants nothing. */
export function describePermissions(rune: RuneContents, now: number): Record<PermissionArea, Permission> {
  const judge: Judge = (method) => judgeMethod(rune, method, now)
  const area = (name: PermissionArea): Permission =>
    PERMISSIONS[
      lowest(AREAS[name].map((need) => (typeof need === 'string' ? judge(need) : highest(need.map(judge)))))
    ]
  return {
    read: area('read'),
    receive: area('receive'),
    send: area('send'),
    channels: area('channels'),
    onchain: area('onchain'),
    admin: area('admin'),
  }
}

/** Whether the rune does not forbid the method outright; where it depends, the node will tell. */
export const mayCall = (rune: RuneContents, method: Method, now: number): boolean =>
  judgeMethod(rune, method, now) !== 'denied'

/** All that is declared, less what `has` lacks. */
export const capabilitiesWith = (has: (method: Method) => boolean): Capabilities =>
  narrowCapabilities(clnCapabilities, (capability) => canDo(capability, has))

const canDo = (capability: Capability, has: (method: Method) => boolean): boolean =>
  (CAPABILITY_METHODS[capability] ?? []).every((need) =>
    typeof need === 'string' ? has(need) : need.some(has),
  )
