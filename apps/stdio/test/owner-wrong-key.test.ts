import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { OwnedWallet } from './support/owned-wallet.ts'

/** A wallet in whose owner's folder another owner's key lies by now. */
async function withAnotherKey({ publicHalf = true } = {}): Promise<OwnedWallet> {
  const [wallet, other] = [new OwnedWallet(), new OwnedWallet()]
  for (const one of [wallet, other]) expect(await one.signed('owner', 'init')).toMatchObject({ code: 0 })
  await wallet.run('owner', 'pause')
  rmSync(wallet.ownerDir, { recursive: true })
  cpSync(other.ownerDir, wallet.ownerDir, { recursive: true })
  if (!publicHalf) rmSync(join(wallet.ownerDir, 'owner.json'))
  return wallet
}

describe('the key of another owner than the ledger’s', { timeout: 60_000 }, () => {
  it('signs nothing, and no passphrase is asked for it', async () => {
    const wallet = await withAnotherKey()
    // without a passphrase: that is not what is missing
    for (const words of [
      ['owner', 'resume'],
      ['owner', 'policy', 'set', wallet.policy(1, {})],
      ['owner', 'accounts', 'add', 'shop'],
    ])
      expect(await wallet.run(...words)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/another owner’s key.*--owner-dir/s),
      })
    expect(existsSync(join(wallet.data, 'policy.json'))).toBe(false)
  })

  it('is noticed without its public half too', async () => {
    const wallet = await withAnotherKey({ publicHalf: false })
    const policy = wallet.policy(1, {})
    expect(await wallet.signed('owner', 'policy', 'set', policy)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/another owner’s key/),
    })
    expect(existsSync(join(wallet.data, 'policy.json'))).toBe(false)
  })

  it('makes the ledger its own where the owner says so', async () => {
    const wallet = await withAnotherKey()
    expect(await wallet.signed('owner', 'init')).toMatchObject({ code: 1 })
    expect(await wallet.signed('owner', 'init', '--new-ledger')).toMatchObject({ code: 0 })
    expect(await wallet.signed('owner', 'resume')).toMatchObject({ code: 0 })
  })
})
