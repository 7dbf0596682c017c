import { Writable } from 'node:stream'

/**
 * Keeps stdout for the protocol: what any library prints there goes to stderr instead, and only the
 * returned stream reaches the real one.
 */
export function guardStdout(): Writable {
  const { stdout, stderr } = process
  const write = stdout.write.bind(stdout)
  stdout.write = stderr.write.bind(stderr)
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, encoding, done) {
      if (typeof chunk === 'string') write(chunk, encoding, done)
      else write(chunk, done)
    },
  })
}
