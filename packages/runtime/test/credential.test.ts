import { declareCapabilities, LightningError } from '@lightning-mcp/core'
import { describe, expect, it } from 'vitest'
import { recordingModule } from './support/recording-module.ts'
import { runtimeOf } from './support/runtime-of.ts'

const names = (face: { tools: readonly { name: string }[] }) => face.tools.map(({ name }) => name)

describe('tools and the credential', () => {
  it('leaves out the tools that the credential may not use, before anything connects', async () => {
    const { module, calls, made } = recordingModule({
      readCredential: async () => declareCapabilities({ getBalance: 'native', getInfo: 'native' }),
    })
    const { runtime } = await runtimeOf(module)
    expect(names(runtime.face)).toContain('get_wallet_balance')
    expect(names(runtime.face)).not.toContain('pay_invoice')
    expect(names(runtime.face)).not.toContain('create_invoice')
    expect({ calls, made }).toEqual({ calls: [], made: [] })
  })

  it('lists what is declared where the credential cannot be read', async () => {
    const { module } = recordingModule({ readCredential: () => Promise.reject(new Error('no such file')) })
    const { runtime } = await runtimeOf(module)
    expect(names(runtime.face)).toContain('pay_invoice')
  })
})

describe('settings that do not fit together', () => {
  it('are the owner’s matter, not the arguments of a call', async () => {
    const { module } = recordingModule({
      createBackend() {
        throw new LightningError({
          code: 'invalid_request',
          message: 'no macaroon was given',
          hint: 'Give one.',
        })
      },
    })
    const { runtime } = await runtimeOf(module)
    await expect(runtime.wallet.getBalance()).rejects.toMatchObject({
      code: 'not_ready',
      sent: 'no',
      message: expect.stringContaining('no macaroon was given'),
      hint: 'Tell the owner: Give one.',
    })
  })
})
