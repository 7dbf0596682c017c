import { LightningError } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { generateOwnerKey } from '../../src/owner/owner-key.ts'
import { readPolicy } from '../../src/policy/read-policy.ts'

const NOW = Date.UTC(2027, 0, 1)
const MAX = 2_100_000_000_000_000
const { publicKey } = generateOwnerKey()

const problem = async (policy: unknown): Promise<string> => {
  try {
    await readPolicy(typeof policy === 'string' ? policy : JSON.stringify(policy), NOW)
  } catch (error) {
    if (!LightningError.is(error)) throw error
    expect(error.code).toBe('invalid_request')
    expect(error.hint).toBeDefined()
    return error.message
  }
  return 'accepted'
}
const warnings = async (policy: object) => (await readPolicy(JSON.stringify(policy), NOW)).warnings
const account = (limits: object) => ({ version: 1, accounts: { default: limits } })

const WHOLE_SATS = `must be a whole number of sats from 0 to ${MAX} (21 million BTC), not`
const PERCENT = 'must be a percentage from 0 to 100 with at most four decimals, such as 1 or 0.5, not'
const hours = { timeZone: 'Europe/Berlin', from: '08:00', to: '20:00' }

describe('a whole policy', () => {
  test('is read', async () => {
    const { policy, warnings, document } = await readPolicy(
      JSON.stringify({
        version: 3,
        server: { maxPerDaySats: 100_000 },
        accounts: {
          default: {
            maxPaymentSats: 1_000,
            maxPerHourSats: 5_000,
            maxPerDaySats: 20_000,
            maxPer30DaysSats: 200_000,
            maxLifetimeSats: 1_000_000,
            maxPaymentsPerMinute: 10,
            maxFeeSats: 5,
            maxFeePercent: 0.5,
            maxIntoChannelSats: 0,
            maxIntoChannelsPerDaySats: 7,
            allow: ['*@shop.example'],
            deny: ['evil@shop.example'],
            approveAboveSats: 500,
            approveNewDestinations: true,
            activeHours: { ...hours, days: ['mon', 'fri'], to: '24:00' },
            expiresAt: '2027-12-31T23:59:59+01:00',
            allowUncappedFees: false,
            budgets: { search: { maxPerDaySats: 100, destinations: ['*@search.example'] } },
          },
        },
        approvals: {
          expiresMinutes: 60,
          webhook: { url: 'https://owner.example/hook', key: publicKey },
          elicitUpToSats: 100,
        },
      }),
      NOW,
    )
    expect(warnings).toEqual([])
    expect(policy.server).toEqual({ maxPerDayMsat: 100_000_000n })
    expect(policy.accounts.get('default')?.limits).toMatchObject({
      maxPaymentMsat: 1_000_000n,
      maxPerHourMsat: 5_000_000n,
      maxPerDayMsat: 20_000_000n,
      maxPer30DaysMsat: 200_000_000n,
      maxLifetimeMsat: 1_000_000_000n,
      maxPaymentsPerMinute: 10,
      maxFee: { partsPerMillion: 5_000, floorMsat: 5_000n },
      maxIntoChannelMsat: 0n,
      maxIntoChannelsPerDayMsat: 7_000n,
      approveAboveMsat: 500_000n,
      approveNewDestinations: true,
      activeHours: { timeZone: 'Europe/Berlin', days: ['mon', 'fri'], fromMinute: 480, toMinute: 1_440 },
      expiresAtMs: Date.UTC(2027, 11, 31, 22, 59, 59),
      allowUncappedFees: false,
    })
    expect(policy.accounts.get('default')?.budgets.get('search')?.destinations).toHaveLength(1)
    expect(policy.approvals).toEqual({
      expiresMinutes: 60,
      webhook: { url: 'https://owner.example/hook', key: publicKey },
      elicitUpToMsat: 100_000n,
    })
    expect(document).toMatchObject({ accounts: { default: { maxFeePercent: '0.5' } } })
  })

  test('needs nothing but a version', async () => {
    expect(await problem({ version: 1 })).toBe('accepted')
  })

  test.each([
    [0.5, 5_000],
    ['0.5', 5_000],
    [0.0001, 1],
    [1, 10_000],
    [100, 1_000_000],
    [0, 0],
    [0.29, 2_900],
    [4.35, 43_500],
  ])('%s percent are %i parts per million', async (maxFeePercent, partsPerMillion) => {
    const { policy } = await readPolicy(JSON.stringify(account({ maxFeePercent })), NOW)
    expect(policy.accounts.get('default')?.limits.maxFee).toEqual({ partsPerMillion, floorMsat: 0n })
  })
})

