import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { loadImage } from '../../../domain/reference/load-reference-values.js';
import { hostsAt, hostsRunning } from '../../../projections/host-trust-at.js';
import { type BaseImageRow, referenceKey } from '../../../projections/reference-row.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { AsOfQuery } from '../codecs/queries.js';
import { ImageAnswer, type ImageRow, ImagesAnswer } from '../codecs/reads.js';
import { VersionPath } from '../codecs/reference.js';
import { asOf, type Moment, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';
import { rowsOf } from './reference.js';

const view = (row: BaseImageRow): ImageRow => row;

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/base-images',
    operation: 'listBaseImages',
    summary: 'Base images with who proposed, approved and withdrew them.',
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: ImagesAnswer,
    handle: ({ query }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) =>
          pipe(
            rowsOf(api, 'base-image', at),
            E.map((images) => ({ body: { asOf: asOf(at), images: images.map(view) } })),
          ),
        ),
      ),
  });

const imageAt = (api: Api, version: string, { index }: Moment): E.Either<ApiError, BaseImageRow> =>
  pipe(
    api.reads.reference.rowAt(referenceKey('base-image', version), index),
    E.flatMap(
      (row): E.Either<ApiError, BaseImageRow> =>
        row?.kind === 'base-image'
          ? E.right(row)
          : E.left({ _tag: 'ReferenceUnknown', kind: 'base-image', name: version }),
    ),
  );

const hostsOn = (api: Api, version: string, at: Moment): E.Either<ApiError, ReadonlyArray<string>> =>
  pipe(
    api.reads.hostTrust.rowsAt(at.index),
    E.map((rows) => hostsRunning(hostsAt(rows, at.judgedAt), version).map(({ row }) => row.host)),
  );

const show = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/base-images/{version}',
    operation: 'showBaseImage',
    summary: 'A base image: its document, what became of it, and the hosts that run it.',
    params: VersionPath,
    query: AsOfQuery,
    body: NoBody,
    answer: ImageAnswer,
    handle: ({ params: { version }, query }) =>
      pipe(
        moment(api, query),
        TE.flatMap((at) =>
          pipe(
            TE.fromEither(imageAt(api, version, at)),
            TE.flatMap((row) =>
              pipe(
                loadImage(api.deps, row.digest),
                TE.flatMapEither((document) =>
                  pipe(
                    hostsOn(api, version, at),
                    E.map((hosts) => ({ body: { asOf: asOf(at), image: view(row), document, hosts } })),
                  ),
                ),
              ),
            ),
          ),
        ),
      ),
  });

export const baseImageRoutes = (api: Api): ReadonlyArray<Route> => [list(api), show(api)];
