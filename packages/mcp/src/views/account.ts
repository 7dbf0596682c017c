import type { AccountShown } from '@lightning-mcp/wallet'
import * as z from 'zod'

/** Whose wallet it is. `own`: its money is what the node can spend; `tracked`: a balance on a shared node. */
export const accountShape = {
  account: z.string().optional(),
  account_kind: z.enum(['own', 'tracked']).optional(),
}

export const accountView = (account: AccountShown | undefined) =>
  account === undefined ? {} : { account: account.name, account_kind: account.kind }
