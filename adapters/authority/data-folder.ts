import { join } from 'node:path';

/** Where an authority keeps what: docs/operations.md says what each file is worth. */
export interface DataFolder {
  readonly root: string;
  readonly ledger: string;
  /** Which EventStoreDB cluster keeps the ledger; not there: `ledger` does. */
  readonly store: string;
  /** This node's copy of a ledger that is kept elsewhere, and up to where it goes. */
  readonly replica: string;
  readonly replicaPosition: string;
  readonly projections: string;
  readonly keys: string;
  /** Secrets of key providers. */
  readonly vault: string;
  readonly tokens: string;
  readonly tokenOf: (subject: string) => string;
  readonly tokenFolder: string;
  readonly server: string;
  readonly passphrase: string;
  /** How far events were published, and by whose turn. */
  readonly publisher: string;
  readonly log: string;
  /** The last checkpoint that was signed: apart from the ledger, so that an old copy of that can't fork the log. */
  readonly logRecord: string;
  readonly logTiles: string;
  /** Whose cosignatures a checkpoint needs before it is published; not there: nobody's. */
  readonly logPolicy: string;
  /** Where the ledger went; what is left here can be read and signs nothing. */
  readonly moved: string;
  /** There while a ledger is being copied into this folder. */
  readonly copying: string;
  /** Checkpoints that witnesses cosigned, one an hour: what they cover nobody who got a key later can have forged. */
  readonly logCosigned: string;
}

export const dataFolder = (root: string): DataFolder => ({
  root,
  ledger: join(root, 'ledger.db'),
  store: join(root, 'store.json'),
  replica: join(root, 'replica.db'),
  replicaPosition: join(root, 'replica.position'),
  projections: join(root, 'projections.db'),
  keys: join(root, 'keys.json'),
  vault: join(root, 'vault.json'),
  tokens: join(root, 'tokens.json'),
  tokenFolder: join(root, 'tokens'),
  tokenOf: (subject) => join(root, 'tokens', `${subject}.token`),
  server: join(root, 'server.json'),
  passphrase: join(root, 'passphrase'),
  publisher: join(root, 'publisher.json'),
  log: join(root, 'log'),
  logRecord: join(root, 'log', 'record'),
  logTiles: join(root, 'log', 'tiles'),
  logPolicy: join(root, 'log', 'policy'),
  moved: join(root, 'moved.json'),
  copying: join(root, 'copying.json'),
  logCosigned: join(root, 'log', 'cosigned'),
});
