import { join } from 'node:path'
import { capturedResult } from '../captures.ts'
import type { Commands } from '../rpc/command.ts'
import { exact, given } from '../rpc/exact-json.ts'
import { INVALID_PARAMS, RpcError, UNKNOWN_METHOD } from '../rpc/rpc-error.ts'
import { usagesIn } from '../rpc/usage.ts'
import { helpTextsIn } from '../versions.ts'

const FEATURES = {
  init: '800898880a8a59a1',
  node: '808898880a8a59a1',
  channel: '',
  invoice: '02000002024100',
}

/** The node itself and what it can be asked. */
export const infoCommands: Commands = {
  getinfo: async (node) => {
    const info = await node.link.call('getInfo')
    const counts = await node.channels.counts()
    return given({
      id: node.id,
      alias: info.alias,
      color: node.id.slice(0, 6),
      num_peers: info.peers,
      num_pending_channels: counts.pending,
      num_active_channels: counts.active,
      num_inactive_channels: counts.inactive,
      address: [],
      binding: [{ type: 'ipv4', address: '127.0.0.1', port: 19731 }],
      version: node.version,
      blockheight: info.blockHeight,
      network: node.chain,
      fees_collected_msat: exact(await node.channels.feesCollected()),
      'lightning-dir': join('/home/ln', node.name, node.chain),
      our_features: FEATURES,
      warning_lightningd_sync: node.faults.syncing ? 'Still loading latest blocks from bitcoind.' : undefined,
    })
  },

  help: (node, params) => {
    const asked = params.text('command')
    const help = helpTextsIn(node.version).map((command) => ({ command }))
    if (asked === undefined) return { help, 'format-hint': 'simple' }
    const found = help.filter(({ command }) => nameOf(command) === asked)
    if (found.length === 0) throw new RpcError(UNKNOWN_METHOD, `Unknown command '${asked}'`)
    return { help: found, 'format-hint': 'simple' }
  },

  check: (node, params) => {
    const command = params.text('command_to_check') ?? ''
    if (!usagesIn(node.version).has(command))
      throw new RpcError(INVALID_PARAMS, `Unknown command '${command}'`)
    return { command_to_check: command }
  },

  ping: async (node, params) => {
    const id = params.nodeId('id')
    const peers = await node.link.call('listPeers')
    if (!peers.some((peer) => peer.nodeId === id && peer.connected))
      throw new RpcError(-1, 'Peer not connected')
    return { totlen: (params.number('pongbytes') ?? 128) + 4 }
  },

  listconfigs: () => capturedResult('listconfigs'),

  plugin: (_node, params) => {
    if (params.text('subcommand') === 'list') return capturedResult('plugin-list')
    throw new RpcError(-1, 'this fake starts and stops no plugins')
  },

  waitblockheight: (node, params, { signal }) => node.coins.untilHeight(params, signal),
}

const nameOf = (command: string): string => command.split(' ')[0] ?? ''
