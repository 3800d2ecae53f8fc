import type * as TE from 'fp-ts/lib/TaskEither.js';

export type RestoreFault =
  | { readonly _tag: 'BackupUnreadable'; readonly rule: string }
  /** A file is not what the manifest says, or the manifest is not signed by the authority's event key. */
  | { readonly _tag: 'BackupDamaged'; readonly name: string; readonly rule: string }
  | { readonly _tag: 'BackupTargetNotEmpty'; readonly folder: string }
  | { readonly _tag: 'LedgerFaulty'; readonly faults: number; readonly first: string }
  /** More was signed than the backup holds: going on from it would give the world two histories. */
  | { readonly _tag: 'HistoryShorter'; readonly backup: number; readonly signed: number; readonly by: string }
  /** The checkpoint is of another history than the backup's. */
  | { readonly _tag: 'HistoryDiffers'; readonly size: number }
  | { readonly _tag: 'CheckpointForeign'; readonly rule: string }
  /** Nobody was asked how far the history went, so nothing may go on from here. */
  | { readonly _tag: 'ContinuityUnproven'; readonly unreachable: ReadonlyArray<string> };

export type RestoreWork<A> = TE.TaskEither<RestoreFault, A>;

export const unreadable = (rule: string): RestoreFault => ({ _tag: 'BackupUnreadable', rule });
