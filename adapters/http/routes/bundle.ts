import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type BundleLog, type MakeBundleFault, makeBundle } from '../../../domain/bundle/make-bundle.js';
import { closedWith } from '../../../domain/encoding/closed.js';
import { Instant } from '../../../domain/encoding/primitives.js';
import type { StoreError } from '../../../domain/ports.js';
import type { PlaceUnavailable } from '../../../domain/transparency/ports.js';
import { tilePath } from '../../../domain/transparency/tile.js';
import { withFreshMemos } from '../../caches/fresh-memos.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { Bytes } from '../codecs/answers.js';
import { HostPath } from '../codecs/hosts.js';
import { YesNo } from '../codecs/queries.js';
import { NoBody, type Route, route } from '../route.js';

const BundleQuery = closedWith({}, { from: Instant, to: Instant, evidence: YesNo, tail: YesNo }, 'BundleQuery');

type LogError = StoreError | PlaceUnavailable;

const apiError = (fault: MakeBundleFault<LogError>): ApiError =>
  fault._tag === 'PlaceUnavailable' || fault._tag === 'TileMissing' || fault._tag === 'BeyondTree'
    ? { _tag: 'LogUnavailable' }
    : fault;

/** What was recorded is published first, so that a bundle reaches as far as its reader saw. */
const publishedLog = ({ log, deps }: Api): TE.TaskEither<ApiError, BundleLog<LogError>> =>
  pipe(
    deps.store.size(),
    TE.mapLeft((fault): ApiError => fault),
    TE.flatMap((size) =>
      pipe(
        log.proveInclusion(Math.max(0, size - 1)),
        // A witness that is late must not keep an auditor waiting: what was published before will do.
        TE.match(
          () => log.published(),
          () => log.published(),
        ),
        TE.fromTask,
      ),
    ),
    TE.flatMap(
      (published): TE.TaskEither<ApiError, BundleLog<LogError>> =>
        published === undefined
          ? TE.left({ _tag: 'LogUnavailable' })
          : TE.right({ published, readTile: (tile) => log.resource(tilePath(tile)) }),
    ),
  );

const ENDS_FIRST: ApiError = { _tag: 'RequestMalformed', rule: 'must not ask for a period that ends before it begins' };

const endsFirst = (from: string | null, to: string | null): boolean => from !== null && to !== null && from > to;

const bundle = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/hosts/{id}/bundle',
    operation: 'bundleHost',
    summary:
      'One file that proves, offline and with the key of the log alone, what was recorded about a host in a period.',
    params: HostPath,
    query: BundleQuery,
    body: NoBody,
    answer: Bytes,
    handle: ({ params: { id }, query: { from = null, to = null, evidence, tail } }) =>
      pipe(
        TE.fromEither(endsFirst(from, to) ? E.left(ENDS_FIRST) : E.right(undefined)),
        TE.flatMap(() => publishedLog(api)),
        TE.flatMap((log) =>
          pipe(
            makeBundle(
              withFreshMemos(api.deps),
              log,
            )({
              scope: { host: id, from, to, evidence: evidence !== 'no' },
              tail: tail === 'yes',
            }),
            TE.mapLeft(apiError),
          ),
        ),
        TE.map((body) => ({ headers: { 'content-type': 'application/json; charset=utf-8' }, body })),
      ),
  });

export const bundleRoutes = (api: Api): ReadonlyArray<Route> => [bundle(api)];
