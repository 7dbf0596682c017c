import { cleanText } from '@lightning-mcp/core'
import { toJson } from './values.ts'

/** One column of an export. `text`: it holds what others wrote. */
export interface ExportColumn<Row> {
  name: string
  value: (row: Row) => string | number | bigint | boolean | undefined
  text?: boolean
}

const LONGEST_TEXT = 2_000

/** Rows as CSV (RFC 4180) or as a JSON list, part by part, however many there are. */
export async function exportRows<Row>(
  pages: AsyncIterable<readonly Row[]>,
  {
    format,
    columns,
    write,
  }: {
    format: 'csv' | 'json'
    columns: readonly ExportColumn<Row>[]
    write: (text: string) => Promise<void>
  },
): Promise<void> {
  if (format === 'csv') {
    await write(`${columns.map(({ name }) => name).join(',')}\r\n`)
    for await (const page of pages)
      await write(
        page.map((row) => `${columns.map((column) => csvCell(row, column)).join(',')}\r\n`).join(''),
      )
    return
  }
  let before = '[\n'
  for await (const page of pages)
    for (const row of page) {
      await write(
        `${before}${toJson(Object.fromEntries(columns.map(({ name, value }) => [name, value(row)])))}`,
      )
      before = ',\n'
    }
  await write(before === '[\n' ? '[]\n' : '\n]\n')
}

function csvCell<Row>(row: Row, { value, text = false }: ExportColumn<Row>): string {
  const plain = String(value(row) ?? '')
  // a spreadsheet must not take what a stranger wrote for a formula
  const safe = text
    ? cleanText(plain, LONGEST_TEXT).replace(/^(?=[=+\-@\t\uff1d\uff0b\uff0d\uff20])/, "'")
    : plain
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
