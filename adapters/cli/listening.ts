import { InvalidArgumentError } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Tls } from '../http/server.js';
import { badInput, type CliFailure } from './failure.js';
import { readText } from './input.js';

/** How a command that serves is told where and with what certificate. */
export interface ListenOptions {
  readonly host: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowPlaintext: boolean;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Undefined: in plain text, which without leave is for the loopback address only. */
export const tlsOf = ({
  tlsCert,
  tlsKey,
  host,
  allowPlaintext,
}: ListenOptions): TE.TaskEither<CliFailure, Tls | undefined> => {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    return TE.left(badInput('TlsIncomplete', 'give both --tls-cert and --tls-key, or neither'));
  }
  if (tlsCert !== undefined && tlsKey !== undefined) {
    return pipe(
      readText(tlsCert),
      TE.flatMap((cert) =>
        pipe(
          readText(tlsKey),
          TE.map((key) => ({ cert, key })),
        ),
      ),
    );
  }
  return LOOPBACK.has(host) || allowPlaintext
    ? TE.right(undefined)
    : TE.left(
        badInput(
          'PlaintextRefused',
          `without TLS it listens on the loopback address only, not on ${host}`,
          'Give --tls-cert and --tls-key, or --allow-plaintext behind a proxy that ends TLS.',
        ),
      );
};

/** Resolves when the system asks the process to end. */
export const untilAsked = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });

export const parsePort = (text: string): number => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('It must be 0 to 65535.');
  return port;
};
