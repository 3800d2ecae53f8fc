import { resolve } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { ServicesFile } from '../../http/codecs/cluster-services.js';
import type { CliFailure } from '../failure.js';
import { readDocument } from '../input.js';
import type { SiteCluster } from './site-cluster.js';

type Work<A> = TE.TaskEither<CliFailure, A>;

/** A cluster whose CAs are PEM, and whose services file was read. */
export interface ResolvedCluster extends Omit<SiteCluster, 'uses'> {
  readonly uses?: { readonly from: string } | { readonly file: ServicesFile };
}

const servicesIn = (
  services: NonNullable<SiteCluster['services']>,
  pem: (given: string) => Work<string>,
): Work<NonNullable<SiteCluster['services']>> =>
  pipe(
    services,
    TE.traverseSeqArray((service) =>
      pipe(
        service.trustedCa,
        TE.traverseSeqArray(pem),
        TE.map((trustedCa) => ({ ...service, trustedCa })),
      ),
    ),
  );

const usesIn = (folder: string, uses: NonNullable<SiteCluster['uses']>): Work<NonNullable<ResolvedCluster['uses']>> =>
  'from' in uses
    ? TE.right(uses)
    : pipe(
        readDocument(resolve(folder, uses.file), ServicesFile),
        TE.map((file) => ({ file })),
      );

export const resolveCluster =
  (folder: string, pem: (given: string) => Work<string>) =>
  ({ services, uses, ...cluster }: SiteCluster): Work<ResolvedCluster> =>
    pipe(
      TE.Do as Work<object>,
      TE.bind('offered', () => (services === undefined ? TE.right(undefined) : servicesIn(services, pem))),
      TE.bind('used', () => (uses === undefined ? TE.right(undefined) : usesIn(folder, uses))),
      TE.map(({ offered, used }) => ({
        ...cluster,
        ...(offered === undefined ? {} : { services: offered }),
        ...(used === undefined ? {} : { uses: used }),
      })),
    );
