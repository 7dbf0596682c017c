import { InMemoryServerEventBus, type ServerEventBus } from '@modelcontextprotocol/server'

/** Tells the listener the URI of each resource that changed, until the returned function is called. */
export type FollowResources = (listener: (uri: string) => void) => () => void

/**
 * What subscriptions are told through. Resources are followed only while somebody is subscribed: else
 * a server that nobody listens to would keep a stream to its node open.
 */
export const createEventBus = (follow: FollowResources, onError: (error: Error) => void): ServerEventBus => {
  const bus = new InMemoryServerEventBus(onError)
  let subscribers = 0
  let stop: (() => void) | undefined
  return {
    publish: (event) => bus.publish(event),
    subscribe(listener) {
      const unsubscribe = bus.subscribe(listener)
      let isOpen = true
      subscribers += 1
      stop ??= follow((uri) => bus.publish({ kind: 'resource_updated', uri }))
      return () => {
        if (!isOpen) return
        isOpen = false
        unsubscribe()
        subscribers -= 1
        if (subscribers > 0) return
        stop?.()
        stop = undefined
      }
    },
  }
}
