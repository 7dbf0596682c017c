import type { Comparison } from './measure.ts'

const milliseconds = (value: number): string =>
  value >= 10
    ? `${value.toFixed(1)} ms`
    : value >= 0.1
      ? `${value.toFixed(2)} ms`
      : `${(value * 1000).toFixed(1)} µs`

const write = (text: string): void => void process.stdout.write(`${text}\n`)

export const heading = (text: string): void => write(`\n${text}\n${'-'.repeat(text.length)}`)

export const line = (name: string, value: string, aim?: string): void =>
  write(`  ${name.padEnd(46)} ${value}${aim === undefined ? '' : `   (aim ${aim})`}`)

/** Prints one comparison: both medians, then the ratio that is judged. */
export const comparison = (
  name: string,
  result: Comparison,
  judged: 'throughput' | 'latency',
  aim?: string,
): void => {
  line(
    name,
    `ours ${milliseconds(result.ours.medianMs)}, ${result.ours.perSecond.toFixed(0)}/s · floor ${milliseconds(result.floor.medianMs)}, ${result.floor.perSecond.toFixed(0)}/s`,
  )
  line(
    '',
    judged === 'throughput'
      ? `${result.throughputRatio.toFixed(2)} × the floor's throughput`
      : `${result.latencyRatio.toFixed(2)} × the floor's latency`,
    aim,
  )
}
