import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { toBase64 } from '../../../domain/encoding/bytes.js';
import { staleModelsIn } from '../../../projections/stale-models.js';
import type { MissingKey } from '../../authority/live-keys.js';
import type { Api, ReadApi } from '../api.js';
import { PlainText } from '../codecs/answers.js';
import { asOf, moment } from '../moment.js';
import { openApiOf } from '../openapi.js';
import { NoBody, Nothing, type Route, route } from '../route.js';
import { unreviewedIn } from './break-glass.js';

/** What the authority is called and which keys speak for it. */
export interface NamedAuthority {
  readonly name: string;
  /** Key id of the authority key: what to pin. */
  readonly kid: string;
}

/** What somebody has to look at, beside the node itself. */
interface Wanting {
  /** How often somebody acted alone and nobody looked at it yet. */
  readonly breakGlassUnreviewed: number;
  /** Models on the compatibility list that policy wants looked up again. */
  readonly staleTpmModels: number;
  /** Keys that every node must have, and this one lacks: of the log, or the node would not be healthy. */
  readonly missingKeys: ReadonlyArray<MissingKey>;
}

/** `wanting` is undefined where nobody acts at all. */
export const healthRoute = (api: ReadApi, wanting?: () => Wanting): Route =>
  route({
    method: 'GET',
    path: '/v1/health',
    operation: 'health',
    summary: 'Whether this node works and reaches the ledger, and up to which entry reads show it.',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: t.intersection(
      [
        t.type({ status: t.literal('ok'), index: t.number }),
        t.partial({
          breakGlassUnreviewed: t.number,
          staleTpmModels: t.number,
          missingKeys: t.readonlyArray(t.type({ kid: t.string, purpose: t.string })),
        }),
      ],
      'Health',
    ),
    handle: () =>
      pipe(
        api.healthy,
        TE.flatMap(() => moment(api, {})),
        TE.map(({ index }) => ({
          body: { status: 'ok' as const, index, ...wanting?.() },
        })),
      ),
  });

const Key = t.type({
  kid: t.string,
  purpose: t.string,
  publicKey: t.string,
  from: t.number,
  until: t.union([t.null, t.number]),
});

export const AuthorityAnswer = t.type(
  {
    asOf: t.type({ index: t.number, time: t.union([t.null, t.string]) }),
    name: t.string,
    group: t.string,
    kid: t.string,
    keys: t.readonlyArray(Key),
  },
  'AuthorityAnswer',
);

const authority = (api: Api, { name, kid }: NamedAuthority): Route =>
  route({
    method: 'GET',
    path: '/v1/authority',
    operation: 'showAuthority',
    summary: 'Name, group and public keys of the authority.',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: AuthorityAnswer,
    handle: () =>
      pipe(
        moment(api, {}),
        TE.map((at) => {
          const keys = [...api.deps.keyring().values()].map(({ publicKey, ...key }) => ({
            ...key,
            publicKey: toBase64(publicKey),
          }));
          return { body: { asOf: asOf(at), name, group: api.deps.group, kid, keys } };
        }),
      ),
  });

export const metricsRoute = (api: Pick<Api, 'metrics'>): Route =>
  route({
    method: 'GET',
    path: '/metrics',
    operation: 'metrics',
    summary: 'Counters in the text exposition format.',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: PlainText,
    handle: () => TE.right({ body: api.metrics.exposition() }),
  });

export const authorityRoutes = (api: Api, identity: NamedAuthority): ReadonlyArray<Route> => [
  healthRoute(api, () => ({
    breakGlassUnreviewed: unreviewedIn(api.reads.approvals.now()),
    staleTpmModels: staleModelsIn(api.reads.reference.now(), api.deps.clock.now()),
    missingKeys: api.live.missing(),
  })),
  authority(api, identity),
  metricsRoute(api),
];

/** Describes the other routes, and itself. */
export const openApiRoute = (others: ReadonlyArray<Route>, version: string): Route => {
  const own: Route = route({
    method: 'GET',
    path: '/v1/openapi.json',
    operation: 'openapi',
    summary: 'This description.',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: t.UnknownRecord,
    handle: () => TE.right({ body: document }),
  });
  const document = openApiOf([...others, own], version);
  return own;
};
