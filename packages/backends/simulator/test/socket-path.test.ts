import { expect, test } from 'vitest'
import { resolveSocketPath } from '../src/socket/socket-path.ts'

test('a short path is the socket itself', () => {
  expect(resolveSocketPath('/tmp/a.sock', 'linux')).toBe('/tmp/a.sock')
})

test('a path too long for a socket becomes a short one, always the same', () => {
  const long = `/home/${'x'.repeat(120)}/a.sock`
  const short = resolveSocketPath(long, 'darwin')
  expect(Buffer.byteLength(short)).toBeLessThanOrEqual(103)
  expect(resolveSocketPath(long, 'darwin')).toBe(short)
  expect(resolveSocketPath(`${long}2`, 'darwin')).not.toBe(short)
})

test('on Windows a path becomes a named pipe and a pipe stays one', () => {
  const pipe = resolveSocketPath('C:\\data\\network.sock', 'win32')
  expect(pipe).toMatch(/^\\\\\.\\pipe\\lightning-mcp-[0-9a-f]{24}$/)
  expect(resolveSocketPath(pipe, 'win32')).toBe(pipe)
})