describe('an amount', () => {
  const names = [
    'maxPaymentSats',
    'maxPerHourSats',
    'maxPerDaySats',
    'maxPer30DaysSats',
    'maxLifetimeSats',
    'maxFeeSats',
    'maxIntoChannelSats',
    'maxIntoChannelsPerDaySats',
    'approveAboveSats',
  ]
  const wrong: [unknown, string][] = [
    ['1000', '"1000"'],
    ['', '""'],
    [-1, '-1'],
    [1.5, '1.5'],
    [MAX + 1, `${MAX + 1}`],
    [1e300, '1e+300'],
    [true, 'true'],
    [null, 'null'],
    [[1], 'a list'],
    [{}, 'an object'],
  ]
  test.each(names.flatMap((name) => wrong.map(([value, shown]) => ({ name, value, shown }))))(
    '$name may not be $shown',
    async ({ name, value, shown }) => {
      expect(await problem(account({ [name]: value }))).toBe(
        `accounts.default.${name} ${WHOLE_SATS} ${shown}`,
      )
      expect(await problem({ version: 1, server: { [name]: value } })).toBe(
        `server.${name} ${WHOLE_SATS} ${shown}`,
      )
      expect(await problem(account({ budgets: { a: { [name]: value } } }))).toBe(
        `accounts.default.budgets.a.${name} ${WHOLE_SATS} ${shown}`,
      )
    },
  )

  test.each(names)('%s may be nothing and everything', async (name) => {
    expect(await problem(account({ [name]: 0 }))).toBe('accepted')
    expect(await problem(account({ [name]: MAX }))).toBe('accepted')
  })
})

