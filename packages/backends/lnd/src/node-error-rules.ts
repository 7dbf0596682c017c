import { type ErrorRule, STATUS } from './error-rules.ts'

const CONFIRMED_COINS =
  'Only confirmed coins count, less a reserve for closing channels: see the on-chain balance.'
const OTHER_TERMS = 'Change the order; nothing was sent.'

/**
 * LND's answers about channels, coins, peers and towers. LND gives them as status UNKNOWN with a text;
 * each is followed by where LND writes it. They come first: words of a peer may follow some of these.
 */
export const NODE_ERROR_RULES: readonly ErrorRule[] = [
  // up to the peer's signature nothing is broadcast: https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/funding/manager.go (handleErrorMsg, pruneZombieReservations)
  {
    text: /^received funding error from/,
    code: 'recipient_rejected',
    message: 'the peer refuses to open this channel',
    hint: 'Many peers want a larger channel, and only a few that are not confirmed yet.',
    refusesUnrecorded: true,
  },
  {
    text: /^reservation timed out waiting for peer/,
    code: 'unavailable',
    message: 'the peer did not answer to the opening of the channel',
    hint: 'Try again, or choose another peer.',
    refusesUnrecorded: true,
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/server.go (OpenChannel)
  {
    text: /^peer [0-9a-f]+ is not online/,
    code: 'unavailable',
    message: 'LND is not connected to this peer',
    hint: 'Give the host of the peer, or connect to it first.',
    refusesUnrecorded: true,
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/rpcserver.go (canOpenChannel, parseOpenChannelReq)
  {
    text: /^channels cannot be created before the wallet is fully synced/,
    code: 'not_ready',
    message: 'LND is not synced to the chain yet',
    hint: 'Wait until lncli getinfo shows synced_to_chain: true.',
    refusesUnrecorded: true,
  },
  {
    text: /^(funding amount is too large|channel is too small|amount pushed to remote peer|local funding amount must|cannot open channel to self|provided memo|chan size of|funder balance too small)/,
    code: 'invalid_request',
    message: 'LND opens no channel on these terms',
    hint: 'A channel holds at least 20,000 sat, and more than is pushed; above 0.16 BTC both nodes must allow it.',
    refusesUnrecorded: true,
  },
  // before a transaction is signed: lnwallet/chanfunding/coin_select.go, btcwallet's wallet/txauthor,
  // lnwallet/wallet.go (ErrReservedValueInvalidated)
  {
    text: /not enough witness outputs to create funding|insufficient funds available to construct transaction|reserved wallet balance invalidated/,
    code: 'insufficient_balance',
    message: 'the on-chain wallet holds too little for this',
    hint: CONFIRMED_COINS,
    refusesUnrecorded: true,
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/sweep/sweeper.go (ErrFeePreferenceTooLow)
  {
    text: /^fee preference too low/,
    code: 'invalid_request',
    message: 'the chain takes no transaction at this fee rate now',
    hint: 'Give a higher fee rate.',
    refusesUnrecorded: true,
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/rpcserver.go (CloseChannel); the first also channeldb/error.go
  {
    text: /^channel not found/,
    code: 'invalid_request',
    message: 'LND has no such open channel',
    hint: 'It may be closed already: look at the closed channels.',
    refusesUnrecorded: true,
  },
  {
    text: /^unable to gracefully close channel while peer is offline/,
    code: 'unavailable',
    message: 'the peer is offline, and a cooperative close needs it',
    hint: 'Wait for the peer, or close by force if it stays away: that costs more and takes days.',
    refusesUnrecorded: true,
  },
  {
    text: /^cannot coop close channel with active htlcs/,
    code: 'unavailable',
    message: 'payments are under way in this channel',
    hint: 'Try again when they are over.',
    refusesUnrecorded: true,
  },
  {
    text: /^(cannot co-op close frozen channel|cannot close channel with state)/,
    code: 'unsupported',
    message: 'LND cannot close a channel in this state',
    hint: "Look at the node's log, or wait for the peer.",
    refusesUnrecorded: true,
  },
  {
    text: /^max_fee_per_vbyte .* is less than/,
    code: 'invalid_request',
    message: 'the chain takes no transaction at this fee rate now',
    hint: 'Give a higher fee rate.',
    refusesUnrecorded: true,
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/rpcserver.go (SendCoins), btcutil/address.go, btcwallet's txrules
  {
    text: /is not valid for this network/,
    code: 'wrong_network',
    message: 'the address is one of another network',
    hint: 'Ask the recipient for an address of the network of this node.',
    refusesUnrecorded: true,
  },
  {
    text: /^(decoded address is of unknown|checksum mismatch|unknown address type|unsupported witness version|invalid segwit address|no witness version|invalid witness version|cannot send coins to pubkeys|transaction output (is dust|amount is negative|amount exceeds))/,
    code: 'invalid_request',
    message: 'LND sends no coins to this address or of this amount',
    hint: OTHER_TERMS,
    refusesUnrecorded: true,
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/rpcserver.go (ConnectPeer, DisconnectPeer)
  {
    text: /^already connected to peer/,
    code: 'already_exists',
    message: 'LND is connected to this peer already',
    hint: 'Nothing needs to be done.',
  },
  {
    text: /^unable to disconnect peer: peer \S+ is not connected/,
    code: 'not_found',
    message: 'LND is not connected to this peer',
    hint: 'Nothing needs to be done.',
  },
  {
    text: /^cannot make connection to self/,
    code: 'invalid_request',
    message: 'the peer is this node itself',
    hint: 'Give another node.',
  },
  {
    status: STATUS.UNKNOWN,
    text: /^(dial tcp|dial proxy failed|unable to (resolve|connect)|lookup |socks connect)|connection refused|i\/o timeout|no such host/,
    code: 'unavailable',
    message: 'the peer cannot be reached at this address',
    hint: 'Check the host and port of the peer, and that LND may connect to it (Tor, firewall).',
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/rpcserver.go (UpdateChannelPolicy)
  {
    text: /^time lock delta of/,
    code: 'invalid_request',
    message: 'LND refuses this CLTV delta',
    hint: 'Give 24 to 2016 blocks.',
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/lnrpc/wtclientrpc/wtclient.go, watchtower/wtdb/client_db.go
  {
    text: /watchtower client not active/,
    code: 'unsupported',
    message: "LND's watchtower client is switched off",
    hint: 'Set wtclient.active=true in lnd.conf and restart LND.',
  },
  {
    text: /tower not found/,
    code: 'not_found',
    message: 'LND uses no such watchtower',
    hint: 'List the watchtowers.',
  },
  {
    text: /tower has unacked updates|has un-?acked updates/,
    code: 'in_progress',
    message: 'backups are still under way to this watchtower',
    hint: 'Try again when no backup is pending.',
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/graph/db/errors.go
  {
    status: STATUS.NOT_FOUND,
    text: /^unable to find node/,
    code: 'not_found',
    message: 'LND has not heard of this node',
    hint: 'Check the node id; a node without public channels is not told of.',
  },
  {
    text: /^(edge not found|edge marked as zombie)/,
    code: 'not_found',
    message: 'LND has not heard of this channel',
    hint: 'A channel is told of once it is confirmed and announced.',
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/rpcserver.go (VerifyChanBackup)
  {
    text: /^invalid (multi|single) channel backup/,
    code: 'invalid_request',
    message: 'this is no channel backup of this node',
    hint: 'Give a backup exactly as it was exported.',
  },
  // EstimateRouteFee: https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/lnrpc/routerrpc/router_server.go
  {
    status: STATUS.UNKNOWN,
    text: /^all LSP probe payments failed/,
    code: 'no_route',
    message: 'no probe reached the destination',
    hint: 'Try a smaller amount, or later.',
  },
]
