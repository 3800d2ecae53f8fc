import type { ReleaseAsked, ReleaseFacts } from './events.js';
import type { ReleaseGrounds } from './judge-release.js';

/** What the host's stream is told of a release. */
export type ReleaseCommand =
  | {
      readonly type: 'AskForKey';
      readonly asked: ReleaseAsked;
      readonly facts: ReleaseFacts;
      readonly grounds: ReleaseGrounds;
      /** Refusals that were only counted since the last recorded one. */
      readonly unrecorded: number;
    }
  | {
      readonly type: 'DeliverKey';
      readonly release: string;
      /** Id of the key that goes out. */
      readonly key: string;
      readonly facts: ReleaseFacts;
      readonly grounds: ReleaseGrounds;
    }
  | {
      readonly type: 'FailDelivery';
      readonly release: string;
      readonly fault: string;
      readonly facts: ReleaseFacts;
    };

/** Not authorised, or answered already. */
export interface ReleaseRejection {
  readonly _tag: 'ReleaseNotOpen';
}
