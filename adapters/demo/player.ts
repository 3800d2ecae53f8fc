import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../domain/ports.js';

/** A clock that stands where the story is, until it is let go. */
export interface StoryClock extends Clock {
  readonly set: (instant: string) => void;
  readonly release: () => void;
}

export const storyClock = (start: string): StoryClock => {
  let instant: string | undefined = start;
  return {
    now: () => instant ?? new Date().toISOString(),
    set: (to) => {
      instant = to;
    },
    release: () => {
      instant = undefined;
    },
  };
};

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly etag: string | undefined;
}

/** Speaks to the authority as everyone does: over its HTTP interface. */
export interface Player {
  readonly ask: (
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    as?: string,
    body?: unknown,
    ifMatch?: string,
  ) => Promise<Reply>;
  /** The same, for requests that the story can't go on without. */
  readonly must: Player['ask'];
}

export const makePlayer = (app: FastifyInstance, tokenOf: (subject: string) => string): Player => {
  const ask: Player['ask'] = async (method, url, as, body, ifMatch) => {
    const reply = await app.inject({
      method,
      url,
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${tokenOf(as)}` }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    const { etag } = reply.headers;
    return {
      status: reply.statusCode,
      body: reply.json<Readonly<Record<string, unknown>>>(),
      etag: typeof etag === 'string' ? etag : undefined,
    };
  };
  const must: Player['ask'] = async (method, url, ...rest) => {
    const reply = await ask(method, url, ...rest);
    if (reply.status >= 300) throw new Error(`${method} ${url}: ${String(reply.status)} ${JSON.stringify(reply.body)}`);
    return reply;
  };
  return { ask, must };
};
