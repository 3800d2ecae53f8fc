import { resolve } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import { BaseImage } from '../../../domain/appraisal/base-image.js';
import type { CliFailure } from '../failure.js';
import { readDocument, readText } from '../input.js';
import { type ResolvedCluster, resolveCluster } from './resolve-clusters.js';
import type { Site, SiteEndorsementKey, SiteKeyProvider } from './site-file.js';

type Work<A> = TE.TaskEither<CliFailure, A>;
type EndorsementKey = t.TypeOf<typeof SiteEndorsementKey>;
type KeyProvider = t.TypeOf<typeof SiteKeyProvider>;

/** A site whose PEM is PEM, whose images are images, and whose secrets still are only the names of their files. */
export interface ResolvedSite extends Omit<Site, 'baseImages' | 'clusters'> {
  readonly baseImages?: ReadonlyArray<BaseImage>;
  readonly clusters?: ReadonlyArray<ResolvedCluster>;
  /** Name of a secret's file as the site file has it -> where that is. */
  readonly secretFile: (name: string) => string;
}

const optional = <A, B>(value: A | undefined, work: (value: A) => Work<B>): Work<B | undefined> =>
  value === undefined ? TE.right(undefined) : work(value);

const each = <A, B>(work: (value: A) => Work<B>) => TE.traverseSeqArray(work);

const pemIn =
  (folder: string) =>
  (given: string): Work<string> =>
    given.includes('-----BEGIN ') ? TE.right(given) : readText(resolve(folder, given));

const keyIn =
  (folder: string) =>
  (key: EndorsementKey): Work<EndorsementKey> =>
    pipe(
      TE.Do as Work<object>,
      TE.bind('certificate', () => optional(key.certificate, pemIn(folder))),
      TE.bind('publicKey', () => optional(key.publicKey, pemIn(folder))),
      TE.map(({ certificate, publicKey }) => ({
        ...key,
        ...(certificate === undefined ? {} : { certificate }),
        ...(publicKey === undefined ? {} : { publicKey }),
      })),
    );

const providerIn =
  (folder: string) =>
  (provider: KeyProvider): Work<KeyProvider> =>
    pipe(
      TE.Do as Work<object>,
      TE.bind('trustedPeers', () => optional(provider.trustedPeers, each(pemIn(folder)))),
      TE.bind('clientCertificate', () =>
        optional(
          provider.clientCertificate,
          (given): Work<NonNullable<KeyProvider['clientCertificate']>> =>
            given === 'self-signed'
              ? TE.right(given)
              : pipe(
                  pemIn(folder)(given.certificate),
                  TE.map((certificate) => ({ ...given, certificate })),
                ),
        ),
      ),
      TE.map(({ trustedPeers, clientCertificate }) => ({
        ...provider,
        ...(trustedPeers === undefined ? {} : { trustedPeers }),
        ...(clientCertificate === undefined ? {} : { clientCertificate }),
      })),
    );

/** Reads every file that the site names, secrets excepted. */
export const resolveSite =
  (folder: string) =>
  (site: Site): Work<ResolvedSite> =>
    pipe(
      TE.Do as Work<object>,
      TE.bind('tpmCas', () =>
        optional(
          site.tpmCas,
          each(({ name, chain }) =>
            pipe(
              pemIn(folder)(chain),
              TE.map((pem) => ({ name, chain: pem })),
            ),
          ),
        ),
      ),
      TE.bind('principals', () =>
        optional(
          site.principals,
          each((principal) =>
            pipe(
              pemIn(folder)(principal.chain),
              TE.map((chain) => ({ ...principal, chain })),
            ),
          ),
        ),
      ),
      TE.bind('endorsementKeys', () => optional(site.endorsementKeys, each(keyIn(folder)))),
      TE.bind('keyProviders', () => optional(site.keyProviders, each(providerIn(folder)))),
      TE.bind('clusters', () => optional(site.clusters, each(resolveCluster(folder, pemIn(folder))))),
      TE.bind('baseImages', () =>
        optional(
          site.baseImages,
          each(
            ({ file, image }): Work<BaseImage> =>
              image === undefined ? readDocument(resolve(folder, file ?? ''), BaseImage) : TE.right(image),
          ),
        ),
      ),
      TE.map((read) => ({ ...site, ...read, secretFile: (name: string) => resolve(folder, name) }) as ResolvedSite),
    );
