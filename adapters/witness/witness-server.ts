import fastify, { type FastifyInstance, type FastifyReply, LogController } from 'fastify';
import * as E from 'fp-ts/lib/Either.js';
import { MOST_REQUEST_BYTES, SIZE_CONTENT_TYPE } from '../../domain/transparency/add-checkpoint.js';
import { type LogLevel, type LogStream, loggerOptions } from '../telemetry/log.js';
import { type AddCheckpointFault, addCheckpoint, type WitnessEngines } from './add-checkpoint.js';

export interface WitnessServerOptions {
  readonly engines: WitnessEngines;
  readonly log: { readonly level: LogLevel; readonly stream?: LogStream | undefined };
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

const TEXT = 'text/plain; charset=utf-8';
const ORIGIN_HASH = /^[0-9a-f]{64}$/;
const LIMITS = {
  bodyLimit: MOST_REQUEST_BYTES,
  connectionTimeout: 60_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 60_000,
} as const;

interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
}

/** The statuses of C2SP tlog-witness; a fault of our own is 500 and says nothing of its cause. */
const refusalOf = (fault: AddCheckpointFault): Refusal => {
  switch (fault._tag) {
    case 'Malformed':
      return { status: 400, text: `${fault.document}: ${fault.field} ${fault.rule}` };
    case 'OldSizeAboveCheckpoint':
      return { status: 400, text: 'the old size must not be above the size of the checkpoint' };
    case 'UnknownLog':
      return { status: 404, text: 'unknown log' };
    case 'NotSignedByLog':
      return { status: 403, text: 'not signed by a trusted key of the log' };
    case 'OtherSizeKnown':
      return { status: 409, text: String(fault.size), type: SIZE_CONTENT_TYPE };
    case 'Inconsistent':
      return { status: 422, text: fault.rule };
    case 'RecordConflict':
    case 'PlaceUnavailable':
    case 'SignerUnavailable':
      return { status: 503, text: 'try again later' };
    case 'SignerFaulty':
    case 'StateDamaged':
      return { status: 500, text: 'the witness needs its operator' };
  }
};

const send = (reply: FastifyReply, { status, text, type = TEXT }: Refusal): FastifyReply =>
  reply.code(status).header('content-type', type).send(`${text}\n`);

const acceptBytes = (server: FastifyInstance): void => {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
};

const addRoutes = (server: FastifyInstance, engines: WitnessEngines): void => {
  server.post('/add-checkpoint', async (request, reply) => {
    const body = request.body instanceof Buffer ? new Uint8Array(request.body) : new Uint8Array();
    const result = await addCheckpoint(engines, body)();
    if (E.isRight(result)) return reply.header('content-type', TEXT).send(result.right);
    const refusal = refusalOf(result.left);
    if (refusal.status >= 500) request.log.error({ fault: result.left._tag }, 'not cosigned');
    return send(reply, refusal);
  });
  server.get<{ Params: { hash: string } }>('/:hash/checkpoint', async (request, reply) => {
    const { hash } = request.params;
    const stored = ORIGIN_HASH.test(hash) ? await engines.store(hash).read()() : E.right(undefined);
    if (E.isLeft(stored)) return send(reply, { status: 503, text: 'try again later' });
    if (stored.right === undefined)
      return send(reply, { status: 404, text: 'no checkpoint of such a log was cosigned' });
    return reply
      .header('content-type', TEXT)
      .header('cache-control', 'public, max-age=5')
      .send(Buffer.from(stored.right));
  });
};

/** A witness for the logs whose keys it was given (C2SP tlog-witness); submission and monitoring under one prefix. */
export const makeWitnessServer = ({ engines, log, tls }: WitnessServerOptions): FastifyInstance => {
  const server = fastify({
    ...LIMITS,
    logger: loggerOptions(log.level, log.stream),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    ...(tls === undefined ? {} : { https: { ...tls, minVersion: 'TLSv1.2' as const } }),
  }) as FastifyInstance;
  acceptBytes(server);
  addRoutes(server, engines);
  server.setNotFoundHandler((_request, reply) => send(reply, { status: 404, text: 'not found' }));
  server.setErrorHandler((error: { readonly statusCode?: number }, _request, reply) =>
    send(reply, { status: error.statusCode ?? 500, text: error.statusCode === 413 ? 'too large' : 'bad request' }),
  );
  return server;
};
