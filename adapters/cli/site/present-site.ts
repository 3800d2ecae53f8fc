import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import { ApprovalsAnswer } from '../../http/codecs/approvals.js';
import { GuardPolicyAnswer } from '../../http/codecs/guard-decisions.js';
import { KeyProvidersAnswer, type KeyProviderView } from '../../http/codecs/key-providers.js';
import { PrincipalsAnswer } from '../../http/codecs/principals.js';
import {
  EndorsementKeysAnswer,
  HostsAnswer,
  type HostView,
  ImagesAnswer,
  OperatorsAnswer,
  PolicyAnswer,
  TpmCasAnswer,
  TpmModelsAnswer,
} from '../../http/codecs/reads.js';
import { TokenIssuersAnswer } from '../../http/codecs/token-issuers.js';
import type { AuthorityClient } from '../authority-client.js';
import type { CliFailure } from '../failure.js';
import { NO_CLUSTERS, type PresentClusters, readClusters } from './present-clusters.js';

type Work<A> = TE.TaskEither<CliFailure, A>;

/** What there is now of everything that a site file can say. Sections that were not asked for are empty. */
export interface PresentSite {
  readonly index: number;
  readonly operators: t.TypeOf<typeof OperatorsAnswer>['operators'];
  readonly tokenIssuers: t.TypeOf<typeof TokenIssuersAnswer>['tokenIssuers'];
  readonly principals: t.TypeOf<typeof PrincipalsAnswer>['principals'];
  readonly policy: t.TypeOf<typeof PolicyAnswer>['policy'] | undefined;
  readonly policyTag: string | undefined;
  readonly guard: { readonly record: string } | undefined;
  readonly tpmCas: t.TypeOf<typeof TpmCasAnswer>['tpmCas'];
  readonly endorsementKeys: t.TypeOf<typeof EndorsementKeysAnswer>['endorsementKeys'];
  readonly tpmModels: t.TypeOf<typeof TpmModelsAnswer>['tpmModels'];
  readonly baseImages: t.TypeOf<typeof ImagesAnswer>['images'];
  readonly keyProviders: ReadonlyArray<KeyProviderView>;
  readonly hosts: ReadonlyArray<HostView>;
  readonly clusters: PresentClusters;
  /** Always read: it says what of a plan needs a second person. */
  readonly approvals: t.TypeOf<typeof ApprovalsAnswer>['policy'] | undefined;
}

export type Section = Exclude<keyof PresentSite, 'index' | 'policyTag'>;

const hostsFrom =
  ({ call }: AuthorityClient, before: ReadonlyArray<HostView> = []) =>
  (cursor: number | undefined): Work<ReadonlyArray<HostView>> =>
    pipe(
      call({ operation: 'listHosts', method: 'GET', path: '/v1/hosts', query: { limit: 500, cursor } }, HostsAnswer),
      TE.flatMap(({ body: { hosts, nextCursor } }) => {
        const all = [...before, ...hosts];
        return nextCursor === null ? TE.right(all) : hostsFrom({ call } as AuthorityClient, all)(nextCursor);
      }),
    );

/** Reads the sections that are asked for. */
export const readPresent = (client: AuthorityClient, wants: (section: Section) => boolean): Work<PresentSite> => {
  const list = <A, B>(section: Section, work: Work<{ readonly body: A }>, pick: (answer: A) => B, none: B): Work<B> =>
    wants(section)
      ? pipe(
          work,
          TE.map(({ body }) => pick(body)),
        )
      : TE.right(none);
  const get = <A>(
    operation: Parameters<typeof client.call>[0]['operation'],
    path: string,
    answer: t.Type<A, unknown>,
  ) => client.call({ operation, method: 'GET', path }, answer);
  return pipe(
    TE.Do as Work<object>,
    TE.bind('policyRead', () => get('showPolicy', '/v1/policy', PolicyAnswer)),
    TE.bind('operators', () =>
      list('operators', get('listOperators', '/v1/operators', OperatorsAnswer), (a) => a.operators, []),
    ),
    TE.bind('tokenIssuers', () =>
      list('tokenIssuers', get('listTokenIssuers', '/v1/token-issuers', TokenIssuersAnswer), (a) => a.tokenIssuers, []),
    ),
    TE.bind('principals', () =>
      list('principals', get('listPrincipals', '/v1/principals', PrincipalsAnswer), (a) => a.principals, []),
    ),
    TE.bind('guard', () =>
      list(
        'guard',
        get('showGuardPolicy', '/v1/guard/policy', GuardPolicyAnswer),
        ({ record }): PresentSite['guard'] => ({ record }),
        undefined,
      ),
    ),
    TE.bind('tpmCas', () => list('tpmCas', get('listTpmCas', '/v1/tpm-cas', TpmCasAnswer), (a) => a.tpmCas, [])),
    TE.bind('endorsementKeys', () =>
      list(
        'endorsementKeys',
        get('listEndorsementKeys', '/v1/endorsement-keys', EndorsementKeysAnswer),
        (a) => a.endorsementKeys,
        [],
      ),
    ),
    TE.bind('tpmModels', () =>
      list('tpmModels', get('listTpmModels', '/v1/tpm-models', TpmModelsAnswer), (a) => a.tpmModels, []),
    ),
    TE.bind('baseImages', () =>
      list('baseImages', get('listBaseImages', '/v1/base-images', ImagesAnswer), (a) => a.images, []),
    ),
    TE.bind('keyProviders', () =>
      list('keyProviders', get('listKeyProviders', '/v1/key-providers', KeyProvidersAnswer), (a) => a.keyProviders, []),
    ),
    TE.bind('hosts', () => (wants('hosts') ? hostsFrom(client)(undefined) : TE.right([]))),
    TE.bind('clusters', () => (wants('clusters') ? readClusters(client) : TE.right(NO_CLUSTERS))),
    TE.bind('approvals', () =>
      pipe(
        get('listApprovals', '/v1/approvals', ApprovalsAnswer),
        TE.map(({ body }) => body.policy),
      ),
    ),
    TE.map(({ policyRead, ...read }) => ({
      ...read,
      index: policyRead.body.asOf.index,
      policy: policyRead.body.policy,
      policyTag: policyRead.etag,
    })),
  );
};
