import { type Answer, ask, call, type EclairLine } from './eclair-line.ts'
import type { Replay } from './payment-replays.ts'

const NOBODY = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
const ZERO = '0'.repeat(64)

const uriOf = ({ b }: EclairLine): string => `${b.nodeId}@127.0.0.1:19742`
const channelOf = async ({ a }: EclairLine): Promise<string> =>
  ((await call(a, 'channels')).json as readonly { channelId: string }[])[0]?.channelId as string
const addressOf = async ({ c }: EclairLine): Promise<string> =>
  (await call(c, 'getnewaddress')).json as string
const coffeeOf = async ({ c }: EclairLine): Promise<string> =>
  (await ask(c, 'createinvoice', { description: 'coffee', amountMsat: 10_000 }))['serialized'] as string
const connected = async (line: EclairLine): Promise<EclairLine> => {
  await call(line.a, 'connect', { uri: uriOf(line) })
  return line
}
const opened = async (line: EclairLine, more: Record<string, string | number> = {}): Promise<Answer> => {
  const { a, b } = await connected(line)
  return call(a, 'open', { nodeId: b.nodeId, fundingSatoshis: 2_000_000, announceChannel: 'true', ...more })
}

/** On a line without channels. */
export const bareReplays: Readonly<Record<string, Replay>> = {
  getinfo: ({ a }) => call(a, 'getinfo'),
  'auth-missing': ({ a }) => call(a, 'getinfo', {}, { authorization: null }),
  'auth-wrong': ({ a }) =>
    call(a, 'getinfo', {}, { authorization: `Basic ${Buffer.from(':wrong').toString('base64')}` }),
  'get-instead-of-post': ({ a }) => call(a, 'getinfo', {}, { method: 'GET' }),
  'json-body': ({ a }) => call(a, 'createinvoice', { x: 'y' }, { contentType: 'application/json' }),
  'unknown-path': ({ a }) => call(a, 'nosuchmethod'),
  'networkfees-gone': ({ a }) => call(a, 'networkfees'),
  'peers-empty': ({ a }) => call(a, 'peers'),
  'channels-empty': ({ a }) => call(a, 'channels'),
  closedchannels: ({ a }) => call(a, 'closedchannels'),
  'channel-unknown': ({ a }) => call(a, 'channel', { channelId: ZERO }),
  'close-unknown': ({ a }) => call(a, 'close', { channelId: ZERO }),
  onchainbalance: ({ a }) => call(a, 'onchainbalance'),
  onchaintransactions: ({ a }) => call(a, 'onchaintransactions'),
  getnewaddress: ({ a }) => call(a, 'getnewaddress'),
  'connect-uri': (line) => call(line.a, 'connect', { uri: uriOf(line) }),
  'connect-nodeid-host-port': ({ b, c }) =>
    call(b, 'connect', { nodeId: c.nodeId, host: '127.0.0.1', port: 19743 }),
  'connect-again': async (line) => call((await connected(line)).a, 'connect', { uri: uriOf(line) }),
  'connect-bad': ({ a }) => call(a, 'connect', { uri: 'xx' }),
  'connect-fail': ({ a }) => call(a, 'connect', { uri: `${NOBODY}@127.0.0.1:1` }),
  peers: async (line) => {
    const { a, c } = await connected(line)
    await call(a, 'connect', { nodeId: c.nodeId, host: '127.0.0.1', port: 19743 })
    return call(a, 'peers')
  },
  disconnect: async (line) => {
    const { a, b } = await connected(line)
    return call(a, 'disconnect', { nodeId: b.nodeId })
  },
  'disconnect-again': ({ a }) => call(a, 'disconnect', { nodeId: NOBODY }),
  open: (line) => opened(line, { fundingFeerateSatByte: 2 }),
  'open-push': (line) => opened(line, { pushMsat: 300_000_000 }),
  'open-too-small': (line) => opened(line, { fundingSatoshis: 1000 }),
  'open-too-much': (line) => opened(line, { fundingSatoshis: 900_000_000 }),
  'open-not-connected': ({ a, c }) => call(a, 'open', { nodeId: c.nodeId, fundingSatoshis: 200_000 }),
  'open-missing-param': ({ a, b }) => call(a, 'open', { nodeId: b.nodeId }),
  'open-bad-channeltype': ({ a, b }) =>
    call(a, 'open', { nodeId: b.nodeId, fundingSatoshis: 200_000, channelType: 'nope' }),
  'channels-unconfirmed': async (line) => {
    await opened(line, { fundingSatoshis: 1000 })
    await opened(line, { fundingSatoshis: 900_000_000 })
    await opened(line)
    return call(line.a, 'channels')
  },
  sendonchain: async (line) =>
    call(line.a, 'sendonchain', {
      address: await addressOf(line),
      amountSatoshis: 50_000,
      confirmationTarget: 6,
    }),
  'sendonchain-feerate': async (line) =>
    call(line.a, 'sendonchain', {
      address: await addressOf(line),
      amountSatoshis: 50_000,
      feeRatePerByte: 3,
    }),
  'sendonchain-bad': ({ a }) =>
    call(a, 'sendonchain', { address: 'bcrt1qqqq', amountSatoshis: 50_000, confirmationTarget: 6 }),
  'sendonchain-noconf': async (line) =>
    call(line.a, 'sendonchain', { address: await addressOf(line), amountSatoshis: 50_000 }),
  'sendonchain-too-much': async (line) =>
    call(line.a, 'sendonchain', {
      address: await addressOf(line),
      amountSatoshis: 5_000_000_000,
      confirmationTarget: 6,
    }),
  signmessage: ({ a }) => call(a, 'signmessage', { msg: 'aGVsbG8=' }),
  verifymessage: async ({ a, b }) => {
    const { signature } = (await ask(a, 'signmessage', { msg: 'aGVsbG8=' })) as { signature: string }
    return call(b, 'verifymessage', { msg: 'aGVsbG8=', sig: signature })
  },
  'node-unknown': ({ a }) => call(a, 'node', { nodeId: NOBODY }),
  'findroutetonode-none': ({ a }) => call(a, 'findroutetonode', { nodeId: NOBODY, amountMsat: 10_000 }),
}

