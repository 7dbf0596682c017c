const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`)
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** A host name of at least two labels in its ASCII form, lower case: no address literals, no `localhost`. */
export const isDomain = (host: string): boolean => host.length <= 253 && DOMAIN.test(host)

export const isOnion = (host: string): boolean => host.endsWith('.onion')

export const isLoopbackHost = (host: string): boolean => LOOPBACK.test(host)

/** Letters that look like others, marks that turn the writing direction, control characters: none is ever part of a destination. */
export const isPlainText = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)
