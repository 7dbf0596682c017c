import { describe, expect, it } from 'vitest'
import { type ExportColumn, exportRows } from '../src/cli/owner/export-rows.ts'
import { pairs, quoted, table } from '../src/cli/owner/table.ts'
import { inSats, sats, shortTime, toJson } from '../src/cli/owner/values.ts'

describe('a table', () => {
  it('lines its columns up under their titles', () => {
    const rows = [
      { name: 'a', amount: '1' },
      { name: 'longer', amount: '1000' },
    ]
    const columns = [
      { title: 'name', value: (row: (typeof rows)[number]) => row.name },
      { title: 'amount', value: (row: (typeof rows)[number]) => row.amount, align: 'right' as const },
    ]
    expect(table(rows, columns)).toBe('NAME    AMOUNT\na            1\nlonger    1000\n')
  })

  it('keeps what strangers wrote in its cell', () => {
    const text = 'first\nsecond\u001b[2J\u202e third'
    expect(table([text], [{ title: 'note', value: (row) => row }])).toBe('NOTE\nfirst second [2J third\n')
    expect(table(['x'.repeat(99)], [{ title: 'note', value: (row) => row, most: 5 }])).toBe('NOTE\nxxxx…\n')
    expect(
      pairs([
        ['memo', 'a\nb'],
        ['nothing', undefined],
        ['empty', ''],
      ]),
    ).toBe('memo  a b\n')
  })

  it('shows of a long address whose it is', () => {
    const address = `alice@wallet.example.${'a'.repeat(60)}.evil.example`
    const column = { title: 'to', value: (row: string) => row, most: 40, keepsEnd: true }
    expect(table([address, 'bob@b.example'], [column])).toBe(
      `TO\nalice@wallet.…${'a'.repeat(13)}.evil.example\nbob@b.example\n`,
    )
  })

  it('marks each line of what strangers wrote, whatever it imitates', () => {
    const text = `a gift${'\u00a0'.repeat(90)}to  alice@shop.example ${'界'.repeat(40)} ${'x'.repeat(60)}`
    const lines = pairs([['amount', '5 sats'], ...quoted('words', text)]).split('\n')
    expect(lines).toEqual([
      'amount  5 sats',
      'words   > a gift to alice@shop.example',
      `        > ${'界'.repeat(24)}`,
      `        > ${'界'.repeat(16)}`,
      `        > ${'x'.repeat(48)}`,
      `        > ${'x'.repeat(12)}`,
      '',
    ])
    expect(quoted('words', undefined)).toEqual([])
    expect(quoted('words', '\u202e')).toEqual([])
  })
})

describe('amounts', () => {
  it.each([
    [0n, '0'],
    [1n, '0.001'],
    [1_000n, '1'],
    [1_500n, '1.5'],
    [-1_050n, '-1.05'],
    [-1n, '-0.001'],
    [2_100_000_000_000_000_000n, '2100000000000000'],
  ])('%s msat are %s sats', (msat, expected) => {
    expect(inSats(msat)).toBe(expected)
  })

  it('are singular and plural', () => {
    expect([sats(1_000n), sats(2_000n), sats(0n)]).toEqual(['1 sat', '2 sats', '0 sats'])
  })

  it('are text in data', () => {
    expect(toJson({ amountMsat: 2n ** 60n })).toBe('{"amountMsat":"1152921504606846976"}')
  })

  it('move no cursor and turn no text around', () => {
    const memo = 'a\u001b[2J\u009b2J\u202eb\u2066c\u200b'
    const text = toJson({ memo })
    expect(text).toMatch(/^[\x20-\x7e]*$/)
    expect(JSON.parse(text)).toEqual({ memo })
  })
})

it('a time that is none is empty', () => {
  expect([shortTime(0), shortTime(Number.NaN)]).toEqual(['1970-01-01 00:00:00Z', ''])
})

describe('an export', () => {
  interface Row {
    id: number
    memo?: string
    amountMsat: bigint
  }
  const columns: readonly ExportColumn<Row>[] = [
    { name: 'id', value: ({ id }) => id },
    { name: 'amount_msat', value: ({ amountMsat }) => amountMsat },
    { name: 'memo', value: ({ memo }) => memo, text: true },
  ]
  async function* pages(...given: Row[][]): AsyncGenerator<Row[]> {
    yield* given
  }
  const exported = async (format: 'csv' | 'json', ...given: Row[][]): Promise<string> => {
    let text = ''
    const write = async (part: string): Promise<void> => {
      text += part
    }
    await exportRows(pages(...given), { format, columns, write })
    return text
  }

  it.each([
    ['plain', 'lunch', 'lunch'],
    ['a comma', 'a,b', '"a,b"'],
    ['quotes', 'say "x"', '"say ""x"""'],
    ['lines', 'a\r\nb', 'a b'],
    ['a formula', '=1+1', "'=1+1"],
    ['a formula by plus', '+1', "'+1"],
    ['a formula by minus', '-1', "'-1"],
    ['a formula by at', '@SUM(A1)', "'@SUM(A1)"],
    ['a formula by wide signs', '\uff1d1\uff0b1', "'\uff1d1\uff0b1"],
    ['a formula after a tab', '\t=1', "'=1"],
  ])('as CSV holds %s in its cell', async (_, memo, expected) => {
    expect(await exported('csv', [{ id: 1, amountMsat: -5n, memo }])).toBe(
      `id,amount_msat,memo\r\n1,-5,${expected}\r\n`,
    )
  })

  it('as JSON is one list over all pages', async () => {
    const rows = [1, 2, 3].map((id) => ({ id, amountMsat: BigInt(id), memo: '=x' }))
    const text = await exported('json', rows.slice(0, 2), [], rows.slice(2))
    expect(JSON.parse(text)).toEqual(rows.map(({ id, memo }) => ({ id, amount_msat: String(id), memo })))
  })

  it('of nothing is an empty list, or titles alone', async () => {
    expect(JSON.parse(await exported('json'))).toEqual([])
    expect(await exported('csv', [])).toBe('id,amount_msat,memo\r\n')
  })
})
