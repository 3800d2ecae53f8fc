import type { LoadFault } from '../ledger/load-stream.js';
import type { PolicyRefusal } from '../transparency/policy-check.js';
import type { HeadsFault } from './stream-heads.js';

/** Why something in a bundle is not what it is said to be; the place is named wherever one can be. */
export type BundleFault =
  | Exclude<LoadFault, { readonly _tag: `Store${string}` | 'Conflict' | 'StreamTooShort' }>
  | HeadsFault
  | { readonly _tag: 'EntryUnreadable'; readonly index: number; readonly rule: string }
  /** The key that is believed is of a log whose authority has another key than the one that founded this ledger. */
  | { readonly _tag: 'AnotherAuthority'; readonly believed: string; readonly found: string }
  | { readonly _tag: 'CheckpointRefused'; readonly refusal: PolicyRefusal }
  /** The checkpoint's tree does not hold exactly these entries at these places. */
  | { readonly _tag: 'NotInTree'; readonly size: number }
  | { readonly _tag: 'HostMissing'; readonly host: string }
  /** An entry behind the one that the authority says was the stream's last, or another one in its place. */
  | { readonly _tag: 'HeadContradicted'; readonly stream: string; readonly stated: number; readonly listed: number }
  /** Events of the period may be missing: the first one here is neither the host's first nor from before the period. */
  | { readonly _tag: 'PeriodCut'; readonly stream: string; readonly revision: number }
  | { readonly _tag: 'BlobDamaged'; readonly sha256: string }
  /** Nothing that is proved here asks for it. */
  | { readonly _tag: 'BlobNotNamed'; readonly sha256: string }
  /** The verdict names reference values that are not here, or that were recorded only after it. */
  | { readonly _tag: 'BasisMissing'; readonly at: VerdictPlace; readonly stream: string; readonly revision: number }
  /** What was known of the host before the verdict is not here. */
  | { readonly _tag: 'ContextMissing'; readonly at: VerdictPlace }
  /** Made again, the verdict is another one. */
  | { readonly _tag: 'VerdictDiffers'; readonly at: VerdictPlace; readonly fields: string };

export interface VerdictPlace {
  readonly index: number;
  readonly stream: string;
  readonly revision: number;
}
