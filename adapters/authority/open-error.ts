import type { FoundingFault } from '../../domain/found-authority.js';
import type { ChainFault } from '../../domain/ledger/chain.js';
import type { HeadFault } from '../../domain/ledger/head.js';
import type { LoadFault } from '../../domain/ledger/load-stream.js';
import type { StoreError } from '../../domain/ports.js';
import type { LogFault } from '../../domain/transparency/log-state.js';
import type { Malformed } from '../../domain/transparency/malformed.js';
import type { FileFault } from '../access/private-files.js';
import type { KeyStoreError } from '../key-store/key-store-error.js';
import type { VaultOpenFault } from '../key-vault/open-vault.js';

/** Why an authority's folder can't be opened or founded. Never holds a passphrase, token or key. */
export type OpenError =
  | { readonly _tag: 'NotFounded'; readonly dir: string }
  | { readonly _tag: 'FolderNotEmpty'; readonly dir: string }
  /** The ledger goes on elsewhere: signing here would give it two futures. */
  | { readonly _tag: 'LedgerMoved'; readonly dir: string }
  /** A ledger was being copied to here, and what ended that left it unfinished. */
  | { readonly _tag: 'CopyUnfinished'; readonly dir: string }
  /** Going on could give the world two histories, or the log's places can't be used. */
  | { readonly _tag: 'LogRefused'; readonly fault: LogFault }
  | { readonly _tag: 'PolicyInvalid'; readonly file: string; readonly fault: Malformed }
  | KeyStoreError
  | VaultOpenFault
  | StoreError
  | ChainFault
  | HeadFault
  | LoadFault
  | FileFault
  | FoundingFault;
