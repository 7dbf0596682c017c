/** 32 bytes, or 64 hexadecimal characters; `undefined` for anything else. */
export function readPrivateKey(privateKey: Uint8Array | string): Uint8Array | undefined {
  if (typeof privateKey !== 'string') return privateKey.length === 32 ? privateKey : undefined
  return /^[0-9a-f]{64}$/i.test(privateKey) ? Buffer.from(privateKey, 'hex') : undefined
}
