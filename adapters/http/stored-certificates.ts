import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Api } from './api.js';
import type { ApiError } from './api-error.js';
import { storedPem } from './pem.js';

/** All of these certificates, PEM: a host that got some of them would trust fewer than it shall. */
export const storedCertificates = (
  api: Pick<Api, 'deps'>,
  digests: ReadonlyArray<string>,
): TE.TaskEither<ApiError, ReadonlyArray<string>> =>
  pipe(
    digests,
    TE.traverseArray((digest) =>
      pipe(
        storedPem(api, 'CERTIFICATE', digest),
        TE.flatMap(
          (pem): TE.TaskEither<ApiError, string> =>
            pem === null ? TE.left({ _tag: 'DocumentMissing', digest }) : TE.right(pem),
        ),
      ),
    ),
  );
