import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { OwnedWallet } from './support/owned-wallet.ts'
import type { ServerProcess } from './support/server-process.ts'

const invoiceOf = async (other: ServerProcess, amount_sats: number, memo?: string): Promise<string> => {
  const { invoice } = await other.data('create_test_invoice', {
    amount_sats,
    ...(memo === undefined ? {} : { memo }),
  })
  return String(invoice)
}

const refusal = async (server: ServerProcess, invoice: string) =>
  (await server.call('pay_invoice', { invoice })).structuredContent

/** Each command is a process of its own, and the key takes half a second of work on purpose. */
const timeout = 120_000

describe("the owner's commands beside a running server", { timeout }, () => {
  it('let a wallet spend, and show what it did', async () => {
    const wallet = new OwnedWallet()
    const [server, other] = [await wallet.server(), await wallet.otherSide()]
    const invoice = await invoiceOf(other, 1_000, '=HYPERLINK("http://evil")')
    expect(await refusal(server, invoice)).toMatchObject({
      code: 'spending_paused',
      money_may_have_moved: false,
      next_step: expect.stringMatching(
        /^The owner has to run: npm run -s .* --data-dir \S+ --owner-dir \S+ owner init$/,
      ),
    })

    const passphrase = ['--passphrase-file', wallet.passphraseFile]
    const made = await wallet.spawned('owner', 'init', ...passphrase)
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('may spend now') })
    expect(statSync(join(wallet.ownerDir, 'owner-key.json')).mode & 0o777).toBe(0o600)
    expect(await server.data('pay_invoice', { invoice })).toMatchObject({ status: 'settled' })

    const { payments } = (await wallet.answer('owner', 'payments', '--status', 'settled')) as {
      payments: Record<string, unknown>[]
    }
    expect(payments).toEqual([
      expect.objectContaining({ account: 'default', state: 'settled', amount_msat: '1000000' }),
    ])
    const csv = (await wallet.spawned('owner', 'payments', '--export', 'csv')).stdout.split('\r\n')
    expect(csv[0]).toMatch(/^payment_id,account,kind,state,/)
    expect(csv[1]).toContain(`"'=HYPERLINK(""http://evil"")"`)
    expect(csv).toHaveLength(3)

    const verified = await wallet.spawned('owner', 'audit', 'verify')
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('The books are right') })
    const { decisions } = (await wallet.answer('owner', 'audit')) as { decisions: { verdict: string }[] }
    expect(decisions.map(({ verdict }) => verdict)).toContain('allowed')
    const journal = await wallet.run('owner', 'audit', 'export', '--what', 'journal', '--format', 'json')
    const rows = JSON.parse(journal.stdout) as { event: string; paid_msat: string }[]
    expect(rows.at(-1)).toMatchObject({ event: 'settled', paid_msat: '1000000' })
    await Promise.all([server.end(), other.end()])
  })

  it('stop spending, and let it go on with the key alone', async () => {
    const wallet = new OwnedWallet()
    const [server, other] = [await wallet.server(), await wallet.otherSide()]
    await wallet.signed('owner', 'init')
    const invoice = await invoiceOf(other, 100)
    expect(await wallet.run('owner', 'pause', '--reason', 'a look at it')).toMatchObject({ code: 0 })
    expect(await refusal(server, invoice)).toMatchObject({
      code: 'spending_paused',
      message: expect.stringContaining('a look at it'),
    })
    expect(await server.data('create_invoice', { amount_sats: 5 })).toHaveProperty('invoice')

    const wrong = join(wallet.folder, 'wrong')
    writeFileSync(wrong, 'not the passphrase')
    const refused = await wallet.run('owner', 'resume', '--passphrase-file', wrong)
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('passphrase does not open') })
    const nobody = await wallet.run('owner', 'resume')
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('--passphrase-file') })
    expect(await refusal(server, invoice)).toMatchObject({ code: 'spending_paused' })

    expect(await wallet.signed('owner', 'resume')).toMatchObject({ code: 0 })
    expect(await server.data('pay_invoice', { invoice })).toMatchObject({ status: 'settled' })
    await Promise.all([server.end(), other.end()])
  })

  it('stop spending although the key is damaged', async () => {
    const wallet = new OwnedWallet()
    await wallet.signed('owner', 'init')
    writeFileSync(join(wallet.ownerDir, 'owner.json'), 'damaged')
    expect(await wallet.run('owner', 'pause')).toMatchObject({ code: 0 })
    expect(await wallet.signed('owner', 'resume')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not hold an owner'),
    })
    rmSync(join(wallet.ownerDir, 'owner.json'))
    await wallet.signed('owner', 'init')
    expect(await wallet.signed('owner', 'resume')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Spending goes on'),
    })
  })

  it('set limits that hold from the next call on', async () => {
    const wallet = new OwnedWallet()
    const [server, other] = [await wallet.server(), await wallet.otherSide()]
    await wallet.signed('owner', 'init')
    const first = wallet.policy(1, { maxPaymentSats: 200, maxPerDaySats: 60_000 })
    const checked = (await wallet.answer('owner', 'policy', 'check', first)) as { changes: unknown[] }
    expect(checked.changes).toEqual([
      { path: 'accounts.default.maxPaymentSats', before: '10000', after: '200', effect: 'tighter' },
      { path: 'accounts.default.maxPerDaySats', before: '50000', after: '60000', effect: 'looser' },
    ])
    const set = await wallet.signed('owner', 'policy', 'set', first)
    expect(set).toMatchObject({ code: 0, stderr: expect.stringContaining('LOOSER') })
    expect(await refusal(server, await invoiceOf(other, 201))).toMatchObject({ code: 'budget_exceeded' })
    expect(await server.data('pay_invoice', { invoice: await invoiceOf(other, 200) })).toMatchObject({
      status: 'settled',
    })
    expect(await wallet.answer('owner', 'policy')).toMatchObject({ policy: { version: 1 } })

    const again = await wallet.signed('owner', 'policy', 'set', first)
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('"version": 2') })
    const bad = join(wallet.folder, 'bad.json')
    writeFileSync(bad, '{"version":2,"accounts":{"default":{"maxPaymentSat":1}}}')
    expect(await wallet.run('owner', 'policy', 'check', bad)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('did you mean maxPaymentSats?'),
    })

    // without the key
    const file = join(wallet.data, 'policy.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('200', '9000'))
    expect(await refusal(server, await invoiceOf(other, 201))).toMatchObject({
      code: 'spending_paused',
      message: expect.stringContaining('without the owner’s key'),
    })
    await Promise.all([server.end(), other.end()])
  })

  it('decide payments that wait', async () => {
    const wallet = new OwnedWallet()
    const [server, other] = [await wallet.server(), await wallet.otherSide()]
    await wallet.signed('owner', 'init')
    await wallet.signed('owner', 'policy', 'set', wallet.policy(1, { approveAboveSats: 100 }))
    const asked = await server.data('pay_invoice', {
      invoice: await invoiceOf(other, 500, 'lunch'),
      wait_seconds: 0,
    })
    const denied = await server.data('pay_invoice', { invoice: await invoiceOf(other, 600), wait_seconds: 0 })
    const { approvals } = (await wallet.answer('approvals')) as { approvals: { approvalId: string }[] }
    expect(approvals).toHaveLength(2)
    const [id, otherId] = [asked, denied].map(({ approval_id }) => String(approval_id)) as [string, string]
    expect((await wallet.run('approvals', 'show', id)).stdout).toMatch(
      /amount +500 sats\n[\s\S]*words +> lunch\n/,
    )

    expect(await wallet.run('approvals', 'approve', id)).toMatchObject({ code: 1 })
    const approved = await wallet.signed('owner', 'approvals', 'approve', id)
    expect(approved).toMatchObject({ code: 0, stdout: expect.stringContaining('Approved') })
    const settled = await server.data('wait_for_payment', {
      payment_id: asked['payment_id'],
      wait_seconds: 30,
    })
    expect(settled).toMatchObject({ status: 'settled' })
    expect(await wallet.signed('approvals', 'deny', otherId)).toMatchObject({ code: 0 })
    await expect
      .poll(
        async () =>
          (await server.call('get_payment_status', { payment_id: denied['payment_id'] })).structuredContent,
        { timeout: 20_000 },
      )
      .toMatchObject({ status: 'denied' })
    expect(await wallet.signed('approvals', 'approve', otherId)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('denied already'),
    })
    expect(await wallet.answer('approvals')).toEqual({ approvals: [] })
    await Promise.all([server.end(), other.end()])
  })

  it('give money to accounts', async () => {
    const wallet = new OwnedWallet()
    await wallet.signed('owner', 'init')
    expect(await wallet.signed('owner', 'accounts', 'add', 'shop')).toMatchObject({ code: 0 })
    const credited = await wallet.signed('owner', 'accounts', 'credit', 'shop', '5000', '--note', 'for may')
    expect(credited).toMatchObject({ code: 0, stdout: 'Account shop holds 5000 sats now.\n' })
    const tooMuch = await wallet.signed('owner', 'accounts', 'debit', 'shop', '5001')
    expect(tooMuch.code).toBe(1)
    await wallet.signed('owner', 'accounts', 'debit', 'shop', '1000')
    const { accounts } = (await wallet.answer('owner', 'accounts')) as { accounts: unknown[] }
    expect(accounts).toContainEqual(
      expect.objectContaining({ account: 'shop', kind: 'tracked', fundsMsat: '4000000' }),
    )
    expect((await wallet.run('owner', 'audit', 'verify')).code).toBe(0)
  })
})

