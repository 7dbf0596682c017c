import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Secret } from '@lightning-mcp/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ApprovalRequest, signDecision, verifyWebhook } from '../../src/approvals/webhook-message.ts'
import { generateOwnerKey } from '../../src/owner/owner-key.ts'
import { until } from '../support/test-clock.ts'
import { World } from '../support/world.ts'
import { ASKS, approvalOf, decide, owner, read, stranger } from './support.ts'

const SECRET = 'a secret that both sides know'
const approver = generateOwnerKey()

interface Post {
  body: string
  headers: IncomingHttpHeaders
}

/** An approver on this machine, which answers as the test says. */
async function listen(answer: (post: Post, response: ServerResponse) => void) {
  const posts: Post[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += String(part)
    const post = { body, headers: request.headers }
    posts.push(post)
    answer(post, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { posts, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/approve` }
}

const json = (response: ServerResponse, value: unknown): void => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
}

const headerOf =
  ({ headers }: Post) =>
  (name: string): string | undefined =>
    headers[name]?.toString()

interface Setup {
  answer: (request: ApprovalRequest, response: ServerResponse, world: World, nth: number) => void
  secret?: Secret
  allowLoopbackHttp?: boolean
}

/** A payment that waits while the approver is asked. */
async function waiting({ answer, secret = new Secret(SECRET), allowLoopbackHttp = true }: Setup) {
  const world = new World()
  const { posts, url } = await listen((post, response) =>
    answer(JSON.parse(post.body) as ApprovalRequest, response, world, posts.length),
  )
  const warned: string[] = []
  const options = {
    ...ASKS,
    allowLoopbackHttp,
    log: { info() {}, warn: (text: string) => void warned.push(text), error() {} },
    approvals: { webhookSecret: secret, rules: { webhook: { url, key: approver.publicKey } } },
  }
  const process = await world.start(options)
  const { invoice: destination } = world.invoice({ description: 'a\u202ebook', expirySeconds: 7_200 })
  const asked = await process.wallet.pay({ destination, memo: 'for me', waitSeconds: 0 })
  return { world, posts, url, warned, options, ...process, asked, destination, approvalId: approvalOf(asked) }
}

const approves: Setup['answer'] = (request, response, world) =>
  json(response, signDecision(request, { decision: 'approve', key: approver, nowMs: world.clock.now() }))

describe('a webhook that decides', () => {
  test('is told what waits, signed, and its approval is paid', async () => {
    const { world, posts, store, approvalId, wallet, asked } = await waiting({ answer: approves })
    await until(async () => (await wallet.getPayment({ paymentId: asked.paymentId }))?.state === 'settled')
    expect(await read(store, approvalId)).toMatchObject({ decidedBy: 'webhook' })
    const [post] = posts
    const request = verifyWebhook({
      body: post?.body ?? '',
      header: headerOf(post as Post),
      secret: SECRET,
      nowMs: world.clock.now(),
    })
    expect(request.subject).toMatchObject({
      approvalId,
      kind: 'invoice',
      amountMsat: '1000000',
      maxFeeMsat: '10000',
      account: 'default',
    })
    expect(request.about).toMatchObject({ memo: 'for me', network: 'regtest' })
    expect(JSON.stringify(request)).not.toContain('\u202e')
    expect(world.node.requests).toHaveLength(1)
  })

  test('denies as well', async () => {
    const { world, store, approvalId, wallet } = await waiting({
      answer: (request, response, { clock }) =>
        json(response, signDecision(request, { decision: 'deny', key: approver, nowMs: clock.now() })),
    })
    await until(async () => (await wallet.getPayment({ approvalId }))?.state === 'denied')
    expect(await read(store, approvalId)).toMatchObject({ state: 'denied', decidedBy: 'webhook' })
    expect(world.node.requests).toEqual([])
  })

  test('is asked again with growing pauses until it has decided', async () => {
    const { world, posts, store, approvalId } = await waiting({
      answer: (request, response, given, nth) => {
        if (nth < 3) response.writeHead(202).end()
        else approves(request, response, given, nth)
      },
    })
    await until(() => posts.length === 1)
    await world.clock.advance(4_000)
    expect(posts).toHaveLength(1)
    await world.clock.advance(2_000)
    await until(() => posts.length === 2)
    await world.clock.advance(8_000)
    expect(posts).toHaveLength(2)
    await world.clock.advance(4_000)
    await until(async () => (await read(store, approvalId)).state === 'used')
    expect(posts).toHaveLength(3)
    expect(new Set(posts.map(({ headers }) => headers['lightning-mcp-signature'])).size).toBe(3)
  })

  test('is called by one of two processes', async () => {
    const { world, posts, options } = await waiting({
      answer: (_, response) => void response.writeHead(204).end(),
    })
    await world.start(options)
    await until(() => posts.length === 1)
    for (let i = 0; i < 4; i++) await world.clock.advance(1_000)
    expect(posts).toHaveLength(1)
  })
})

describe('an answer that does not count', () => {
  const oversize = (response: ServerResponse) => json(response, { decision: 'x'.repeat(20_000) })
  const signed = (
    request: ApprovalRequest,
    world: World,
    key = approver,
    decision: 'approve' | 'deny' = 'approve',
  ) => signDecision(request, { decision, key, nowMs: world.clock.now() })

  const cases: readonly { name: string; says: RegExp; answer: Setup['answer'] }[] = [
    {
      name: 'signed with another key',
      says: /not signed by the key/,
      answer: (request, response, world) => json(response, signed(request, world, stranger)),
    },
    {
      name: 'signed with the owner’s key, which is not the approver’s',
      says: /not signed by the key/,
      answer: (request, response, world) => json(response, signed(request, world, owner)),
    },
    {
      name: 'without a signature',
      says: /no JSON|could not be reached/,
      answer: (request, response, world) =>
        json(response, { ...signed(request, world), signature: undefined }),
    },
    {
      name: 'a denial turned into an approval',
      says: /not signed by the key/,
      answer: (request, response, world) =>
        json(response, { ...signed(request, world, approver, 'deny'), decision: 'approve' }),
    },
    {
      name: 'over another amount',
      says: /not signed by the key/,
      answer: ({ subject }, response, world) =>
        json(
          response,
          signDecision(
            { subject: { ...subject, amountMsat: '5' } },
            { decision: 'approve', key: approver, nowMs: world.clock.now() },
          ),
        ),
    },
    {
      name: 'for another approval',
      says: /another approval/,
      answer: (request, response, world) =>
        json(response, { ...signed(request, world), approvalId: 'apr_00000000000000000000000000' }),
    },
    {
      name: 'made too late',
      says: /too late/,
      answer: (request, response) =>
        json(
          response,
          signDecision(request, { decision: 'approve', key: approver, nowMs: request.subject.expiresAtMs }),
        ),
    },
    { name: 'too long', says: /too long/, answer: (_, response) => oversize(response) },
    {
      name: 'a page',
      says: /no JSON/,
      answer: (_, response) =>
        void response.setHeader('content-type', 'text/html').end('<h1>secret page</h1>'),
    },
    {
      name: 'broken JSON',
      says: /no JSON/,
      answer: (_, response) => void response.setHeader('content-type', 'application/json').end('{"decision"'),
    },
    {
      name: 'a redirection',
      says: /HTTP 302/,
      answer: (_, response, __, nth) =>
        void (nth === 1
          ? response.writeHead(302, { location: '/elsewhere' }).end()
          : response.writeHead(500).end()),
    },
    {
      name: 'a fault',
      says: /HTTP 500/,
      answer: (_, response) => void response.writeHead(500).end('secret trace'),
    },
  ]

  test.each(cases)('$name is refused and told without its content', async ({ answer, says }) => {
    const { world, posts, warned, store, approvalId } = await waiting({ answer })
    await until(() => warned.length > 0)
    expect(warned[0]).toMatch(says)
    expect(warned[0]).not.toMatch(/secret|lnbcrt/)
    expect(posts).toHaveLength(1)
    expect(await read(store, approvalId)).toMatchObject({ state: 'pending' })
    expect(world.node.requests).toEqual([])
  })

  test('one that does not come in time is given up', async () => {
    const { world, posts, warned, store, approvalId } = await waiting({ answer: () => {} })
    await until(() => posts.length === 1)
    await world.clock.advance(10_000)
    await until(() => warned.length > 0)
    expect(warned[0]).toMatch(/in time/)
    expect(await read(store, approvalId)).toMatchObject({ state: 'pending' })
  })

  test('one that comes after the owner has decided changes nothing', async () => {
    let finish = () => {}
    const { world, posts, store, approvalId, asked, wallet } = await waiting({
      answer: (request, response, given, nth) => {
        finish = () => approves(request, response, given, nth)
      },
    })
    await until(() => posts.length === 1)
    await decide(world, store, approvalId, 'deny')
    await world.clock.advance(1_000)
    finish()
    await world.clock.advance(1_000)
    expect((await wallet.getPayment({ paymentId: asked.paymentId }))?.state).toBe('denied')
    expect(await read(store, approvalId)).toMatchObject({ state: 'denied', decidedBy: 'cli' })
  })
})

describe('nobody is asked', () => {
  test('over plain http', async () => {
    const { posts, warned } = await waiting({ answer: approves, allowLoopbackHttp: false })
    await until(() => warned.length > 0)
    expect(warned[0]).toMatch(/not https/)
    expect(posts).toEqual([])
  })

  test('without a secret to sign with', async () => {
    const world = new World()
    const { posts, url } = await listen((_, response) => void response.end())
    const warned: string[] = []
    const { wallet } = await world.start({
      ...ASKS,
      allowLoopbackHttp: true,
      log: { info() {}, warn: (text) => void warned.push(text), error() {} },
      approvals: { rules: { webhook: { url, key: approver.publicKey } } },
    })
    await wallet.pay({ destination: world.invoice().invoice, waitSeconds: 0 })
    await world.clock.advance(3_000)
    expect(warned).toEqual([expect.stringContaining('webhookSecret')])
    expect(posts).toEqual([])
  })
})

describe('verifyWebhook', () => {
  const nowMs = 1_800_000_000_000
  const captured = async () => {
    const { posts, world } = await waiting({ answer: (_, response) => void response.writeHead(202).end() })
    await until(() => posts.length === 1)
    const post = posts[0] as Post
    return { body: post.body, header: headerOf(post), nowMs: world.clock.now() }
  }

  test.each([
    ['another secret', { secret: 'another' }],
    ['an empty secret', { secret: '' }],
    ['another body', { body: '{}' }],
    ['no signature', { header: () => undefined }],
    ['an old request', { nowMs: nowMs + 301_000 }],
    ['a request from the future', { nowMs: nowMs - 301_000 }],
  ])('refuses %s', async (_, change) => {
    const given = await captured()
    expect(() => verifyWebhook({ ...given, secret: SECRET, ...change })).toThrow(/refused/)
    expect(verifyWebhook({ ...given, secret: SECRET }).version).toBe(1)
  })
})
