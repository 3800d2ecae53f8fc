import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pemOf } from '../crypto/pem-text.js';
import type { Api } from './api.js';
import type { ApiError } from './api-error.js';

/** A document that should be there and is not is shown as none: `sekisho verify` is who looks for damage. */
export const storedPem = (
  api: Pick<Api, 'deps'>,
  label: Parameters<typeof pemOf>[0],
  digest: string | null | undefined,
): TE.TaskEither<ApiError, string | null> =>
  digest == null
    ? TE.right(null)
    : pipe(
        api.deps.evidence.get(digest),
        TE.map((der) => (der === undefined ? null : pemOf(label, der))),
      );
