import { Readable } from 'node:stream';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { mayRole } from '../../../domain/access/roles.js';
import { closedWith } from '../../../domain/encoding/closed.js';
import { Text } from '../../../domain/encoding/primitives.js';
import { readEntry } from '../../../domain/ledger/read-entry.js';
import type { StoredEntry } from '../../../domain/ports.js';
import type { Principal } from '../../access/tokens.js';
import type { Api } from '../api.js';
import { SafeIntText } from '../codecs/queries.js';
import { createWaiting, type Waiting } from '../ledger-hub.js';
import { type Limits, limitsOf } from '../limits.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const isStream = (u: unknown): u is Readable => u instanceof Readable;

/** Server-sent events (text/event-stream). */
const EventStream = new t.Type<Readable, Readable, unknown>(
  'EventStream',
  isStream,
  (u, c) => (isStream(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

/** `from`: the index to begin at; absent: what is recorded from now on. `stream`: only streams that begin so. */
const LiveQuery = closedWith({}, { from: SafeIntText, stream: Text(160) }, 'LiveQuery');

const PAGE = 256;
const HEARTBEAT_MS = 15_000;
const MOST_LIVE = 512;

interface Watching {
  readonly from: number;
  readonly stream: string;
  /** Only who may audit the ledger reads entries; everybody else learns that there is one, and reads what they may. */
  readonly withData: boolean;
  readonly principal: Principal | undefined;
}

const textOf = (api: Api, stored: StoredEntry, withData: boolean): string => {
  const entry = readEntry(api.deps.canonicalize, stored);
  if (E.isLeft(entry)) return '';
  const { type, recordedAt, actor, data } = entry.right.envelope;
  const { index, stream, revision } = stored;
  const said = { index, stream, revision, type, recordedAt, ...(withData ? { actor, data } : {}) };
  return `id: ${String(index)}\nevent: ${type}\ndata: ${JSON.stringify(said)}\n\n`;
};

/** Where somebody is limited, who is in which cluster has to be known first. */
const limitsNow = async (api: Api, principal: Principal | undefined): Promise<Limits> => {
  if (principal?.scope !== null) await api.settled();
  return limitsOf(api, principal);
};

/** Only what is durable, in the ledger's order, each once; a comment now and then keeps the connection known to be alive. */
async function* feed(
  api: Api,
  { from, stream, withData, principal }: Watching,
  waiting: Waiting,
): AsyncGenerator<string> {
  const watch = api.hub.watch('all');
  try {
    let next = from;
    yield ': live\n\n';
    while (!api.hub.ended()) {
      const page = await api.deps.store.readAll(next, PAGE)();
      if (E.isLeft(page)) return;
      const limits = await limitsNow(api, principal);
      for (const stored of page.right) {
        if (stored.stream.startsWith(stream) && limits.holdsStream(stored.stream)) yield textOf(api, stored, withData);
        next = stored.index + 1;
      }
      if (page.right.length > 0) continue;
      const before = performance.now();
      await watch.wait(HEARTBEAT_MS);
      if (performance.now() - before >= HEARTBEAT_MS) yield ': still here\n\n';
    }
  } finally {
    watch.stop();
    waiting.leave();
  }
}

const live = (api: Api, waiting: Waiting): Route =>
  route({
    method: 'GET',
    path: '/v1/live',
    operation: 'live',
    summary: 'What is recorded, as server-sent events: index, stream and type for all, data for auditors.',
    params: Nothing,
    query: LiveQuery,
    body: NoBody,
    answer: EventStream,
    handle: ({ query, principal }) => {
      if (!waiting.enter()) return TE.left({ _tag: 'RateLimited', retryAfterSeconds: 5 });
      return async () => {
        const size = await api.deps.store.size()();
        if (E.isLeft(size)) {
          waiting.leave();
          return size;
        }
        const watching = {
          from: query.from ?? size.right,
          stream: query.stream ?? '',
          withData: principal !== undefined && mayRole(principal.role, 'AuditLedger'),
          principal,
        };
        return E.right({ body: Readable.from(feed(api, watching, waiting), { objectMode: false }) });
      };
    },
  });

export const liveRoutes = (api: Api): ReadonlyArray<Route> => [live(api, createWaiting(MOST_LIVE))];
