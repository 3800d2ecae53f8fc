import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toBase64 } from '../../../domain/encoding/bytes.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { Sha256Hex } from '../../../domain/encoding/primitives.js';
import { StreamId } from '../../../domain/ledger/envelope.js';
import type { StoredEntry } from '../../../domain/ports.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { Bytes } from '../codecs/answers.js';
import { limitOf, SafeIntText } from '../codecs/queries.js';
import { EntryAnswer, EventsAnswer } from '../codecs/reads.js';
import { asOf, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const view = ({ bytes, ...rest }: StoredEntry): Omit<StoredEntry, 'bytes'> & { readonly bytes: string } => ({
  ...rest,
  bytes: toBase64(bytes),
});

const EventsQuery = closedWith({}, { from: SafeIntText, limit: SafeIntText, stream: StreamId }, 'EventsQuery');

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/events',
    operation: 'listEvents',
    summary: 'Entries as they were signed, by index, or by revision of one stream.',
    params: Nothing,
    query: EventsQuery,
    body: NoBody,
    answer: EventsAnswer,
    handle: ({ query }) =>
      pipe(
        moment(api, {}),
        TE.flatMap((at) => {
          const { from = 0, stream } = query;
          const { store } = api.deps;
          const limit = limitOf(query);
          const read = stream === undefined ? store.readAll(from, limit) : store.readStream(stream, from, limit);
          return pipe(
            read,
            TE.map((entries) => {
              const nextCursor = entries.length < limit ? null : from + entries.length;
              return { body: { asOf: asOf(at), events: entries.map(view), nextCursor } };
            }),
          );
        }),
      ),
  });

const show = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/events/{index}',
    operation: 'showEvent',
    summary: 'One entry as it was signed.',
    params: closed({ index: SafeIntText }, 'IndexPath'),
    query: Nothing,
    body: NoBody,
    answer: EntryAnswer,
    handle: ({ params: { index } }) =>
      pipe(
        moment(api, {}),
        TE.flatMap((at) =>
          pipe(
            api.deps.store.readAll(index, 1),
            TE.map((entries) => ({ at, entries })),
          ),
        ),
        TE.flatMap(
          ({ at, entries: [entry] }): TE.TaskEither<ApiError, { body: typeof EntryAnswer._A }> =>
            entry?.index === index
              ? TE.right({ body: { asOf: asOf(at), event: view(entry) } })
              : TE.left({ _tag: 'IndexUnknown', index, size: at.index + 1 }),
        ),
      ),
  });

const evidence = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/evidence/{sha256}',
    operation: 'showEvidence',
    summary: 'What is kept under a digest that an event names: evidence, certificates, images, claims.',
    params: closed({ sha256: Sha256Hex }, 'DigestPath'),
    query: Nothing,
    body: NoBody,
    answer: Bytes,
    handle: ({ params: { sha256 } }) =>
      pipe(
        api.deps.evidence.get(sha256),
        TE.flatMap(
          (bytes): TE.TaskEither<ApiError, { body: Uint8Array }> =>
            bytes === undefined ? TE.left({ _tag: 'BlobUnknown', sha256 }) : TE.right({ body: bytes }),
        ),
      ),
  });

export const eventRoutes = (api: Api): ReadonlyArray<Route> => [list(api), show(api), evidence(api)];
