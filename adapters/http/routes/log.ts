import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { toBase64 } from '../../../domain/encoding/bytes.js';
import { closed } from '../../../domain/encoding/closed.js';
import { Text } from '../../../domain/encoding/primitives.js';
import type { PlaceUnavailable } from '../../../domain/transparency/ports.js';
import type { ProofFault } from '../../../domain/transparency/tree-proof.js';
import { namesPeople, respondFromLog } from '../../transparency/log-response.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { Bytes } from '../codecs/answers.js';
import { SafeIntText } from '../codecs/queries.js';
import { type Answer, NoBody, Nothing, type Route, route } from '../route.js';

const resource =
  ({ log, publicEntries }: Api) =>
  (path: string, acceptEncoding: string | undefined): TE.TaskEither<never, Answer<Uint8Array>> =>
    TE.fromTask(() => respondFromLog(log, { path, acceptEncoding, publicEntries }));

const checkpoint = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/checkpoint',
    operation: 'logCheckpoint',
    summary: 'The newest published checkpoint of the log, a signed note (C2SP tlog-checkpoint).',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: Bytes,
    handle: ({ acceptEncoding }) => resource(api)('checkpoint', acceptEncoding),
  });

/** Longer than any path of C2SP tlog-tiles. */
const TilePath = closed({ path: Text(128) }, 'TilePath');

const tile = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/tile/{+path}',
    operation: 'logTile',
    summary: 'A tile of hashes (C2SP tlog-tiles).',
    params: TilePath,
    query: Nothing,
    body: NoBody,
    answer: Bytes,
    // An encoded slash leads here past the route of the entries, and past its token.
    handle: ({ params: { path }, acceptEncoding }) =>
      namesPeople(`tile/${path}`) ? TE.left({ _tag: 'RouteUnknown' }) : resource(api)(`tile/${path}`, acceptEncoding),
  });

const entries = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/tile/entries/{+path}',
    operation: 'logEntries',
    summary: 'A bundle of entries (C2SP tlog-tiles); it names hosts and people.',
    params: TilePath,
    query: Nothing,
    body: NoBody,
    answer: Bytes,
    handle: ({ params: { path }, acceptEncoding }) => resource(api)(`tile/entries/${path}`, acceptEncoding),
  });

const proofError = (fault: ProofFault<PlaceUnavailable>): ApiError =>
  fault._tag === 'BeyondTree' ? { _tag: 'NotInLog', asked: fault.asked, size: fault.size } : { _tag: 'LogUnavailable' };

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

const inclusion = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/events/{index}/proof',
    operation: 'proveEvent',
    summary: 'Proof that an entry is in the published log, checked offline (C2SP tlog-proof).',
    params: closed({ index: SafeIntText }, 'IndexPath'),
    query: Nothing,
    body: NoBody,
    answer: Bytes,
    handle: ({ params: { index } }) =>
      pipe(
        api.log.proveInclusion(index),
        TE.bimap(proofError, (body) => ({ headers: TEXT, body })),
      ),
  });

export const ConsistencyAnswer = t.type(
  { from: t.number, to: t.number, hashes: t.readonlyArray(t.string) },
  'ConsistencyAnswer',
);

const consistency = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/ledger/consistency',
    operation: 'proveConsistency',
    summary: 'Proof that the log of one size continues the one of a smaller size (RFC 6962, 2.1.2).',
    params: Nothing,
    query: closed({ from: SafeIntText, to: SafeIntText }, 'ConsistencyQuery'),
    body: NoBody,
    answer: ConsistencyAnswer,
    handle: ({ query: { from, to } }) => {
      const size = api.log.published()?.checkpoint.size ?? 0;
      if (from > to) return TE.left({ _tag: 'SizesReversed' });
      if (to > size) return TE.left({ _tag: 'NotInLog', asked: to, size });
      return pipe(
        api.log.proveConsistency(from, to),
        TE.bimap(proofError, (hashes) => ({ body: { from, to, hashes: hashes.map(toBase64) } })),
      );
    },
  });

export const logRoutes = (api: Api): ReadonlyArray<Route> => [
  checkpoint(api),
  tile(api),
  entries(api),
  inclusion(api),
  consistency(api),
];
