import type { LoadFault } from '../../domain/ledger/load-stream.js';
import type { StoreError } from '../../domain/ports.js';
import type { PlaceUnavailable, RecordConflict } from '../../domain/transparency/ports.js';
import type { FileFault } from '../access/private-files.js';
import type { KeyStoreError } from '../key-store/key-store-error.js';

/** Why a ledger was not copied. What was copied so far stays, and the same command goes on from there. */
export type CopyFault =
  | { readonly _tag: 'NotFounded'; readonly dir: string }
  /** The target is neither empty nor the unfinished copy of this ledger: nothing was written to it. */
  | { readonly _tag: 'TargetHoldsOther'; readonly where: string; readonly rule: string }
  /** The ledger went to another place before: a second copy would give it two futures. */
  | { readonly _tag: 'MovedBefore'; readonly where: string }
  /** What was read back is not what was copied. */
  | { readonly _tag: 'CopyDiffers'; readonly where: string; readonly rule: string }
  /** What was signed last is not a beginning of what the source holds. */
  | { readonly _tag: 'CheckpointDiffers'; readonly rule: string }
  | StoreError
  | LoadFault
  | FileFault
  | PlaceUnavailable
  | RecordConflict
  | KeyStoreError;
