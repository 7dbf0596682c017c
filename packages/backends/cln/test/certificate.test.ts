import { readFileSync } from 'node:fs'
import { startFakeCln } from '@lightning-mcp/fake-cln'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createClnBackend } from '../src/index.ts'

/** An authority that has not signed the fake's certificate. */
const OTHER_CA = readFileSync(
  new URL('../../../../tooling/fake-cln/certificates/other-ca.pem', import.meta.url),
  'utf8',
)

test('no variable of the environment makes an unknown authority trusted', async () => {
  const fake = await startFakeCln({ rest: true })
  onTestFinished(() => fake.close())
  if (fake.rest === undefined) throw new Error('the fake does not speak clnrest')
  const { url, rune, ca } = fake.rest
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  onTestFinished(() => void vi.unstubAllEnvs())
  const backend = createClnBackend({ url, rune, ca: OTHER_CA })
  onTestFinished(() => backend.close())
  await expect(backend.connect()).rejects.toMatchObject({ code: 'unauthenticated' })
  const trusting = createClnBackend({ url, rune, ca })
  onTestFinished(() => trusting.close())
  expect(await trusting.connect()).toMatchObject({ identity: { kind: 'cln' } })
})
