/** Runs something and answers what it wrote to the standard streams meanwhile; it is still written. */
export async function captureOutput(run: () => Promise<void>): Promise<string> {
  const written: string[] = []
  const streams = [process.stdout, process.stderr] as const
  const originals = streams.map((stream) => stream.write)
  for (const [index, stream] of streams.entries())
    stream.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
      written.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))
      return originals[index]!.call(stream, chunk, ...rest)
    }) as typeof stream.write
  try {
    await run()
  } finally {
    for (const [index, stream] of streams.entries()) stream.write = originals[index] as typeof stream.write
  }
  return written.join('')
}
