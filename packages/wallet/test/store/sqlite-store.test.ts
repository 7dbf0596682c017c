import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { type LightningError, msat } from '@lightning-mcp/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openSqliteStore, sqliteStore } from '../../src/store/sqlite-store.ts'
import { FakeService } from '../support/fake-service.ts'
import { temporaryFolder, World } from '../support/world.ts'

describe('transactions', () => {
  test('a fault of the database takes all of them back', async () => {
    const database = new DatabaseSync(join(temporaryFolder(), 'wallet.sqlite'))
    const store = sqliteStore(() => database, 100)
    await store.open()
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number }
    database.exec(`PRAGMA max_page_count = ${pages}`)
    const write = (i: number) =>
      store.transaction((writer) => writer.setMeta(`key ${i}`, i === 5 ? 'x'.repeat(1_000_000) : 'small'))
    const all = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => write(i)))
    const stand = await store.read((reader) =>
      Promise.all(all.map(async (_, i) => (await reader.getMeta(`key ${i}`)) !== undefined)),
    )
    // whatever was answered is what is there
    expect(stand).toEqual(all.map(({ status }) => status === 'fulfilled'))
    expect(stand[5]).toBe(false)
    await store.close()
  })

  test('a lock that somebody keeps gives up with a plain error', async () => {
    const path = join(temporaryFolder(), 'wallet.sqlite')
    const store = openSqliteStore({ path, busyTimeoutMs: 100 })
    await store.open()
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    let turns = 0
    const turning = setInterval(() => turns++, 1)
    const writing = store.transaction((writer) => writer.setMeta('a', 'b'))
    await expect(writing).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('locked'),
      hint: expect.any(String),
    })
    clearInterval(turning)
    // the event loop went on meanwhile
    expect(turns).toBeGreaterThan(3)
    other.exec('COMMIT')
    other.close()
    await store.transaction((writer) => writer.setMeta('a', 'b'))
    await store.close()
  })
})

describe('a store in trouble', () => {
  test('a full database stops spending, not receiving or reading', async () => {
    const world = new World()
    const database = new DatabaseSync(world.database)
    const { wallet } = await world.start({ store: sqliteStore(() => database, 100) })
    const first = await wallet.pay({ destination: world.invoice().invoice })
    const { invoice } = world.invoice({ description: 'x'.repeat(600) })
    // a disk that is full from here on
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number }
    database.exec(`PRAGMA max_page_count = ${pages}`)

    const refused: LightningError[] = []
    for (let i = 0; i < 400 && refused.length === 0; i++)
      await wallet
        .pay({ destination: world.invoice({ description: 'x'.repeat(600) }).invoice })
        .catch((error) => refused.push(error))
    const sentBefore = world.node.requests.length
    await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject({
      code: 'spending_paused',
      sent: 'no',
      message: expect.stringContaining('disk is full'),
    })
    expect(world.node.requests).toHaveLength(sentBefore)
    expect(await wallet.getBalance()).toMatchObject({ spendableMsat: 100_000_000n })
    expect(await wallet.getPayment({ paymentId: first.paymentId })).toMatchObject({ state: 'settled' })

    database.exec(`PRAGMA max_page_count = ${pages + 10_000}`)
    expect(await wallet.pay({ destination: invoice })).toMatchObject({ state: 'settled' })
  })

  test('a folder that is not there stops spending, not reading', async () => {
    const world = new World()
    const store = openSqliteStore({ path: join(temporaryFolder(), 'missing', 'wallet.sqlite') })
    const { wallet } = await world.start({ store })
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toMatchObject({
      code: 'spending_paused',
      message: expect.stringContaining('cannot be opened'),
    })
    expect(world.node.requests).toEqual([])
    expect(await wallet.getBalance()).toMatchObject({ spendableMsat: 100_000_000n })
  })

  test.each([
    ['removed', (file: string) => rmSync(file)],
    [
      'replaced',
      (file: string) => {
        copyFileSync(file, `${file}.copy`)
        renameSync(`${file}.copy`, file)
      },
    ],
    ['robbed of its log', (file: string) => rmSync(`${file}-wal`)],
  ])('a file that is %s while the program runs stops spending', async (_, harm) => {
    const world = new World()
    const { wallet } = await world.start()
    await wallet.pay({ destination: world.invoice().invoice })
    harm(world.database)
    const { invoice } = world.invoice()
    for (let i = 0; i < 2; i++)
      await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject({
        code: 'spending_paused',
        sent: 'no',
        message: expect.stringContaining('removed or replaced'),
      })
    expect(world.node.requests).toHaveLength(1)
    expect(await wallet.getBalance()).toMatchObject({ spendableMsat: 100_000_000n })
  })

  test('a read-only file says so', ({ skip }) => {
    const folder = temporaryFolder()
    const path = join(folder, 'wallet.sqlite')
    const script = `
      import { openSqliteStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/store/sqlite-store.ts'))}
      const store = openSqliteStore({ path: ${JSON.stringify(path)} })
      try { await store.transaction((writer) => writer.setMeta('a', 'b')); console.log('written') }
      catch (error) { console.log(error.code, error.message) }
      await store.close()`
    // root may write anything, so this is tried as somebody else where possible
    const run = () =>
      spawnSync(
        process.execPath,
        [
          '--conditions=development',
          '--disable-warning=ExperimentalWarning',
          '--input-type=module',
          '-e',
          script,
        ],
        { encoding: 'utf8', ...(process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}) },
      )
    chmodSync(folder, 0o777)
    const first = run()
    skip(first.error !== undefined || first.stderr.includes('EACCES'), 'nobody else can run this checkout')
    expect(first.stdout).toBe('written\n')
    chmodSync(path, 0o444)
    chmodSync(folder, 0o555)
    expect(run().stdout).toMatch(/unavailable .*read-only/)
  })

  test('a file that is no database is not overwritten', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'wallet.sqlite')
    const { writeFileSync, readFileSync } = await import('node:fs')
    writeFileSync(
      path,
      'not a database, and longer than a header of one would be, so that it is looked at in full',
    )
    const store = openSqliteStore({ path })
    await expect(store.open()).rejects.toMatchObject({ message: expect.stringContaining('no database') })
    expect(readFileSync(path, 'utf8')).toMatch(/^not a database/)
    await store.close()
  })
})

