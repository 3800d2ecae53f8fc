import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { ReferenceImage, TrustedTpmCa } from '../../domain/appraisal/reference-values.js';
import { toHex } from '../../domain/encoding/bytes.js';
import { caChainOf } from '../../domain/reference/ca-chain.js';
import { imageDocument } from '../../domain/reference/propose-base-image.js';
import { NO_CHANGE, type WouldBe } from '../../domain/reference/would-be.js';
import type { Api } from './api.js';
import type { ApiError } from './api-error.js';
import type { WouldBeChange } from './codecs/rehearsals.js';

type Asked<A> = TE.TaskEither<ApiError, ReadonlyArray<A>>;

const images = ({ deps }: Api, { images: given = [] }: WouldBeChange): Asked<ReferenceImage> =>
  pipe(
    given,
    TE.traverseArray((image) =>
      pipe(
        TE.fromEither(imageDocument(deps.canonicalize, image)),
        TE.map((document) => ({
          image,
          status: 'approved' as const,
          digest: toHex(deps.hashing.hash('sha256', document)),
        })),
      ),
    ),
  );

const tpmCas = ({ deps }: Api, { tpmCas: given = [] }: WouldBeChange): Asked<TrustedTpmCa> =>
  pipe(
    given,
    TE.traverseArray(({ name, chain }) =>
      pipe(
        TE.fromEither(caChainOf(deps, chain)),
        TE.map((certificates) => ({ name, chain: certificates.map(({ der }) => der) })),
      ),
    ),
  );

/** The change as the domain takes it: certificates parsed, images named by their digests. Nothing is stored. */
export const wouldBeOf = (api: Api, change: WouldBeChange): TE.TaskEither<ApiError, WouldBe> =>
  pipe(
    TE.Do,
    TE.bind('images', () => images(api, change)),
    TE.bind('tpmCas', () => tpmCas(api, change)),
    TE.map((parsed) => ({
      ...NO_CHANGE,
      policy: change.policy,
      onlyThese: change.onlyThese ?? false,
      approve: change.approve ?? [],
      withdraw: change.withdraw ?? [],
      revokeTpmCas: change.revokeTpmCas ?? [],
      revokeEndorsementKeys: change.revokeEndorsementKeys ?? [],
      trustEndorsementKeys: change.trustEndorsementKeys ?? [],
      ...parsed,
    })),
  );
