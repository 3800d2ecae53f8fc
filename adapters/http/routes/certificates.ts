import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { printable } from '../../../domain/appraisal/reason-codes.js';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { type WatchedCertificate, watchedCertificates } from '../../../projections/watched-certificates.js';
import { createMemo } from '../../caches/memo.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { ExpiringAnswer, ExpiringQuery } from '../codecs/certificates.js';
import { type Limits, limitsOf } from '../limits.js';
import { asOf, type Moment, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const DEFAULT_DAYS = 30;
const A_DAY = 86_400;

/** Until when a document vouches, and for whom; of a digest it never changes. */
interface Term {
  readonly subject: string;
  readonly notAfter: string;
}

type Terms = ReturnType<typeof createMemo<Term>>;

const termOf = (api: Api, known: Terms, watched: WatchedCertificate): TE.TaskEither<ApiError, Term | undefined> => {
  const { sha256, notAfter, subject } = watched;
  if (notAfter !== undefined && subject !== undefined) return TE.right({ subject, notAfter });
  const held = known.get(sha256);
  if (held !== undefined) return TE.right(held);
  return pipe(
    api.deps.evidence.get(sha256),
    TE.map((der) => {
      const parsed = der === undefined ? E.left('missing') : api.deps.certificates.parse(der);
      if (E.isLeft(parsed)) return undefined;
      const term = { subject: printable(parsed.right.subject), notAfter: parsed.right.notAfter };
      known.set(sha256, term);
      return term;
    }),
  );
};

/** Of hosts and key providers, those in scope; what is listed for all is everybody's to watch. */
const isShown =
  ({ contains }: Limits) =>
  ({ use, name }: WatchedCertificate): boolean => {
    if (use === 'host') return contains.host(name);
    return use === 'key-provider' || use === 'key-server' ? contains['key-provider'](name) : true;
  };

const watchedAt = (api: Api, { index }: Moment): E.Either<ApiError, ReadonlyArray<WatchedCertificate>> =>
  pipe(
    E.Do,
    E.bind('reference', () => api.reads.reference.rowsAt(index)),
    E.bind('hosts', () => api.reads.hostTrust.rowsAt(index)),
    E.bind('providers', () => api.reads.keyProviders.rowsAt(index)),
    E.bind('principals', () => api.reads.principals.rowsAt(index)),
    E.map(({ reference, hosts, providers, principals }) =>
      watchedCertificates(reference, hosts, providers, principals),
    ),
  );

type Found = WatchedCertificate & { readonly term: Term | undefined };

const answerOf = (at: Moment, days: number, found: ReadonlyArray<Found>): ExpiringAnswer => {
  const until = plusSeconds(at.judgedAt, days * A_DAY);
  const ending = found.flatMap(({ use, name, sha256, term }) =>
    term === undefined || term.notAfter > until
      ? []
      : [{ use, name, sha256, ...term, expired: term.notAfter < at.judgedAt }],
  );
  return {
    asOf: asOf(at),
    judgedAt: at.judgedAt,
    days,
    watched: found.length,
    unreadable: found.flatMap(({ term, sha256 }) => (term === undefined ? [sha256] : [])),
    certificates: ending.sort((a, b) => (a.notAfter < b.notAfter ? -1 : 1)),
  };
};

const MOST_TERMS = 100_000;

const expiring = (api: Api): Route => {
  const known: Terms = createMemo<Term>(MOST_TERMS);
  return route({
    method: 'GET',
    path: '/v1/certificates/expiring',
    operation: 'listExpiringCertificates',
    summary: `Certificates in use that ended, or end within \`days\` (${String(DEFAULT_DAYS)} unless told): of TPM CAs, endorsement keys, key providers and principals.`,
    params: Nothing,
    query: ExpiringQuery,
    body: NoBody,
    answer: ExpiringAnswer,
    handle: ({ query, principal }) =>
      pipe(
        moment(api, query),
        TE.bindTo('at'),
        TE.bind('watched', ({ at }) => TE.fromEither(watchedAt(api, at))),
        TE.bind('found', ({ watched }) =>
          pipe(
            watched.filter(isShown(limitsOf(api, principal))),
            TE.traverseSeqArray((each) =>
              pipe(
                termOf(api, known, each),
                TE.map((term): Found => ({ ...each, term })),
              ),
            ),
          ),
        ),
        TE.map(({ at, found }) => ({ body: answerOf(at, query.days ?? DEFAULT_DAYS, found) })),
      ),
  });
};

export const certificateRoutes = (api: Api): ReadonlyArray<Route> => [expiring(api)];
