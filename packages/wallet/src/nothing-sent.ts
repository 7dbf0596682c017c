import { LightningError } from '@lightning-mcp/core'

/** What went wrong while nothing was on record yet: the backend may have been asked, but for nothing that moves money. */
export const nothingSent = (fault: unknown): unknown =>
  !LightningError.is(fault) || fault.sent !== 'maybe'
    ? fault
    : new LightningError({
        code: fault.code,
        message: fault.message,
        retry: fault.retry,
        sent: 'no',
        cause: fault,
        ...(fault.hint === undefined ? {} : { hint: fault.hint }),
        ...(fault.operation === undefined ? {} : { operation: fault.operation }),
        ...(fault.backend === undefined ? {} : { backend: fault.backend }),
        ...(fault.backendKind === undefined ? {} : { backendKind: fault.backendKind }),
      })