test('the file is its owner’s alone', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'data'))
  const path = join(folder, 'data', 'wallet.sqlite')
  const store = openSqliteStore({ path })
  await store.transaction((writer) => writer.setMeta('a', 'b'))
  for (const name of ['', '-wal', '-shm']) expect(statSync(`${path}${name}`).mode & 0o777).toBe(0o600)
  await store.close()
})

test('neither database nor libraries are touched before the first use', () => {
  const path = join(temporaryFolder(), 'wallet.sqlite')
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
    const { createWallet, openSqliteStore } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/index.ts'))})
    const store = openSqliteStore({ path: ${JSON.stringify(path)} })
    createWallet({ backend: { capabilities: {} }, store })
    console.log(loaded.some((url) => url.endsWith('wallet/src/index.ts')), loaded.filter((url) => /node_modules.(kysely|pg)|node:sqlite|noble/.test(url)))
    await store.open()
    console.log(loaded.some((url) => /node_modules.kysely/.test(url)))`
  const { stdout } = spawnSync(
    process.execPath,
    [
      '--conditions=development',
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      script,
    ],
    { encoding: 'utf8' },
  )
  expect(stdout).toBe('true []\ntrue\n')
})

test('no question of a payment or a page goes through all payments of an account', async () => {
  const asked = new Set<string>()
  const { all } = StatementSync.prototype
  const watched = function (this: StatementSync, ...given: unknown[]) {
    asked.add(this.sourceSQL)
    return Reflect.apply(all, this, given)
  }
  StatementSync.prototype.all = watched as typeof all
  onTestFinished(() => {
    StatementSync.prototype.all = all
  })
  const world = new World()
  const { wallet } = await world.start({ resolver: new FakeService(world) })
  await wallet.pay({ destination: world.invoice().invoice, idempotencyKey: 'k' })
  await wallet.pay({ destination: 'bob@example.com', amountMsat: msat(1_000_000n) })
  await wallet.preview({ destination: world.invoice().invoice })
  await wallet.listPayments({ limit: 20 })
  await wallet.getBudget()
  const database = new DatabaseSync(world.database)
  const rows = <T>(sql: string): T[] => Reflect.apply(all, database.prepare(sql), []) as T[]
  const whole = rows<{ name: string }>(
    "select name from sqlite_master where type = 'index' and sql not like '% where %'",
  ).map(({ name }) => name)
  const slow = [...asked]
    .filter((sql) => /from "intents"/.test(sql))
    .flatMap((sql) =>
      rows<{ detail: string }>(`explain query plan ${sql}`)
        .map(({ detail }) => ({ sql, detail }))
        .filter(({ detail }) => {
          const [, how, index = '', by = ''] =
            /^(SCAN|SEARCH) intents(?: USING INDEX (\w+)(?: \((.*)\))?)?/.exec(detail) ?? []
          return how === 'SCAN'
            ? index === '' || whole.includes(index)
            : by === 'account=?' && whole.includes(index)
        }),
    )
  database.close()
  expect(asked.size).toBeGreaterThan(10)
  expect(slow).toEqual([])
})
