import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import { type Json, parseJson } from '../../domain/encoding/json.js';
import type { Api } from './api.js';
import type { ApiError } from './api-error.js';

/** A request that waits for a second person, or was done by one alone, as it is kept: exactly what it is about. */
export const readKept = (api: Pick<Api, 'deps'>, digest: string): TE.TaskEither<ApiError, Json> =>
  pipe(
    api.deps.evidence.get(digest),
    TE.flatMapEither((bytes) =>
      pipe(
        E.fromNullable<ApiError>({ _tag: 'BlobUnknown', sha256: digest })(fromUtf8(bytes ?? new Uint8Array())),
        E.flatMap((text): E.Either<ApiError, Json> => parseJson(text)),
      ),
    ),
  );