/** On a line with both channels. */
export const joinedReplays: Readonly<Record<string, Replay>> = {
  'getinfo-channels': ({ a }) => call(a, 'getinfo'),
  channels: ({ a }) => call(a, 'channels'),
  'channels-of-node': ({ a, b }) => call(a, 'channels', { nodeId: b.nodeId }),
  channel: async (line) => call(line.a, 'channel', { channelId: await channelOf(line) }),
  'channels-offline': async ({ b, c }) => {
    b.network.setPeerOnline('c', false)
    return call(b, 'channels', { nodeId: c.nodeId })
  },
  'channels-after-splice': async (line) => {
    const channelId = await channelOf(line)
    await call(line.a, 'splicein', { channelId, amountIn: 100_000 })
    line.a.network.mineBlocks(6)
    return call(line.a, 'channels')
  },
  'channels-closing': async (line) => {
    await call(line.a, 'splicein', { channelId: await channelOf(line), amountIn: 100_000 })
    line.a.network.mineBlocks(6)
    await call(line.a, 'close', { channelId: await channelOf(line) })
    return call(line.a, 'channels')
  },
  'channels-force-closing': async ({ b, c }) => {
    const [channel] = (await call(b, 'channels', { nodeId: c.nodeId })).json as readonly {
      channelId: string
    }[]
    await call(b, 'forceclose', { channelId: channel?.channelId as string })
    return call(b, 'channels', { nodeId: c.nodeId })
  },
  channelbalances: ({ a }) => call(a, 'channelbalances'),
  usablebalances: ({ a }) => call(a, 'usablebalances'),
  close: async (line) => call(line.a, 'close', { channelId: await channelOf(line) }),
  forceclose: async (line) => call(line.a, 'forceclose', { channelId: await channelOf(line) }),
  updaterelayfee: ({ a, b }) =>
    call(a, 'updaterelayfee', { nodeId: b.nodeId, feeBaseMsat: 5, feeProportionalMillionths: 250 }),
  splicein: async (line) => call(line.a, 'splicein', { channelId: await channelOf(line), amountIn: 100_000 }),
  spliceout: async (line) =>
    call(line.a, 'spliceout', {
      channelId: await channelOf(line),
      amountOut: 50_000,
      address: await addressOf(line),
    }),
  allchannels: ({ a }) => call(a, 'allchannels'),
  allupdates: ({ a }) => call(a, 'allupdates'),
  node: ({ a, b }) => call(a, 'node', { nodeId: b.nodeId }),
  nodes: ({ a }) => call(a, 'nodes'),
  findroute: async (line) => call(line.a, 'findroute', { invoice: await coffeeOf(line) }),
  'findroute-full': async (line) =>
    call(line.a, 'findroute', { invoice: await coffeeOf(line), format: 'full' }),
  'findroute-scid': async (line) =>
    call(line.a, 'findroute', { invoice: await coffeeOf(line), format: 'shortChannelId' }),
  findroutetonode: ({ a, c }) => call(a, 'findroutetonode', { nodeId: c.nodeId, amountMsat: 10_000 }),
}
