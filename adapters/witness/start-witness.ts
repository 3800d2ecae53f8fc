import type { AddressInfo } from 'node:net';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Clock, Hashing, VerifyEd25519 } from '../../domain/ports.js';
import type { NoteSigner } from '../../domain/transparency/sign-note.js';
import type { PolicyLog } from '../../domain/transparency/witness-policy.js';
import { createInTurn } from '../event-store/in-turn.js';
import type { LogLevel, LogStream } from '../telemetry/log.js';
import { makeWitnessServer } from './witness-server.js';
import { createFolderWitnessStore } from './witness-store.js';

export interface WitnessOptions {
  readonly host: string;
  readonly port: number;
  /** State of the logs. It must never go back: a restored copy would cosign a fork. */
  readonly folder: string;
  readonly signer: NoteSigner;
  /** The logs to witness; a key's name is the log's origin. */
  readonly logs: ReadonlyArray<PolicyLog>;
  readonly hashing: Hashing;
  readonly verifyEd25519: VerifyEd25519;
  readonly clock: Clock;
  readonly log: { readonly level: LogLevel; readonly stream?: LogStream | undefined };
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

export interface RunningWitness {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export interface WitnessNotStarted {
  readonly _tag: 'WitnessNotStarted';
  readonly detail: string;
}

/** Starts a witness that answers until it is stopped. */
export const startWitness = (options: WitnessOptions): TE.TaskEither<WitnessNotStarted, RunningWitness> =>
  TE.tryCatch(
    async () => {
      const { hashing, verifyEd25519, signer, clock, logs, folder, log, tls, host, port } = options;
      const keysOf = (origin: string) => logs.map(({ key }) => key).filter(({ name }) => name === origin);
      const engines = {
        hashing,
        verifyEd25519,
        signer,
        clock,
        logKeys: keysOf,
        store: createFolderWitnessStore(folder),
        inTurn: createInTurn(),
      };
      const server = makeWitnessServer({ engines, log, tls });
      await server.listen({ host, port });
      const address = server.server.address() as AddressInfo;
      const shown = host.includes(':') ? `[${host}]` : host;
      return {
        url: `${tls === undefined ? 'http' : 'https'}://${shown}:${String(address.port)}`,
        stop: () => server.close(),
      };
    },
    (error) => ({
      _tag: 'WitnessNotStarted',
      detail: error instanceof Error && 'code' in error ? String(error.code) : 'unknown error',
    }),
  );
