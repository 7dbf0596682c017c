import { type BackendProfile, type LightningBackend, LightningError } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import { folderOf } from './known-nodes.ts'

/**
 * The backend as long as it is the node that the folder belongs to. The folder may have been chosen
 * while the node was down; records of another one would be missed where the next start looks for them.
 */
export const onlyNodeOf = (folder: string, backend: LightningBackend): LightningBackend =>
  wrapBackend(backend, {
    async call({ operation }, next) {
      const answer = await next()
      if (operation === 'connect' && folderOf((answer as BackendProfile).identity) !== folder)
        throw new LightningError({
          code: 'unauthenticated',
          message: 'another node answers than the one that these settings led to the last time',
          hint: 'Restart the program if the change is meant.',
        })
      return answer
    },
  })
