import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type KurrentLedger, openKurrentLedger } from '../../../adapters/event-store/kurrent/open-kurrent-ledger.js';
import type { SignedEntry } from '../../../domain/ledger/envelope.js';
import type { StoreError } from '../../../domain/ports.js';
import { right } from '../ledger.js';
import { temporaryFolder } from '../temporary-folder.js';
import { startTestServer, type TestServer } from './server.js';

/** A server that is gone when the test is over. */
export const testServer = async (): Promise<TestServer> => {
  const server = await startTestServer();
  onTestFinished(() => server.stop());
  return server;
};

export interface TestNode {
  readonly ledger: KurrentLedger;
  readonly folder: string;
  readonly faults: ReadonlyArray<StoreError>;
}

export const optionsIn = (url: string, folder: string) => ({
  url,
  prefix: 'test',
  replica: join(folder, 'replica.db'),
  positionFile: join(folder, 'replica.position'),
  deadlineMillis: 400,
  seenWithinMillis: 1_500,
});

/** A node of the cluster's, closed when the test is over. */
export const openNode = async (url: string, folder = temporaryFolder()): Promise<TestNode> => {
  const faults: Array<StoreError> = [];
  const options = { ...optionsIn(url, folder), onFault: (fault: StoreError) => void faults.push(fault) };
  const ledger = right(await openKurrentLedger(options)());
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= ledger.close());
  onTestFinished(close);
  return { ledger: { ...ledger, close }, folder, faults };
};

export const entryOf = (text = ''): SignedEntry => {
  const id = randomUUID();
  return { id, bytes: new TextEncoder().encode(`{"id":"${id}","text":"${text}"}`) };
};
