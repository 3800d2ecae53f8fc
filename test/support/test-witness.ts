import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type RunningWitness, startWitness } from '../../adapters/witness/start-witness.js';
import { utf8 } from '../../domain/encoding/bytes.js';
import type { NoteSigner } from '../../domain/transparency/sign-note.js';
import { formatVerifierKey } from '../../domain/transparency/verifier-key.js';
import { type PolicyLog, parseWitnessPolicy, type WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { right } from './ledger.js';
import { noteEngines, verifierKey } from './note-signers.js';
import { temporaryFolder } from './temporary-folder.js';

export const COSIGNED_AT = '2026-03-01T00:00:00.000Z';

/** A witness of ours for some logs, gone when the test is over. */
export const testWitness = async (
  signer: NoteSigner,
  logs: ReadonlyArray<PolicyLog>,
  folder = temporaryFolder(),
): Promise<RunningWitness> => {
  const clock = { now: () => COSIGNED_AT };
  const witness = right(
    await startWitness({
      ...noteEngines,
      host: '127.0.0.1',
      port: 0,
      folder,
      signer,
      logs,
      clock,
      log: { level: 'silent' },
    })(),
  );
  onTestFinished(() => witness.stop());
  return witness;
};

/** A web server that answers as it is told. */
export const fakeServer = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
};

export const policyOf = (...lines: ReadonlyArray<string>): WitnessPolicy =>
  right(parseWitnessPolicy(noteEngines.hashing, utf8(lines.map((line) => `${line}\n`).join(''))));

export const logLine = (signer: NoteSigner): string => `log ${formatVerifierKey(verifierKey(signer, 'ed25519'))}`;
export const witnessLine = (name: string, signer: NoteSigner, url = ''): string =>
  `witness ${name} ${formatVerifierKey(verifierKey(signer, 'cosignature-v1'))} ${url}`;
