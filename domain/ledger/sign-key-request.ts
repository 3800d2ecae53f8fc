import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toBase64 } from '../encoding/bytes.js';
import type { Canonicalize, EventSigner, Hashing } from '../ports.js';
import {
  type AuthorityRejection,
  type AuthorityState,
  authorityDecider,
  eventOf,
  type KeyChange,
} from './authority.js';
import { type AuthorityEvent, authorityCatalogue } from './authority-events.js';
import type { Recorded } from './envelope.js';
import type { KeyRequest, SignedKeyChange } from './key-request.js';
import { AUTHORITY_STREAM } from './keyring.js';
import { type BatchFault, signBatch } from './sign-batch.js';

/** Signed by somebody else than the authority key that is in use, so it was not signed at all. */
export interface WrongAuthorityKey {
  readonly _tag: 'WrongAuthorityKey';
  readonly expected: string;
  readonly actual: string;
}

/** An event as the decider folds it: only its type and data matter there. */
const asRecorded = (event: AuthorityEvent): Recorded<AuthorityEvent> => ({
  index: 0,
  stream: AUTHORITY_STREAM,
  revision: 0,
  id: '',
  recordedAt: '',
  actor: { subject: 'nobody', role: 'authority' },
  command: '',
  basis: {},
  leaf: '',
  kid: '',
  event,
});

/** Several changes as if each was decided behind the one before. */
export const decideChanges = (
  changes: ReadonlyArray<KeyChange>,
  from: AuthorityState,
): E.Either<AuthorityRejection, ReadonlyArray<AuthorityEvent>> => {
  let state = from;
  const events: Array<AuthorityEvent> = [];
  for (const change of changes) {
    const decided = authorityDecider.decide(change, state);
    if (E.isLeft(decided)) return decided;
    events.push(...decided.right);
    state = decided.right.reduce((folded, event) => authorityDecider.evolve(folded, asRecorded(event)), state);
  }
  return E.right(events);
};

/** Signs a request with the authority key. Needs no ledger. */
export const signKeyRequest =
  (engines: { readonly hashing: Hashing; readonly canonicalize: Canonicalize; readonly signer: EventSigner }) =>
  (request: KeyRequest): TE.TaskEither<BatchFault | WrongAuthorityKey, SignedKeyChange> => {
    const { authority, signer: expected, tip, commandId, actor, at, changes } = request;
    const actual = engines.signer.kid;
    if (actual !== expected) return TE.left({ _tag: 'WrongAuthorityKey', expected, actual });
    const place = { catalogue: authorityCatalogue, stream: AUTHORITY_STREAM, commandId, actor, basis: {}, tip };
    const signing = { ...engines, signer: () => engines.signer, clock: { now: () => at } };
    return pipe(
      signBatch(signing, place, changes.map(eventOf)),
      TE.map(({ entries }) => ({ v: 1, authority, entries: entries.map(({ bytes }) => toBase64(bytes)) })),
    );
  };
