import { join } from 'node:path';

/** Where an authority keeps what: docs/operations.md says what each file is worth. */
export interface DataFolder {
  readonly root: string;
  readonly ledger: string;
  readonly projections: string;
  readonly keys: string;
  readonly tokens: string;
  readonly tokenOf: (subject: string) => string;
  readonly tokenFolder: string;
  readonly server: string;
  readonly passphrase: string;
}

export const dataFolder = (root: string): DataFolder => ({
  root,
  ledger: join(root, 'ledger.db'),
  projections: join(root, 'projections.db'),
  keys: join(root, 'keys.json'),
  tokens: join(root, 'tokens.json'),
  tokenFolder: join(root, 'tokens'),
  tokenOf: (subject) => join(root, 'tokens', `${subject}.token`),
  server: join(root, 'server.json'),
  passphrase: join(root, 'passphrase'),
});
