import { type LightningBackend, LightningError } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'
import { withoutSplicing } from '../variants.ts'

const stub = async (): Promise<never> => {
  throw new LightningError({ code: 'unsupported', message: 'splicing is not there yet' })
}

export const stubsAFacet: BrokenBackend = {
  name: 'stubs-a-facet',
  wrong: 'has a facet that it does not declare, whose operations only throw',
  variant: withoutSplicing,
  breakage: (wallet) => {
    const broken: LightningBackend = Object.create(wrapBackend(wallet, {}))
    return Object.defineProperty(broken, 'splicing', { value: { spliceIn: stub, spliceOut: stub } })
  },
  fails: [
    'readonly-credential-profile',
    'receive-only-credential-profile',
    'version-too-old-or-method-missing-drops-facet',
    'undeclared-refused',
    'splice-unsupported-absent',
  ],
}
