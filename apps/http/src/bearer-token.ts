import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * The server's one bearer token, as a hash. A plain SHA-256 is enough: a generated token has 256
 * random bits, so there is no dictionary to try; the token itself is kept nowhere.
 */
export interface BearerToken {
  readonly sha256: Buffer
}

export const hashToken = (token: string): BearerToken => ({
  sha256: createHash('sha256').update(token).digest(),
})

/** A new token, 256 random bits, and its hash. */
export const generateToken = (): { token: string; hash: BearerToken } => {
  const token = `lmcp_${randomBytes(32).toString('base64url')}`
  return { token, hash: hashToken(token) }
}

/** Compares in constant time: both sides are digests of equal length. */
export const isToken = (expected: BearerToken, presented: string): boolean =>
  timingSafeEqual(expected.sha256, hashToken(presented).sha256)
