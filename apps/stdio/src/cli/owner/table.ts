import { cleanText } from '@lightning-mcp/core'

export interface Column<Row> {
  title: string
  value: (row: Row) => string | undefined
  align?: 'left' | 'right'
  /** Longest text that is shown whole. Default 48. */
  most?: number
  /** What is too long loses its middle: of an address the end tells whose it is. */
  keepsEnd?: boolean
}

const LONGEST_CELL = 48
const GAP = '  '

/** Rows under their titles. What comes from outside cannot move the cursor or break a line. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) =>
    columns.map(({ value, most = LONGEST_CELL, keepsEnd = false }) => {
      const text = value(row) ?? ''
      return keepsEnd ? withoutMiddle(cleanText(text), most) : cleanText(text, most)
    }),
  )
  const lines = [columns.map(({ title }) => title.toUpperCase()), ...cells]
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => lengthOf(line[at] ?? ''))))
  return lines
    .map((line) =>
      line
        .map((cell, at) => pad(cell, widths[at] ?? 0, columns[at]?.align ?? 'left'))
        .join(GAP)
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}

function withoutMiddle(text: string, most: number): string {
  const characters = Array.from(text)
  if (characters.length <= most) return text
  const head = Math.floor((most - 1) / 3)
  return `${characters.slice(0, head).join('')}…${characters.slice(1 + head - most).join('')}`
}

/** Names and what they stand for, one a line. */
export function pairs(given: readonly (readonly [name: string, value: string | undefined])[]): string {
  const known = given.filter(([, value]) => value !== undefined && value !== '')
  const width = Math.max(0, ...known.map(([name]) => name.length))
  return known.map(([name, value]) => `${name.padEnd(width)}${GAP}${cleanText(value ?? '')}\n`).join('')
}

/** So wide is a line of {@link quoted} at most: with its name before it, a terminal of 80 columns does not break it. */
const QUOTED_COLUMNS = 48

/**
 * What a stranger wrote, for {@link pairs}: each line begins with a mark, so that none of it can pass
 * for a line of ours, however it is worded and wherever the terminal ends.
 */
export function quoted(name: string, text: string | undefined): [string, string][] {
  const lines: string[] = []
  let line = ''
  const end = () => {
    if (line !== '') lines.push(line)
    line = ''
  }
  for (const word of cleanText(text ?? '').split(' ')) {
    if (line !== '' && columnsOf(`${line} ${word}`) > QUOTED_COLUMNS) end()
    if (line !== '') line += ' '
    for (const character of word) {
      if (columnsOf(line + character) > QUOTED_COLUMNS) end()
      line += character
    }
  }
  end()
  return lines.map((part, at) => [at === 0 ? name : '', `> ${part}`])
}

/** Wide scripts take two columns; what is three bytes long is taken for wide. */
const columnsOf = (text: string): number =>
  Array.from(text).reduce((sum, character) => sum + (Buffer.byteLength(character) > 2 ? 2 : 1), 0)

const lengthOf = (text: string): number => Array.from(text).length

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const room = ' '.repeat(width - lengthOf(text))
  return align === 'right' ? room + text : text + room
}
