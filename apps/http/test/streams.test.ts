import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { modernCall, send, startApp, toolCall } from './support/fixture-app.ts'
import { openStream as open } from './support/open-stream.ts'

const listen = modernCall('subscriptions/listen', { notifications: { toolsListChanged: true } })

describe('answers that take long', () => {
  let server: Awaited<ReturnType<typeof startApp>>
  beforeEach(async () => {
    server = await startApp({ slowTools: ['hold'], keepAliveMs: 20 })
  })
  afterEach(async () => {
    server.fixture.release()
    await server.app.close()
  })

  test.each([
    { era: '2025', call: { body: toolCall('hold') } },
    { era: '2026', call: modernCall('tools/call', { name: 'hold', arguments: {} }) },
  ])('head, first byte and keep-alives come before the answer ($era)', async ({ call }) => {
    const stream = await open(server.port, call)
    expect(stream.response.statusCode).toBe(200)
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      'cache-control': expect.stringContaining('no-cache'),
    })
    await stream.until(/^: open\n\n/)
    await stream.until(/(: keepalive\n\n){2}/)
    server.fixture.release()
    expect(await stream.ended).toContain('released')
  })

  test('an answer that is ready at once has no comment before it', async () => {
    const answer = await send(server.port, { body: toolCall('echo', { text: 'hi' }) })
    expect(answer.text).toMatch(/^event: message/)
  })

  test('a quick tool is answered as one JSON body in the 2026 era', async () => {
    const answer = await send(
      server.port,
      modernCall('tools/call', { name: 'echo', arguments: { text: 'hi' } }),
    )
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(JSON.parse(answer.text).result.content[0].text).toBe('2')
  })

  test('a caller that hangs up harms nobody', async () => {
    const stream = await open(server.port, { body: toolCall('hold') })
    await stream.until(/: open/)
    stream.request.destroy()
    await stream.ended.catch(() => {})
    const answer = await send(server.port, { body: toolCall('echo', { text: 'hi' }) })
    expect(answer.status).toBe(200)
  })

  test('a subscription is told what changed', async () => {
    const stream = await open(server.port, listen)
    await stream.until(/subscriptions\/acknowledged/)
    server.app.notify.toolsChanged()
    await stream.until(/notifications\/tools\/list_changed/)
    stream.request.destroy()
  })
})

describe('the end of the server', () => {
  test('a call under way is answered, a subscription is ended properly', async () => {
    const { app, port, fixture } = await startApp({ slowTools: ['hold'] })
    const call = await open(port, { body: toolCall('hold') })
    const subscription = await open(port, listen)
    await subscription.until(/acknowledged/)
    await fixture.held
    const closed = app.close({ graceMs: 60_000 })
    expect(await subscription.ended).toContain('"resultType":"complete"')
    fixture.release()
    expect(await call.ended).toContain('released')
    await closed
  })

  test('a call that does not end is cut off after the grace time', async () => {
    const { app, port, fixture } = await startApp({ slowTools: ['hold'] })
    const call = await open(port, modernCall('tools/call', { name: 'hold', arguments: {} }))
    await fixture.held
    await app.close({ graceMs: 50 })
    expect(await call.ended).not.toContain('released')
  })

  test('a server that ends is not ready and takes no new calls', async () => {
    const { app, port, fixture } = await startApp({ slowTools: ['hold'] })
    const call = await open(port, { body: toolCall('hold') })
    await fixture.held
    const closed = app.close({ graceMs: 60_000 })
    await expect(send(port, { method: 'GET', path: '/readyz' })).rejects.toThrow(/ECONNREFUSED|ECONNRESET/)
    fixture.release()
    await call.ended
    await closed
  })
})
