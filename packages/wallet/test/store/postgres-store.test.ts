import { type Postgres, requirePostgres, startPostgres } from '@lightning-mcp/nodes'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openPostgresStore } from '../../src/store/postgres-store.ts'
import type { WalletStore } from '../../src/store/wallet-store.ts'
import type { PaymentId } from '../../src/wallet.ts'
import { openCuttingProxy } from '../support/cutting-proxy.ts'
import { intent } from '../support/intents.ts'
import { ask, counted, newDatabase, openFreshStore, openStore, serverUrl } from '../support/stores.ts'
import { temporaryFolder, World } from '../support/world.ts'

const PASSWORD = 'hunter2-of-nobody'

/** The run's server, another part of its address. */
function url(change: (url: URL) => void): string {
  const changed = new URL(serverUrl())
  change(changed)
  return changed.href
}

function open(connectionString: string, busyTimeoutMs?: number): WalletStore {
  const store = counted(
    openPostgresStore({ connectionString, ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }) }),
  )
  onTestFinished(() => store.close())
  return store
}

/** A database of its own on the run's server. */
async function ownDatabase(name: string, options = ''): Promise<string> {
  await ask(serverUrl(), `create database ${name} ${options}`)
  onTestFinished(() => ask(serverUrl(), `drop database if exists ${name} with (force)`).then(() => {}))
  return url((of) => {
    of.pathname = `/${name}`
  })
}

async function ownServer(): Promise<Postgres> {
  const server = await startPostgres()
  onTestFinished(() => server.remove())
  return server
}

const available = requirePostgres('the wallet’s PostgreSQL store')

describe.skipIf(!available)('what is wrong is told in words', () => {
  test.each<[string, (url: URL) => void, RegExp]>([
    [
      'a wrong password',
      (of) => {
        of.password = PASSWORD
      },
      /refused the user name or password/,
    ],
    [
      'a user that there is not',
      (of) => {
        of.username = 'nobody'
      },
      /refused the user name or password/,
    ],
    [
      'a database that there is not',
      (of) => {
        of.pathname = '/missing'
      },
      /no database of that name/,
    ],
    [
      'a port on which nothing listens',
      (of) => {
        of.port = '1'
      },
      /cannot be reached/,
    ],
    [
      'a host that there is not',
      (of) => {
        of.hostname = 'database.invalid'
      },
      /host name of its server/,
    ],
    ['a server without TLS', (of) => of.searchParams.set('sslmode', 'verify-full'), /does not speak TLS/],
    [
      'a certificate that is not there',
      (of) => of.searchParams.set('sslrootcert', '/nowhere/ca.pem'),
      /certificate or key file/,
    ],
  ])('%s', async (_, change, words) => {
    const store = open(url(change))
    const failure = await store.open().catch((error) => error)
    expect(failure).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(words),
      hint: expect.any(String),
    })
    const { password } = new URL(serverUrl())
    for (const secret of [PASSWORD, password])
      expect(`${failure.message} ${failure.hint} ${failure.stack}`).not.toContain(secret)
  })

  test.each(['mysql://a:b@localhost/x', 'host=localhost password=b', 'postgres://a:b@[/x'])(
    'no connection string: %s',
    async (text) => {
      const failure = await open(text)
        .open()
        .catch((error) => error)
      expect(failure).toMatchObject({ code: 'invalid_request' })
      expect(failure.message).not.toContain(text)
    },
  )

  test('a database that keeps no Unicode', async () => {
    const address = await ownDatabase('latin', "encoding 'LATIN1' locale 'C' template template0")
    await expect(open(address).open()).rejects.toThrow(/keeps text as LATIN1/)
  })

  test('a user without rights', async () => {
    const address = await ownDatabase('strangers')
    await ask(serverUrl(), `create role stranger login password '${PASSWORD}'`)
    onTestFinished(() => ask(serverUrl(), 'drop role stranger').then(() => {}))
    const store = open(address.replace(/\/\/[^@]*@/, `//stranger:${PASSWORD}@`))
    await expect(store.open()).rejects.toThrow(/may not read, write or make its tables/)
    await store.close()
  })

  test('a lock that somebody keeps', async () => {
    const address = newDatabase('')
    const holder = openStore(address)
    onTestFinished(() => holder.close())
    await holder.open()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const holding = holder.transaction(async (writer) => {
      await writer.setMeta('a', 'b')
      await held
    })
    const waiting = open(address, 100)
    await expect(waiting.transaction((writer) => writer.setMeta('a', 'c'))).rejects.toThrow(
      /another process keeps it locked/,
    )
    release()
    await holding
    await waiting.transaction((writer) => writer.setMeta('a', 'c'))
    expect(await holder.read((reader) => reader.getMeta('a'))).toBe('c')
  })
})

