import { createHash } from 'node:crypto'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** The shortest limit that any platform sets for the path of a unix socket, less the closing zero. */
const MAX_PATH_BYTES = 103

const PIPE = '\\\\.\\pipe\\'

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24)

/**
 * Where a socket of that name really lies: the path itself; on Windows a named pipe; and a short
 * path in the folder for temporary files where it would be too long for a socket.
 */
export function resolveSocketPath(path: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return path.startsWith(PIPE) ? path : `${PIPE}lightning-mcp-${digest(path)}`
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return path
  return join(tmpdir(), `lightning-mcp-${userInfo().uid}-${digest(path)}.sock`)
}
