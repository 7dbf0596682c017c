import { badReply } from './refusals.ts'

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

export const isOnionUrl = (url: URL): boolean => url.hostname.endsWith('.onion')

/** The address that a service sends us on to, held to the same rules as the first: https, or http to an onion. */
export function readCallback(value: unknown, domain: string, allowLoopbackHttp: boolean): URL {
  if (typeof value !== 'string' || value.length > 2048 || !URL.canParse(value))
    throw badReply(domain, 'gave no usable callback address')
  const url = new URL(value)
  const plain =
    url.protocol === 'http:' && (isOnionUrl(url) || (allowLoopbackHttp && LOOPBACK.test(url.hostname)))
  if (url.protocol !== 'https:' && !plain) throw badReply(domain, 'gave a callback address that is not https')
  if (url.username !== '' || url.password !== '')
    throw badReply(domain, 'gave a callback address with a password in it')
  url.hash = ''
  return url
}
