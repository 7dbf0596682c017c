/** Any of these says what the owner wants. */
const SAID = ['sslmode', 'ssl', 'sslnegotiation', 'sslrootcert', 'sslcert', 'uselibpqcompat']

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|::1)$/i

/**
 * The connection string with TLS where nobody said otherwise and the server is another machine: who
 * sits between could read every payment and answer what they like about limits and balances.
 */
export function withTls(
  connectionString: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const url = new URL(connectionString)
  const { searchParams } = url
  if (SAID.some((name) => searchParams.has(name)) || (env['PGSSLMODE'] ?? '') !== '') return connectionString
  // pg lets the parameter win, and takes a path for a socket
  const host = decodeURIComponent(searchParams.get('host') || url.hostname || env['PGHOST'] || 'localhost')
  if (host.startsWith('/') || LOOPBACK.test(host)) return connectionString
  const address = connectionString.replace(/#.*$/s, '').replace(/\?$/, '')
  return `${address}${url.search === '' ? '?' : '&'}sslmode=verify-full`
}
