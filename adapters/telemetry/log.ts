import type { FastifyRequest, FastifyServerOptions } from 'fastify';

/** Where log lines go, one JSON object each. */
export interface LogStream {
  readonly write: (line: string) => void;
}

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

/**
 * What may be logged of a request is listed, not what may not: method, path without its query, address. Bodies, headers
 * and queries have no way in; redaction is the second fence.
 */
export const loggerOptions = (
  level: LogLevel,
  stream: LogStream | undefined,
): NonNullable<FastifyServerOptions['logger']> => ({
  level,
  base: null,
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  redact: {
    paths: ['*.authorization', '*.token', '*.body', 'authorization', 'token', 'body', 'err.message'],
    censor: '[redacted]',
  },
  serializers: {
    req: ({ method, url, ip }: Pick<FastifyRequest, 'method' | 'url' | 'ip'>) => ({
      method,
      path: url.split('?')[0] ?? '',
      address: ip,
    }),
  },
  ...(stream === undefined ? {} : { stream }),
});