describe('a database', { timeout }, () => {
  it('that was changed is told of by the audit, with exit code 1', async () => {
    const wallet = new OwnedWallet()
    const [server, other] = [await wallet.server(), await wallet.otherSide()]
    await wallet.signed('owner', 'init')
    await server.data('pay_invoice', { invoice: await invoiceOf(other, 100) })
    await Promise.all([server.end(), other.end()])
    expect((await wallet.run('owner', 'audit', 'verify')).code).toBe(0)
    const database = new DatabaseSync(join(wallet.data, 'wallet.sqlite'))
    database.exec(
      "update balances set paid_msat = 0, funds_msat = funds_msat + paid_msat where account = 'default'",
    )
    database.close()
    const { code, stdout } = await wallet.run('owner', 'audit', 'verify')
    expect(code).toBe(1)
    expect(stdout).toContain('NOT right')
    expect(stdout).toContain('account default: paid is 0 msat, the journal says 100000')
  })

  it('that was put back from an older copy is told of by the audit', async () => {
    const wallet = new OwnedWallet()
    await wallet.signed('owner', 'init')
    await wallet.signed('owner', 'accounts', 'add', 'shop')
    const file = join(wallet.data, 'wallet.sqlite')
    const older = join(wallet.folder, 'older.sqlite')
    const database = new DatabaseSync(file)
    database.exec(`vacuum into '${older}'`)
    database.close()
    await wallet.signed('owner', 'accounts', 'credit', 'shop', '5')
    expect((await wallet.run('owner', 'audit', 'verify')).code).toBe(0)
    for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true })
    copyFileSync(older, file)
    const { code, stdout } = await wallet.run('owner', 'audit', 'verify')
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringContaining('an older copy was put back'),
    })
  })

  it('that was deleted is never spent from unseen', async () => {
    const wallet = new OwnedWallet()
    const first = await wallet.server()
    await wallet.signed('owner', 'init')
    await first.data('get_wallet_balance')
    await first.end()
    for (const end of ['', '-wal', '-shm']) rmSync(join(wallet.data, `wallet.sqlite${end}`), { force: true })

    const [server, other] = [await wallet.server(), await wallet.otherSide()]
    const invoice = await invoiceOf(other, 100)
    expect(await refusal(server, invoice)).toMatchObject({
      code: 'spending_paused',
      message: expect.stringContaining('another one was lost'),
    })
    expect(await wallet.signed('owner', 'init')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Records of earlier payments are missing[\s\S]*--new-ledger/),
    })
    expect(await refusal(server, invoice)).toMatchObject({ code: 'spending_paused' })
    expect(await wallet.signed('owner', 'init', '--new-ledger')).toMatchObject({ code: 0 })
    expect(await server.data('pay_invoice', { invoice })).toMatchObject({ status: 'settled' })
    await Promise.all([server.end(), other.end()])
  })
})
