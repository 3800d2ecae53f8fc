import * as E from 'fp-ts/lib/Either.js';
import type { HostContext } from '../appraisal/appraiser.js';
import { laterOf } from '../encoding/instant.js';
import type { HostCommand, HostRejection } from './commands.js';
import type { HostEvent } from './events.js';
import { readiness } from './readiness.js';
import { contextOf, type HostState } from './state.js';

type Decided = E.Either<HostRejection, ReadonlyArray<HostEvent>>;
type Of<T extends HostCommand['type']> = Extract<HostCommand, { readonly type: T }>;

const reject = (rejection: HostRejection): E.Either<HostRejection, never> => E.left(rejection);

/** The clock of this machine may be behind the stream's: what was forgotten as expired must not come back to life. */
const effective = (now: string, state: HostState): string => laterOf(now, state.recordedAt ?? now);

/** Safe to repeat: the key that is certified already is not certified again. */
export const certify = ({ key, now }: Of<'CertifyAttestationKey'>, state: HostState): Decided => {
  const { endorsementKey, attestationKey } = state;
  if (endorsementKey !== undefined && endorsementKey !== key.endorsementKey) {
    return reject({ _tag: 'EndorsementKeyChanged', expected: endorsementKey, actual: key.endorsementKey });
  }
  if (attestationKey?.activation === key.activation) return E.right([]);
  if (state.used.has(key.activation)) return reject({ _tag: 'ActivationUsed' });
  if (effective(now, state) > key.activationExpires) {
    return reject({ _tag: 'ActivationExpired', expired: key.activationExpires });
  }
  return attestationKey?.akName === key.akName
    ? E.right([])
    : E.right([{ type: 'AttestationKeyCertified', data: key }]);
};

/** Whether the challenge is live for this host and AK; asked before the costly work, and again when deciding. */
export const challengeFault = (
  challenge: Of<'Attest'>['challenge'],
  now: string,
  state: HostState,
): HostRejection | undefined => {
  const ready = readiness(state, challenge.akName);
  if (E.isLeft(ready)) return ready.left;
  if (state.used.has(challenge.digest)) return { _tag: 'ChallengeUsed' };
  return effective(now, state) > challenge.expires
    ? { _tag: 'ChallengeExpired', expired: challenge.expires }
    : undefined;
};

const sameContext = (a: HostContext, b: HostContext): boolean =>
  a.certifiedAkName === b.certifiedAkName &&
  a.boundEndorsementKey === b.boundEndorsementKey &&
  (a.previous === b.previous || JSON.stringify(a.previous) === JSON.stringify(b.previous));

/** A refusal to trust is an event; evidence that is not the host's own is none. */
export const attest = (command: Of<'Attest'>, state: HostState): Decided => {
  const { challenge, now, wrappingKey } = command;
  const fault = challengeFault(challenge, now, state);
  if (fault !== undefined) return reject(fault);
  if (!command.hostsOwn) return reject({ _tag: 'EvidenceNotHostsOwn', reasons: command.reasons });
  if (!sameContext(contextOf(state), command.host)) return reject({ _tag: 'HostChangedMeanwhile' });
  const data = {
    challenge: challenge.digest,
    challengeExpires: challenge.expires,
    wrappingKey: wrappingKey ?? null,
    record: command.record,
  };
  return E.right([{ type: data.record.verdict === 'affirming' ? 'HostAttested' : 'AttestationRefused', data }]);
};
