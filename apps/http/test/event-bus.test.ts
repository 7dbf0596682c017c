import type { ServerEvent } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import { createEventBus } from '../src/event-bus.ts'

const setUp = () => {
  const log: string[] = []
  let tell: (uri: string) => void = () => {}
  const bus = createEventBus(
    (listener) => {
      log.push('follow')
      tell = listener
      return () => log.push('stop')
    },
    (error) => log.push(error.message),
  )
  return { bus, log, tell: (uri: string) => tell(uri) }
}

describe('the event bus', () => {
  test('follows resources only while somebody is subscribed', () => {
    const { bus, log } = setUp()
    expect(log).toEqual([])
    const first = bus.subscribe(() => {})
    const second = bus.subscribe(() => {})
    expect(log).toEqual(['follow'])
    first()
    first()
    expect(log).toEqual(['follow'])
    second()
    expect(log).toEqual(['follow', 'stop'])
    bus.subscribe(() => {})()
    expect(log).toEqual(['follow', 'stop', 'follow', 'stop'])
  })

  test('passes on what changed, and what is published', () => {
    const { bus, tell } = setUp()
    const told: ServerEvent[] = []
    bus.subscribe((event) => told.push(event))
    tell('wallet://balance')
    bus.publish({ kind: 'tools_list_changed' })
    expect(told).toEqual([
      { kind: 'resource_updated', uri: 'wallet://balance' },
      { kind: 'tools_list_changed' },
    ])
  })

  test('a listener that throws does not keep others from being told', () => {
    const { bus, log, tell } = setUp()
    const told: string[] = []
    bus.subscribe(() => {
      throw new Error('broken listener')
    })
    bus.subscribe(() => told.push('told'))
    tell('wallet://balance')
    expect(told).toEqual(['told'])
    expect(log).toContain('broken listener')
  })
})
