import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps } from '../authority-deps.js';
import type { LoadFault } from '../ledger/load-stream.js';
import { type DocumentFault, referenceValuesAt } from '../reference/load-reference-values.js';
import { currentReference } from '../reference/reference-stream.js';
import { referenceStream } from '../reference/state.js';
import type { HostRejection } from './commands.js';
import { effective, mayCertify } from './decide-attestation.js';
import { currentHost } from './host-stream.js';
import { type JudgedKeys, judgeKeys, type KeysUnfit, type OfferedKeys } from './judge-keys.js';

export interface CheckedOffer {
  readonly keys: JudgedKeys;
  /** Revision of the reference values that the keys were judged by. */
  readonly reference: number;
  /** Now, as the host's stream sees it. */
  readonly now: string;
}

/**
 * Whether a host may certify this AK with this endorsement key: the keys are fit and trusted, the host is enrolled, and it
 * has no other endorsement key. Records nothing.
 */
export const checkOffer = (
  deps: AuthorityDeps,
  host: string,
  offered: OfferedKeys,
): TE.TaskEither<HostRejection | KeysUnfit | LoadFault | DocumentFault, CheckedOffer> =>
  pipe(
    TE.Do,
    TE.bind('state', () =>
      pipe(
        currentHost(deps)(host),
        TE.map((current) => current.state),
      ),
    ),
    TE.bindW('enrolled', ({ state }) => TE.fromEither(mayCertify(state, state.endorsementKey ?? ''))),
    TE.bindW('basis', () => currentReference(deps)),
    TE.bindW('values', ({ basis }) =>
      referenceValuesAt(deps)(referenceStream(deps.group), basis.revision, basis.state),
    ),
    TE.bindW('keys', ({ values }) => TE.fromEither(judgeKeys(deps, offered, values, deps.clock.now()))),
    TE.tap(({ state, keys }) => TE.fromEither(mayCertify(state, keys.endorsementKey))),
    TE.map(({ keys, basis, state }) => ({
      keys,
      reference: basis.revision,
      now: effective(deps.clock.now(), state),
    })),
  );
