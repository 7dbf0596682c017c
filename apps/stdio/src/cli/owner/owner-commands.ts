import type { OwnerCommand } from './command.ts'

/** Every command of the owner, loaded when it is asked for. */
export const OWNER_COMMANDS = {
  init: async () => (await import('./init.ts')).init,
  policy: async () => (await import('./policy.ts')).policy,
  approvals: async () => (await import('./approvals.ts')).approvals,
  payments: async () => (await import('./payments.ts')).payments,
  accounts: async () => (await import('./accounts.ts')).accounts,
  audit: async () => (await import('./audit.ts')).audit,
  pause: async () => (await import('./pause.ts')).pause,
  resume: async () => (await import('./resume.ts')).resume,
} satisfies Record<string, () => Promise<OwnerCommand>>

export type OwnerCommandName = keyof typeof OWNER_COMMANDS
