import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { closedWith } from '../../../domain/encoding/closed.js';
import { Kid } from '../../../domain/ledger/authority-events.js';
import { type FoundDoubts, findDoubts } from '../../../domain/ledger/find-doubts.js';
import type { Keyring } from '../../../domain/ledger/keyring.js';
import { witnessedSizes } from '../../authority/witnessed-sizes.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { DoubtsAnswer, doubtView } from '../codecs/doubts.js';
import { limitOf, SafeIntText, YesNo } from '../codecs/queries.js';
import { asOf, type Moment, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

/** What somebody relied on: verdicts on hosts, and keys that were handed out or not. */
const DECISIONS = new Set([
  'HostAttested',
  'AttestationRefused',
  'KeyReleaseAuthorised',
  'KeyReleaseRefused',
  'KeyDelivered',
]);

/** The same keys, as if no other one had been declared compromised. */
const asked = (keyring: Keyring, kid: string | undefined): TE.TaskEither<ApiError, Keyring> => {
  if (kid === undefined) return TE.right(keyring);
  if (!keyring.has(kid)) return TE.left({ _tag: 'SigningKeyUnknown', kid });
  return TE.right(new Map([...keyring].map(([id, key]) => [id, id === kid ? key : { ...key, compromised: null }])));
};

const answer = (at: Moment, { doubts, listed, more }: FoundDoubts): DoubtsAnswer => ({
  asOf: asOf(at),
  doubts: doubts.map(doubtView),
  entries: listed,
  more,
  nextCursor: more === 0 ? null : (listed.at(-1)?.index ?? -1) + 1,
});

const DoubtsQuery = closedWith({}, { kid: Kid, all: YesNo, from: SafeIntText, limit: SafeIntText }, 'DoubtsQuery');

/** What compromised keys leave in doubt, over the whole ledger. */
export const doubtRoute = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/signing-keys/doubts',
    operation: 'listDoubts',
    summary:
      'What keys that were declared compromised leave in doubt, counted by kind; lists verdicts and releases, or all entries.',
    params: Nothing,
    query: DoubtsQuery,
    body: NoBody,
    answer: DoubtsAnswer,
    handle: ({ query }) =>
      pipe(
        TE.Do as TE.TaskEither<ApiError, object>,
        TE.bind('at', () => moment(api, {})),
        TE.bind('keyring', () => asked(api.live.keyring(), query.kid)),
        TE.bind('witnessedBefore', ({ keyring }) =>
          pipe(
            witnessedSizes(api.log, keyring),
            TE.mapLeft((): ApiError => ({ _tag: 'LogUnavailable' })),
          ),
        ),
        TE.bind('found', ({ keyring, witnessedBefore }): TE.TaskEither<ApiError, FoundDoubts> => {
          const lists = (type: string): boolean => query.all === 'yes' || DECISIONS.has(type);
          return findDoubts(api.deps, { keyring, witnessedBefore, lists, from: query.from ?? 0, most: limitOf(query) });
        }),
        TE.map(({ at, found }) => ({ body: answer(at, found) })),
      ),
  });
