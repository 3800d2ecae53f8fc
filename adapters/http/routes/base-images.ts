import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { BaseImage } from '../../../domain/appraisal/base-image.js';
import { imageChanges } from '../../../domain/appraisal/image-changes.js';
import { loadImage } from '../../../domain/reference/load-reference-values.js';
import { hostsAt, hostsRunning } from '../../../projections/host-trust-at.js';
import { imageUses } from '../../../projections/image-use.js';
import { type BaseImageRow, referenceKey } from '../../../projections/reference-row.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { AsOfQuery } from '../codecs/queries.js';
import { ImageAnswer, ImageChangesAnswer, type ImageRow, ImagesAnswer, ImageUseAnswer } from '../codecs/reads.js';
import { ImagesPath, VersionPath } from '../codecs/reference.js';
import { type Limits, limitsOf } from '../limits.js';
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

const hostsOn = (
  api: Api,
  version: string,
  at: Moment,
  { contains }: Limits,
): E.Either<ApiError, ReadonlyArray<string>> =>
  pipe(
    api.reads.hostTrust.rowsAt(at.index),
    E.map((rows) =>
      hostsRunning(hostsAt(rows, at.judgedAt), version).flatMap(({ row: { host } }) =>
        contains.host(host) ? [host] : [],
      ),
    ),
  );

const documentAt = (
  api: Api,
  version: string,
  at: Moment,
): TE.TaskEither<ApiError, { readonly row: BaseImageRow; readonly document: BaseImage }> =>
  pipe(
    TE.fromEither(imageAt(api, version, at)),
    TE.bindTo('row'),
    TE.bind('document', ({ row }): TE.TaskEither<ApiError, BaseImage> => loadImage(api.deps, row.digest)),
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
    handle: ({ params: { version }, query, principal }) =>
      pipe(
        moment(api, query),
        TE.flatMap((at) =>
          pipe(
            documentAt(api, version, at),
            TE.flatMapEither(({ row, document }) =>
              pipe(
                hostsOn(api, version, at, limitsOf(api, principal)),
                E.map((hosts) => ({ body: { asOf: asOf(at), image: view(row), document, hosts } })),
              ),
            ),
          ),
        ),
      ),
  });

const changes = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/base-image-changes/{before}/{after}',
    operation: 'compareBaseImages',
    summary: 'What one base image allows otherwise than another: added, removed and changed, thing by thing.',
    params: ImagesPath,
    query: AsOfQuery,
    body: NoBody,
    answer: ImageChangesAnswer,
    handle: ({ params, query }) =>
      pipe(
        moment(api, query),
        TE.bindTo('at'),
        TE.bind('before', ({ at }) => documentAt(api, params.before, at)),
        TE.bind('after', ({ at }) => documentAt(api, params.after, at)),
        TE.map(({ at, before, after }) => ({
          body: {
            asOf: asOf(at),
            before: view(before.row),
            after: view(after.row),
            ...imageChanges(before.document, after.document),
          },
        })),
      ),
  });

const use = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/base-image-use',
    operation: 'showBaseImageUse',
    summary: 'Which hosts run which base image, by their newest verdict; now or as of an index or a time.',
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: ImageUseAnswer,
    handle: ({ query, principal }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) =>
          pipe(
            api.reads.hostTrust.rowsAt(at.index),
            E.map((rows) => {
              const { contains } = limitsOf(api, principal);
              const hosts = hostsAt(rows, at.judgedAt).filter(({ row }) => contains.host(row.host));
              return { body: { asOf: asOf(at), ...imageUses(hosts) } };
            }),
          ),
        ),
      ),
  });

export const baseImageRoutes = (api: Api): ReadonlyArray<Route> => [list(api), show(api), changes(api), use(api)];
