import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { HostContext } from '../appraisal/appraiser.js';
import { laterOf } from '../encoding/instant.js';
import type { Challenge, HostCommand, HostRejection } from './commands.js';
import type { HostEvent } from './events.js';
import { readiness } from './readiness.js';
import { type CertifiedKey, contextOf, type HostState } from './state.js';
import { isUsed } from './used-once.js';

type Decided = E.Either<HostRejection, ReadonlyArray<HostEvent>>;
type Of<T extends HostCommand['type']> = Extract<HostCommand, { readonly type: T }>;

const reject = (rejection: HostRejection): E.Either<HostRejection, never> => E.left(rejection);

/** The clock of this machine may be behind the stream's: what was forgotten as expired must not come back to life. */
export const effective = (now: string, state: HostState): string => laterOf(now, state.recordedAt ?? now);

/** Whether the host may certify an AK with this endorsement key at all. */
export const mayCertify = (state: HostState, endorsementKey: string): E.Either<HostRejection, true> => {
  if (state.status === 'unknown') return reject({ _tag: 'HostNotEnrolled' });
  if (state.status === 'retired') return reject({ _tag: 'HostRetired' });
  return state.endorsementKey === undefined || state.endorsementKey === endorsementKey
    ? E.right(true)
    : reject({ _tag: 'EndorsementKeyChanged', expected: state.endorsementKey, actual: endorsementKey });
};

/** Safe to repeat: the key that is certified already is not certified again. */
export const certify = ({ key, now }: Of<'CertifyAttestationKey'>, state: HostState): Decided => {
  const { attestationKey } = state;
  const may = mayCertify(state, key.endorsementKey);
  if (E.isLeft(may)) return may;
  if (attestationKey?.activation === key.activation) return E.right([]);
  if (isUsed(state.used, key.activation)) return reject({ _tag: 'ActivationUsed' });
  if (effective(now, state) > key.activationExpires) {
    return reject({ _tag: 'ActivationExpired', expired: key.activationExpires });
  }
  return attestationKey?.akName === key.akName
    ? E.right([])
    : E.right([{ type: 'AttestationKeyCertified', data: key }]);
};

/** The host's certified AK, if the challenge is live for it; asked before the costly work, and again when deciding. */
export const answerable = (
  challenge: Challenge,
  now: string,
  state: HostState,
): E.Either<HostRejection, CertifiedKey> =>
  pipe(
    readiness(state, challenge.akName),
    E.flatMap((key) => {
      if (isUsed(state.used, challenge.digest)) return reject({ _tag: 'ChallengeUsed' });
      return effective(now, state) > challenge.expires
        ? reject({ _tag: 'ChallengeExpired', expired: challenge.expires })
        : E.right(key);
    }),
  );

const sameContext = (a: HostContext, b: HostContext): boolean =>
  a.certifiedAkName === b.certifiedAkName &&
  a.boundEndorsementKey === b.boundEndorsementKey &&
  (a.previous === b.previous || JSON.stringify(a.previous) === JSON.stringify(b.previous));

/** A refusal to trust is an event. */
export const attest = (command: Of<'Attest'>, state: HostState): Decided => {
  const { challenge, now, wrappingKey } = command;
  const key = answerable(challenge, now, state);
  if (E.isLeft(key)) return key;
  if (!sameContext(contextOf(state), command.host)) return reject({ _tag: 'HostChangedMeanwhile' });
  const data = {
    challenge: challenge.digest,
    challengeExpires: challenge.expires,
    wrappingKey: wrappingKey ?? null,
    record: command.record,
  };
  return E.right([{ type: data.record.verdict === 'affirming' ? 'HostAttested' : 'AttestationRefused', data }]);
};
