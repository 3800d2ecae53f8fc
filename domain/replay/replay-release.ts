import * as E from 'fp-ts/lib/Either.js';
import type { ReleaseCommand } from '../key-release/commands.js';
import { decideRelease } from '../key-release/decide-release.js';
import type { ReleaseEvent } from '../key-release/events.js';
import { differencesOf } from './difference.js';
import type { ReleaseDecision } from './release-history.js';
import type { VerdictReplay } from './replay-verdict.js';

/** What the host's stream was asked when it recorded this, as far as the event says. */
const commandOf = ({ recorded, grounds, cluster }: ReleaseDecision): ReleaseCommand => {
  const { event } = recorded;
  // The one fact that streams hold: it must be what they say.
  const facts = { ...event.data.facts, cluster };
  switch (event.type) {
    case 'KeyReleaseAuthorised':
      return { type: 'AskForKey', ...event.data, facts, grounds, unrecorded: 0 };
    case 'KeyReleaseRefused':
      return { type: 'AskForKey', ...event.data, facts, grounds };
    case 'KeyDelivered':
      return { type: 'DeliverKey', ...event.data, facts, grounds };
    case 'KeyDeliveryFailed':
      return event.data.fault === 'GroundsChanged'
        ? { type: 'DeliverKey', ...event.data, facts, key: '', grounds }
        : { type: 'FailDelivery', ...event.data, facts };
  }
};

const outcome = (decided: ReturnType<typeof decideRelease>): ReleaseEvent | undefined =>
  E.isRight(decided) ? decided.right[0] : undefined;

/**
 * Decides a release again from the streams that its basis names, at those revisions, and from the facts that its event records.
 * No differences: it is the recorded decision, reason by reason.
 */
export const replayRelease = (decision: ReleaseDecision): VerdictReplay => {
  const { host, recorded, before } = decision;
  const { index, revision, event } = recorded;
  const again = outcome(decideRelease(commandOf(decision), before));
  return { host, index, revision, differences: differencesOf(event, again) };
};
