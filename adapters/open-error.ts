import type { FoundingFault } from '../domain/found-authority.js';
import type { ChainFault } from '../domain/ledger/chain.js';
import type { HeadFault } from '../domain/ledger/head.js';
import type { LoadFault } from '../domain/ledger/load-stream.js';
import type { StoreError } from '../domain/ports.js';
import type { FileFault } from './access/private-files.js';
import type { KeyStoreError } from './key-store/key-store-error.js';

/** Why an authority's folder can't be opened or founded. Never holds a passphrase, token or key. */
export type OpenError =
  | { readonly _tag: 'NotFounded'; readonly dir: string }
  | { readonly _tag: 'FolderNotEmpty'; readonly dir: string }
  | KeyStoreError
  | StoreError
  | ChainFault
  | HeadFault
  | LoadFault
  | FileFault
  | FoundingFault;
