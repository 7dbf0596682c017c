import { LightningError } from '@lightning-mcp/core'
import type { OwnerKey } from '@lightning-mcp/wallet'
import type { CommandContext, OwnerCommand } from './command.ts'
import { pairs } from './table.ts'
import { isoTime } from './values.ts'

/** Makes the owner's key, if there is none, and this wallet's database its ledger. */
export const init: OwnerCommand = {
  usage: ['owner init [--new-ledger] [--passphrase-file FILE] [settings]'],
  summary: "Make the owner's key and let this wallet spend",
  details: `
Makes a key, closed by a passphrase, in the owner's folder, unless there is one. Then asks the node who
it is and writes into the wallet's database, signed by the key, that this is its ledger. A real wallet
spends nothing without that, so that a lost database is never taken for a fresh start.`,
  options: {
    'new-ledger': {
      type: 'switch',
      description:
        'The old database is lost for good, or this one belongs to another wallet or key: take it all the same',
    },
  },
  begins: true,
  takesKey: true,
  takesAnyKey: true,
  async run(context) {
    const { config, note, values } = context
    const { certifyLedger } = await import('@lightning-mcp/wallet')
    // whatever is wrong with the settings or the node is told before a passphrase is asked for
    const ledger = await context.ledger()
    const identity = await ledger.identity()
    const { key, made } = await openOrMake(context)
    if (made)
      note(`The owner's key is made. Keep a copy of ${config.ownerDir}, and the passphrase elsewhere.`)
    const newLedger = values['new-ledger'] === true
    const certified = await certifyLedger({
      store: ledger.store,
      identity,
      key,
      ownerDir: config.ownerDir,
      newLedger,
    })
    const replaced = isoTime(certified.replaces?.madeAtMs)
    return {
      data: {
        ok: true,
        ownerDir: config.ownerDir,
        publicKey: key.publicKey,
        keyMade: made,
        backend: identity,
        folder: ledger.folder,
        ...certified,
      },
      text: [
        pairs([
          ["owner's key", `${key.publicKey} in ${config.ownerDir}`],
          ['wallet', `${identity.kind}, ${identity.network}, ${identity.id}`],
          [
            'ledger',
            `${certified.ledgerId} in ${config.database === undefined ? ledger.folder : 'PostgreSQL'}`,
          ],
        ]),
        certified.status === 'unchanged'
          ? '\nIt is this owner’s already: nothing was changed.\n'
          : '\nThis wallet may spend now, within its limits.\n',
        replaced === undefined
          ? ''
          : `It takes the place of the ledger of ${replaced}: what was paid from that one is unknown here.\n`,
        'Limits of your own: lightning-mcp owner policy set FILE (owner policy --help shows one)\n',
      ].join(''),
    }
  },
}

async function openOrMake(context: CommandContext): Promise<{ key: OwnerKey; made: boolean }> {
  const { createOwner, hasOwnerKey, readOwner, restoreOwner } = await import('@lightning-mcp/wallet')
  const folder = context.config.ownerDir
  if (await hasOwnerKey(folder)) {
    const key = await context.key()
    await restoreOwner(folder)
    return { key, made: false }
  }
  const elsewhere = await readOwner(folder)
  if (elsewhere !== undefined) throw keyElsewhere(folder)
  return { key: await createOwner({ folder, passphrase: await context.newPassphrase() }), made: true }
}

const keyElsewhere = (folder: string): LightningError =>
  new LightningError({
    code: 'not_ready',
    message: `${folder} names an owner, and the key is not there`,
    hint: 'Run this with the folder that holds the key: --owner-dir FOLDER.',
  })
