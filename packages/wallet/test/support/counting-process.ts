import { openStore } from './stores.ts'

// Reads a number and writes the next one, many times, at once with others.
const [address = '', times = '0'] = process.argv.slice(2)
const store = openStore(address)
for (let i = 0; i < Number(times); i++)
  await store.transaction(async (writer) => {
    const count = Number((await writer.getMeta('count')) ?? 0)
    await writer.setMeta('count', `${count + 1}`)
  })
await store.close()