describe('every field wrong', () => {
  const longList = Array.from({ length: 1_001 }, (_, index) => `a${index}@shop.example`)
  test.each<[string, unknown, string]>([
    // version
    ['version missing', {}, 'version must be a whole number from 1 up'],
    ['version zero', { version: 0 }, 'version must be a whole number from 1 up'],
    ['version negative', { version: -1 }, 'not -1'],
    ['version a fraction', { version: 1.5 }, 'not 1.5'],
    ['version text', { version: '1' }, 'not "1"'],
    ['version too large', { version: 2 ** 53 }, 'version must be'],
    // the whole
    ['no JSON', '{ "version": 1, ', 'the policy is not valid JSON'],
    ['empty', '', 'the policy is not valid JSON'],
    ['a list', [], 'the policy must be an object with version, server, accounts and approvals, not a list'],
    ['null', null, 'the policy must be an object'],
    ['too large', `"${'x'.repeat(1_048_576)}"`, 'larger than 1 MiB'],
    [
      'a key twice',
      '{"version":1,"server":{"maxPaymentSats":1,"maxPaymentSats":9}}',
      'server.maxPaymentSats is given twice',
    ],
    ['a key twice, one escaped', '{"version":1,"vers\\u0069on":2}', 'version is given twice'],
    [
      'a reserved key',
      '{"version":1,"accounts":{"__proto__":{}}}',
      'accounts.__proto__ is no name that may be used',
    ],
    // unknown keys
    ['an unknown key', { version: 1, acounts: {} }, 'acounts is no known key: did you mean accounts?'],
    ['a key like none', { version: 1, zzzzzzzzzzzz: 1 }, 'there are version, server, accounts, approvals'],
    [
      'an unknown limit',
      account({ maxPaymentSat: 1 }),
      'accounts.default.maxPaymentSat is no known key: did you mean maxPaymentSats?',
    ],
    [
      'a limit of the server',
      { version: 1, server: { maxPerDay: 1 } },
      'server.maxPerDay is no known key: did you mean maxPerDaySats?',
    ],
    ['budgets of the server', { version: 1, server: { budgets: {} } }, 'server.budgets is no known key'],
    [
      'a limit of a budget',
      account({ budgets: { a: { maxPerDaySat: 1 } } }),
      'accounts.default.budgets.a.maxPerDaySat is no known key: did you mean maxPerDaySats?',
    ],
    [
      'destinations of an account',
      account({ destinations: ['a.example'] }),
      'accounts.default.destinations is no known key',
    ],
    [
      'a key of hours',
      account({ activeHours: { ...hours, timezone: 'UTC' } }),
      'activeHours.timezone is no known key: did you mean timeZone?',
    ],
    [
      'a key of approvals',
      { version: 1, approvals: { expiresMinuts: 1 } },
      'approvals.expiresMinuts is no known key: did you mean expiresMinutes?',
    ],
    [
      'a key of the webhook',
      { version: 1, approvals: { webhook: { uri: 'x' } } },
      'approvals.webhook.uri is no known key: did you mean url?',
    ],
    // sections
    ['server a number', { version: 1, server: 5 }, 'server must be an object of limits, not 5'],
    ['accounts a list', { version: 1, accounts: [] }, 'accounts must be an object of accounts, not a list'],
    [
      'an account null',
      { version: 1, accounts: { default: null } },
      'accounts.default must be an object of limits, not null',
    ],
    ['an account without name', { version: 1, accounts: { '': {} } }, 'is no name for an account'],
    ['an account with a slash', { version: 1, accounts: { 'a/budget:b': {} } }, 'is no name for an account'],
    [
      'an account with a long name',
      { version: 1, accounts: { ['a'.repeat(65)]: {} } },
      'is no name for an account',
    ],
    ['budgets a list', account({ budgets: [] }), 'budgets must be an object of budgets, not a list'],
    ['a budget with a colon', account({ budgets: { 'a:b': {} } }), 'is no name for a budget'],
    ['a budget a number', account({ budgets: { a: 1 } }), 'budgets.a must be an object of limits, not 1'],
    ['approvals text', { version: 1, approvals: 'yes' }, 'approvals must be an object'],
    // counts
    [
      'a count negative',
      account({ maxPaymentsPerMinute: -1 }),
      'must be a whole number from 0 to 1000000, not -1',
    ],
    ['a count a fraction', account({ maxPaymentsPerMinute: 0.5 }), 'not 0.5'],
    ['a count text', account({ maxPaymentsPerMinute: '5' }), 'not "5"'],
    ['a count too large', account({ maxPaymentsPerMinute: 1_000_001 }), 'not 1000001'],
    // percent
    ['a percentage negative', account({ maxFeePercent: -1 }), `maxFeePercent ${PERCENT} "-1"`],
    ['a percentage above all', account({ maxFeePercent: 101 }), `maxFeePercent ${PERCENT} "101"`],
    ['a percentage too fine', account({ maxFeePercent: 0.00001 }), 'maxFeePercent must be a percentage'],
    ['a percentage far too fine', account({ maxFeePercent: 1e-7 }), 'not "1e-7"'],
    ['a percentage with its sign', account({ maxFeePercent: '1%' }), `maxFeePercent ${PERCENT} "1%"`],
    ['a percentage with a comma', account({ maxFeePercent: '0,5' }), 'not "0,5"'],
    ['a percentage empty', account({ maxFeePercent: '' }), 'not ""'],
    ['a percentage true', account({ maxFeePercent: true }), 'not true'],
    // lists
    ...(['allow', 'deny'] as const).flatMap((name): [string, unknown, string][] => [
      [
        `${name} text`,
        account({ [name]: 'shop.example' }),
        `${name} must be a list of patterns such as ["*@shop.example"], not "shop.example"`,
      ],
      [`${name} empty`, account({ [name]: [] }), `${name} must not be empty: leave it out`],
      [`${name} with a number`, account({ [name]: [5] }), `${name}[0] must be text, not 5`],
      [`${name} with nothing`, account({ [name]: [''] }), `${name}[0] "" must not be empty`],
      [
        `${name} with a link`,
        account({ [name]: ['https://a.example'] }),
        `${name}[0] "https://a.example" is a whole link`,
      ],
      [
        `${name} with one twice`,
        account({ [name]: ['a.example', 'A.example'] }),
        `${name}[1] "a.example" is in the list twice`,
      ],
      [`${name} too long`, account({ [name]: longList }), `${name} must not have more than 1000 entries`],
    ]),
    [
      'destinations empty',
      account({ budgets: { a: { destinations: [] } } }),
      'destinations must not be empty: leave it out for a budget that calls name',
    ],
    [
      'destinations wrong',
      account({ budgets: { a: { destinations: ['*'] } } }),
      'budgets.a.destinations[0] "*" is nothing',
    ],
    // flags
    [
      'approveNewDestinations text',
      account({ approveNewDestinations: 'yes' }),
      'approveNewDestinations must be true or false, not "yes"',
    ],
    [
      'approveNewDestinations a number',
      account({ approveNewDestinations: 1 }),
      'must be true or false, not 1',
    ],
    [
      'allowUncappedFees null',
      account({ allowUncappedFees: null }),
      'allowUncappedFees must be true or false, not null',
    ],
    // hours
    [
      'hours text',
      account({ activeHours: '08-20' }),
      'activeHours must be an object with timeZone, from and to, not "08-20"',
    ],
    [
      'hours without zone',
      account({ activeHours: { from: '08:00', to: '20:00' } }),
      'activeHours.timeZone must be an IANA time zone such as Europe/Berlin, not nothing',
    ],
    [
      'hours with a bad zone',
      account({ activeHours: { ...hours, timeZone: 'Mars/Olympus' } }),
      'not "Mars/Olympus"',
    ],
    ['hours with an offset', account({ activeHours: { ...hours, timeZone: '+02:00' } }), 'not "+02:00"'],
    ['hours with a number', account({ activeHours: { ...hours, timeZone: 2 } }), 'not 2'],
    [
      'hours without from',
      account({ activeHours: { timeZone: 'UTC', to: '20:00' } }),
      'activeHours.from must be a time from 00:00 to 23:59, not nothing',
    ],
    [
      'hours from too late',
      account({ activeHours: { ...hours, from: '24:00' } }),
      'activeHours.from must be a time from 00:00 to 23:59, not "24:00"',
    ],
    [
      'hours to too late',
      account({ activeHours: { ...hours, to: '24:01' } }),
      'activeHours.to must be a time from 00:00 to 24:00, not "24:01"',
    ],
    ['hours short', account({ activeHours: { ...hours, from: '8:00' } }), 'not "8:00"'],
    [
      'hours of no length',
      account({ activeHours: { ...hours, to: '08:00' } }),
      'activeHours.to must differ from "from"',
    ],
    [
      'days empty',
      account({ activeHours: { ...hours, days: [] } }),
      'activeHours.days must not be empty: leave it out for every day',
    ],
    [
      'days twice',
      account({ activeHours: { ...hours, days: ['mon', 'mon'] } }),
      'activeHours.days names a day twice',
    ],
    [
      'days unknown',
      account({ activeHours: { ...hours, days: ['monday'] } }),
      'activeHours.days[0] must be one of mon, tue, wed, thu, fri, sat, sun, not "monday"',
    ],
    [
      'days text',
      account({ activeHours: { ...hours, days: 'mon' } }),
      'activeHours.days must be a list of days such as ["mon"], not "mon"',
    ],
    // expiry
    [
      'expiry a number',
      account({ expiresAt: 1_800_000_000 }),
      'expiresAt must be a moment in ISO 8601 with its zone, such as 2027-01-31T18:00:00Z, not 1800000000',
    ],
    ['expiry without zone', account({ expiresAt: '2027-01-31T18:00:00' }), 'expiresAt must be a moment'],
    ['expiry a day', account({ expiresAt: '2027-01-31' }), 'expiresAt must be a moment'],
    ['expiry on no day', account({ expiresAt: '2027-02-30T00:00:00Z' }), 'expiresAt must be a moment'],
    ['expiry in words', account({ expiresAt: 'tomorrow' }), 'not "tomorrow"'],
    ['expiry empty', account({ expiresAt: '' }), 'not ""'],
    // approvals
    [
      'minutes zero',
      { version: 1, approvals: { expiresMinutes: 0 } },
      'approvals.expiresMinutes must be a whole number of minutes from 1 to 43200 (30 days), not 0',
    ],
    ['minutes too many', { version: 1, approvals: { expiresMinutes: 43_201 } }, 'not 43201'],
    ['minutes text', { version: 1, approvals: { expiresMinutes: '60' } }, 'not "60"'],
    [
      'elicitation negative',
      { version: 1, approvals: { elicitUpToSats: -1 } },
      `approvals.elicitUpToSats ${WHOLE_SATS} -1`,
    ],
    [
      'a webhook text',
      { version: 1, approvals: { webhook: 'https://a.example' } },
      'approvals.webhook must be an object with url and key',
    ],
    [
      'a webhook without key',
      { version: 1, approvals: { webhook: { url: 'https://a.example' } } },
      'approvals.webhook.key must be an Ed25519 public key',
    ],
    [
      'a webhook without TLS',
      { version: 1, approvals: { webhook: { url: 'http://a.example', key: publicKey } } },
      'approvals.webhook.url must be an https URL without user name and password, not "http://a.example"',
    ],
    [
      'a webhook with a password',
      { version: 1, approvals: { webhook: { url: 'https://a:b@a.example', key: publicKey } } },
      'approvals.webhook.url must be an https URL',
    ],
    [
      'a webhook nowhere',
      { version: 1, approvals: { webhook: { url: 'hook', key: publicKey } } },
      'not "hook"',
    ],
    [
      'a webhook with a short key',
      { version: 1, approvals: { webhook: { url: 'https://a.example', key: 'abc' } } },
      'approvals.webhook.key must be an Ed25519 public key as 43 characters of base64url',
    ],
  ])('%s', async (_, policy, expected) => {
    expect(await problem(policy)).toContain(expected)
  })

  test('a webhook key that is none does not come back in the message', async () => {
    const secret = `${publicKey}${publicKey}`
    const policy = { version: 1, approvals: { webhook: { url: 'https://a.example', key: secret } } }
    expect(await problem(policy)).not.toContain(publicKey)
  })

  test('everything wrong is told at once', async () => {
    const message = await problem({ version: 0, server: { maxPaymentSats: -1 }, x: 1 })
    expect(message.split('\n')).toHaveLength(3)
  })

  test('a hundred problems do not fill the screen', async () => {
    const accounts = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`a${i}`, { x: 1 }]))
    const lines = (await problem({ version: 1, accounts })).split('\n')
    expect(lines).toHaveLength(21)
    expect(lines.at(-1)).toBe('and 80 more')
  })
})

