import { randomUUID } from 'node:crypto';
import type { ServerOptions as ServerOptionsOfHttps } from 'node:https';
import { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Shown } from '../access/authenticate.js';
import type { Principal } from '../access/tokens.js';
import { type LogLevel, type LogStream, loggerOptions } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import { type AccessControl, admit } from './admission.js';
import type { ApiError } from './api-error.js';
import { endConnections } from './end-connections.js';
import { apiErrorOf } from './framework-errors.js';
import { TOKENS } from './host-gate.js';
import { MOST_BODY_BYTES } from './json-body.js';
import { accessOf } from './permissions.js';
import { problemBody } from './problem.js';
import { problemOf } from './problems.js';
import { type Answer, isReading, type RawRequest, type Route } from './route.js';

export interface Tls {
  readonly cert: string;
  readonly key: string;
  /** Ask clients for a certificate; which ones count is in the ledger, so none is refused by TLS itself. */
  readonly clientCertificates?: boolean;
}

export interface ServerOptions {
  readonly routes: ReadonlyArray<Route>;
  readonly access: AccessControl;
  readonly metrics: Metrics;
  readonly log: { readonly level: LogLevel; readonly stream?: LogStream | undefined };
  readonly tls?: Tls | undefined;
  /** Waits, within bounds, until answers are true at this index. */
  readonly settledAt?: (index: number) => TE.TaskEither<ApiError, void>;
  /** True: opened without the passphrase, so only reads are let through. */
  readonly locked?: boolean;
}

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

const STRICT_TRANSPORT = { 'strict-transport-security': 'max-age=31536000' } as const;

const LIMITS = {
  bodyLimit: MOST_BODY_BYTES,
  // Of silence on a connection: replaying a long history takes its time before the first byte.
  connectionTimeout: 600_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 10_000,
} as const;

const MOST_HEADER_BYTES = 16_384;

const httpsOptions = ({ cert, key, clientCertificates = false }: Tls): ServerOptionsOfHttps => ({
  cert,
  key,
  minVersion: 'TLSv1.2',
  maxHeaderSize: MOST_HEADER_BYTES,
  requestCert: clientCertificates,
  rejectUnauthorized: false,
});

const serverOptions = ({ log, tls, metrics }: ServerOptions): FastifyServerOptions => ({
  ...LIMITS,
  frameworkErrors: (error, request, reply) => {
    sendProblem(metrics, request, reply, apiErrorOf(error));
  },
  logger: loggerOptions(log.level, log.stream),
  logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
  requestIdHeader: false,
  genReqId: () => randomUUID(),
  forceCloseConnections: 'idle',
  exposeHeadRoutes: false,
  routerOptions: { maxParamLength: 200 },
  ...(tls === undefined ? { http: { maxHeaderSize: MOST_HEADER_BYTES } } : { https: httpsOptions(tls) }),
});

const header = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

const sendProblem = (metrics: Metrics, request: FastifyRequest, reply: FastifyReply, error: ApiError): FastifyReply => {
  const problem = problemOf(error);
  metrics.count('sekisho_refusals_total', problem.code);
  request.problemCode = problem.code;
  if (problem.retryAfterSeconds !== undefined) {
    void reply.header('retry-after', String(Math.ceil(problem.retryAfterSeconds)));
  }
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="sekisho"');
  return reply
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(problemBody(problem, request.id));
};

const sendAnswer = (reply: FastifyReply, { status = 200, headers = {}, body }: Answer<unknown>): FastifyReply => {
  void reply.code(status).headers(headers);
  if (body instanceof Readable) return reply.type('text/event-stream; charset=utf-8').send(body);
  if (body instanceof Uint8Array && 'content-type' in headers) return reply.send(Buffer.from(body));
  if (body instanceof Uint8Array) return reply.type('application/octet-stream').send(Buffer.from(body));
  if (typeof body === 'string') return reply.type('text/plain; version=0.0.4; charset=utf-8').send(body);
  return reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send(body);
};

/** The router calls the rest of a path `*`; the route has a name for it. */
const REST = /\{\+(\w+)\}/;

const paramsOf = (route: Route, params: unknown): unknown => {
  const rest = REST.exec(route.path)?.[1];
  if (rest === undefined || typeof params !== 'object' || params === null || !('*' in params)) return params;
  const { '*': value, ...others } = params;
  return { ...others, [rest]: value };
};

/** RFC 6750, 2.1; the longest that a token of an issuer may be. */
const TOKEN = /^Bearer ([\w.~+/=-]{1,8192})$/i;

/** A header that can't be read is a token that is none, so that no certificate stands in for it. */
const shownBy = (request: FastifyRequest, { tls }: ServerOptions): Shown => {
  const authorization = header(request, 'authorization');
  const { socket } = request.raw;
  const asked = tls?.clientCertificates === true && socket instanceof TLSSocket;
  return {
    token: authorization === undefined ? undefined : (TOKEN.exec(authorization)?.[1] ?? ''),
    certificate: asked ? socket.getPeerX509Certificate()?.raw : undefined,
  };
};

const bearerOf = (request: FastifyRequest): string | undefined =>
  /^Bearer ([\w.-]{1,4096})$/i.exec(header(request, 'authorization') ?? '')?.[1];

const rawOf = (route: Route, request: FastifyRequest): RawRequest => ({
  params: paramsOf(route, request.params),
  query: queryOf(request),
  body: Buffer.isBuffer(request.body) ? request.body : undefined,
  principal: request.principal,
  idempotencyKey: header(request, 'idempotency-key'),
  ifMatch: header(request, 'if-match'),
  address: request.ip,
  acceptEncoding: header(request, 'accept-encoding'),
  bearer: accessOf(route.operation) === 'host' ? bearerOf(request) : undefined,
  breakGlass: header(request, 'sekisho-break-glass'),
  newCommandId: () => randomUUID(),
});