describe.skipIf(!available)('a server in trouble', () => {
  test('stopped while running: spending stops, looking and receiving go on', async () => {
    const server = await ownServer()
    const world = new World()
    const { wallet } = await world.start({ store: open(server.url()) })
    const paid = await wallet.pay({ destination: world.invoice().invoice })
    expect(paid.state).toBe('settled')
    await server.stop('at-once')

    const { invoice } = world.invoice()
    await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject({
      code: 'spending_paused',
      sent: 'no',
      message: expect.stringMatching(/connection to its server was lost|cannot be reached|shutting down/),
    })
    await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject({ code: 'spending_paused' })
    expect(world.node.requests).toHaveLength(1)
    expect(await wallet.getBalance()).toMatchObject({ spendableMsat: 100_000_000n })

    await server.start()
    expect(await wallet.pay({ destination: invoice })).toMatchObject({ state: 'settled' })
    expect(await wallet.getPayment({ paymentId: paid.paymentId })).toMatchObject({ state: 'settled' })
    expect(world.node.requests).toHaveLength(2)
  })

  test('a database that was dropped is not made anew', async () => {
    const address = await ownDatabase('dropped')
    const world = new World()
    const { wallet } = await world.start({ store: open(address) })
    await wallet.pay({ destination: world.invoice().invoice })
    await ask(serverUrl(), 'drop database dropped with (force)')
    const { invoice } = world.invoice()
    for (let i = 0; i < 3; i++)
      await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject({ code: 'spending_paused' })
    await ask(serverUrl(), 'create database dropped')
    await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject({
      code: 'spending_paused',
      message: expect.stringContaining('tables are gone'),
    })
    expect(world.node.requests).toHaveLength(1)
  })

  test.each([
    ['53100', /disk of its server is full/],
    ['25006', /read-only/],
    ['58030', /disk of its server answered with an error/],
  ])('SQLSTATE %s stops spending and nothing else', async (state, words) => {
    const world = new World()
    const { wallet, store } = await world.start()
    await store.open()
    await ask(
      world.database,
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = '${state}'; end $$;
       create trigger refusing before insert on intents for each row execute function refuse()`,
    )
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toMatchObject({
      code: 'spending_paused',
      message: expect.stringMatching(words),
    })
    expect(world.node.requests).toEqual([])
    expect(await wallet.getBalance()).toMatchObject({ spendableMsat: 100_000_000n })
    await ask(world.database, 'drop trigger refusing on intents')
    expect(await wallet.pay({ destination: world.invoice().invoice })).toMatchObject({ state: 'settled' })
  })

  test('the answer to a COMMIT is lost: nothing is sent, and the same call pays once', async () => {
    const world = new World()
    const proxy = await openCuttingProxy(Number(new URL(serverUrl()).port))
    onTestFinished(() => proxy.close())
    const address = new URL(world.database)
    address.port = `${proxy.port}`
    await openStore(world.database).open()
    const { wallet, store } = await world.start({ store: open(address.href) })
    const { invoice, paymentHash } = world.invoice()
    proxy.loseNextCommit()
    await expect(wallet.pay({ destination: invoice, waitSeconds: 0 })).rejects.toMatchObject({
      code: 'spending_paused',
      sent: 'no',
      message: expect.stringContaining('nobody can say yet'),
    })
    expect(world.node.requests).toEqual([])
    // it was saved all the same, and holds its reservation until it is proven that nothing was sent
    const saved = await store.read((reader) => reader.liveIntentByHash(paymentHash))
    expect(saved).toMatchObject({ state: 'dispatched' })
    expect(await wallet.pay({ destination: invoice, waitSeconds: 0 })).toMatchObject({
      replayed: true,
      paymentId: saved?.paymentId,
    })
    for (let i = 0; i < 8; i++) await world.clock.advance(40_000)
    expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'failed', retry: 'same-call' })
    expect(await wallet.getBudget()).toMatchObject({ reservedMsat: 0n })
    expect(await wallet.pay({ destination: invoice })).toMatchObject({ state: 'settled', attempt: 2 })
    expect(world.node.requests).toHaveLength(1)
  })
})

describe.skipIf(!available)('a transaction', () => {
  test('asks what its migrations asked before they changed the tables', async () => {
    const store = openFreshStore()
    onTestFinished(() => store.close())
    const question = { order: 'oldest-first', after: 'pay_' as PaymentId, limit: 500 } as const
    expect(await store.transaction((writer) => writer.intentPage(question))).toEqual([])
  })

  test('is on disk though the database was told not to wait', async () => {
    const address = await ownDatabase('hasty')
    await ask(serverUrl(), 'alter database hasty set synchronous_commit = off')
    const store = open(address)
    await store.open()
    await ask(
      address,
      `create function note() returns trigger language plpgsql as $$ begin new.value := current_setting('synchronous_commit'); return new; end $$;
       create trigger noting before insert on meta for each row execute function note()`,
    )
    await store.transaction((writer) => writer.setMeta('a', 'b'))
    expect(await store.read((reader) => reader.getMeta('a'))).toBe('on')
  })

  test('in which a statement failed is never called done', async () => {
    const address = newDatabase('')
    const store = openStore(address)
    onTestFinished(() => store.close())
    const first = intent()
    await store.transaction((writer) => writer.insertIntent(first))
    const swallowing = store.transaction(async (writer) => {
      await writer.setMeta('a', 'b')
      await writer.insertIntent(first).catch(() => {})
    })
    await expect(swallowing).rejects.toThrow()
    expect(await store.read((reader) => reader.getMeta('a'))).toBeUndefined()
  })

  test('takes text with a character that PostgreSQL has not', async () => {
    const store = openStore(newDatabase(temporaryFolder()))
    onTestFinished(() => store.close())
    const odd = intent({ failureDetail: 'no\0route', idempotencyKey: 'k' })
    await store.transaction((writer) => writer.insertIntent(odd))
    const kept = await store.read((reader) => reader.intentById(odd.paymentId))
    expect(kept?.failureDetail).toBe('noroute')
  })
})