describe('what is probably not meant', () => {
  test.each<[string, object, string[]]>([
    [
      'a child wider than its parent',
      { version: 1, server: { maxPerDaySats: 10 }, accounts: { default: { maxPerDaySats: 20 } } },
      ['accounts.default.maxPerDaySats is 20 sats, but server allows 10 sats: the smaller one holds.'],
    ],
    [
      'a budget wider than its account',
      account({ maxPaymentSats: 5, budgets: { a: { maxPaymentSats: 6 } } }),
      [
        'accounts.default.budgets.a.maxPaymentSats is 6 sats, but accounts.default allows 5 sats: the smaller one holds.',
      ],
    ],
    [
      'an expiry in the past',
      account({ expiresAt: '2026-12-31T00:00:00Z' }),
      ['accounts.default.expiresAt has passed: nothing can be spent there.'],
    ],
    [
      'letters of another alphabet',
      account({ allow: ['сор.example'] }),
      ['accounts.default.allow: "сор.example" is xn--n1aeb.example, and no other domain that looks like it.'],
    ],
    [
      'allowed and denied',
      { version: 1, server: { deny: ['a.example'] }, accounts: { default: { allow: ['a.example'] } } },
      ['accounts.default.allow: "a.example" is denied by server.deny, which wins.'],
    ],
    ['nothing', account({ maxPaymentSats: 5 }), []],
  ])('%s', async (_, policy, expected) => {
    expect(await warnings(policy)).toEqual(expected)
  })
})