/** Where a token is the credential: wrong ones are charged to those who send them. */
const TOKEN_OPERATIONS: ReadonlySet<string> = new Set([
  'reportAppliedConfig',
  'renewTokens',
  'awaitKeyAccess',
  'generateKey',
  'encryptKey',
  'decryptKey',
  'rekeyKey',
]);

/** A body of evidence is long: who may not be heard about a host is told so before it is read. */
const spokenFor = ({ operation }: Route, { params }: FastifyRequest): string | undefined => {
  if (TOKEN_OPERATIONS.has(operation)) return TOKENS;
  const isEvidence = operation === 'attestHost' && typeof params === 'object' && params !== null && 'id' in params;
  return isEvidence && typeof params.id === 'string' ? params.id : undefined;
};

const MIN_INDEX = 'min-index';

/** The route's own: the least index is any read's, and was waited for before. */
const queryOf = (request: FastifyRequest): unknown => {
  const { query } = request;
  if (request.method !== 'GET' || typeof query !== 'object' || query === null || !(MIN_INDEX in query)) return query;
  return Object.fromEntries(Object.entries(query).filter(([name]) => name !== MIN_INDEX));
};

/** As a header, or in the address of a read, for whoever can't set headers. Both: the header counts. */
const leastOf = (request: FastifyRequest): string | undefined => {
  const { query } = request;
  const asked = typeof query === 'object' && query !== null && MIN_INDEX in query ? query[MIN_INDEX] : undefined;
  const least = request.method === 'GET' && asked !== undefined ? (typeof asked === 'string' ? asked : '') : undefined;
  return header(request, 'sekisho-min-index') ?? least;
};

const INDEX = /^(?:0|[1-9][0-9]{0,14})$/;

/** Who was answered by one node may ask the next for nothing older than that answer. */
const sinceSeen = (
  { settledAt = () => TE.right(undefined) }: ServerOptions,
  least: string,
): TE.TaskEither<ApiError, void> =>
  INDEX.test(least)
    ? settledAt(Number(least))
    : TE.left({ _tag: 'RequestMalformed', rule: 'must have an index of the ledger as Sekisho-Min-Index or min-index' });

const register = (app: FastifyInstance, options: ServerOptions, route: Route): void => {
  const { access, metrics } = options;
  app.route({
    method: route.method,
    url: route.path.replace(REST, '*').replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { operation: route.operation },
    onRequest: async (request, reply) => {
      const shown = shownBy(request, options);
      const admitted = await admit(access, route.operation, shown, request.ip, spokenFor(route, request));
      if (E.isLeft(admitted)) return sendProblem(metrics, request, reply, admitted.left);
      if (options.locked === true && !isReading(route))
        return sendProblem(metrics, request, reply, { _tag: 'KeysLocked' });
      request.principal = admitted.right;
      const least = leastOf(request);
      if (least === undefined) return undefined;
      const seen = await sinceSeen(options, least)();
      return E.isLeft(seen) ? sendProblem(metrics, request, reply, seen.left) : undefined;
    },
    handler: async (request, reply) => {
      const result = await route.run(rawOf(route, request))();
      return E.isLeft(result) ? sendProblem(metrics, request, reply, result.left) : sendAnswer(reply, result.right);
    },
  });
};

/** Asked thousands of times a second: what was answered is in the ledger, as its policy wants, and counted. */
const TOO_MANY_FOR_A_LOG: ReadonlySet<string> = new Set(['askGuard', 'askGuardMany']);

const logAnswer = (request: FastifyRequest, reply: FastifyReply): void => {
  const { operation } = request.routeOptions.config;
  const level = reply.statusCode < 400 && TOO_MANY_FOR_A_LOG.has(operation ?? '') ? 'debug' : 'info';
  request.log[level](
    {
      req: request,
      operation,
      status: reply.statusCode,
      subject: request.principal?.subject,
      code: request.problemCode,
      ms: Math.round(reply.elapsedTime),
    },
    'request',
  );
};

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | undefined;
    problemCode: string | undefined;
  }
  interface FastifyContextConfig {
    operation?: string;
  }
}

/** The HTTP surface over `routes`; it knows requests and answers, nothing of what they are about. */
export const makeServer = (options: ServerOptions): FastifyInstance => {
  const { metrics } = options;
  const app = fastify(serverOptions(options));
  app.decorateRequest('principal', undefined);
  app.decorateRequest('problemCode', undefined);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  endConnections(app);
  const headers = { ...HEADERS, ...(options.tls === undefined ? {} : STRICT_TRANSPORT) };
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headers).header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    metrics.count('sekisho_requests_total', request.routeOptions.config.operation ?? 'none');
    logAnswer(request, reply);
    // It may have held a key or a password.
    if (Buffer.isBuffer(request.body)) request.body.fill(0);
    done();
  });
  app.setNotFoundHandler((request, reply) => sendProblem(metrics, request, reply, { _tag: 'RouteUnknown' }));
  app.setErrorHandler((error, request, reply) => {
    const known = apiErrorOf(error);
    if (known._tag === 'Unexpected') request.log.error({ stack: stackOf(error) }, 'unexpected failure');
    return sendProblem(metrics, request, reply, known);
  });
  for (const route of options.routes) register(app, options, route);
  return app;
};

/** Where it failed, without the message: a message may repeat what was sent. */
const stackOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.name}\n${(error.stack ?? '')
        .split('\n')
        .filter((line) => /^\s+at /.test(line))
        .join('\n')}`
    : 'not an Error';
