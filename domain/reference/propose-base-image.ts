import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { requirePermission } from '../access/require-permission.js';
import type { BaseImage } from '../appraisal/base-image.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import { utf8 } from '../encoding/bytes.js';
import type { Json } from '../encoding/json.js';
import type { Canonicalize, StoreError } from '../ports.js';
import { executeReference, type ReferenceOutcome } from './reference-stream.js';

const MOST_IMAGE_BYTES = 1_048_576;

export interface ImageUnfit {
  readonly _tag: 'ImageUnfit';
  readonly rule: string;
}

/** The document that stands for an image in the evidence store. */
export const imageDocument = (canonicalize: Canonicalize, image: BaseImage): E.Either<ImageUnfit, Uint8Array> =>
  pipe(
    canonicalize(image as unknown as Json),
    E.map(utf8),
    E.filterOrElse(
      (bytes) => bytes.length <= MOST_IMAGE_BYTES,
      () => `is larger than ${String(MOST_IMAGE_BYTES)} bytes`,
    ),
    E.mapLeft((rule) => ({ _tag: 'ImageUnfit', rule })),
  );

/** The document goes into the evidence store first, then the event that names it. Another operator has to approve it. */
export const proposeBaseImage =
  (deps: AuthorityDeps) =>
  (input: Request & { readonly image: BaseImage }): ReferenceOutcome<ImageUnfit | StoreError> => {
    const { version, kind, displayName, bank } = input.image;
    return pipe(
      requirePermission(input.by, 'ConfigureHostMetadata'),
      E.flatMap(() => imageDocument(deps.canonicalize, input.image)),
      TE.fromEither,
      TE.flatMap((document) => deps.evidence.put(document)),
      TE.flatMap((digest) =>
        executeReference(deps)(input, {
          type: 'ProposeBaseImage',
          by: input.by,
          version,
          digest,
          kind,
          displayName,
          bank,
        }),
      ),
    );
  };
