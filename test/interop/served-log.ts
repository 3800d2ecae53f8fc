import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { respondFromLog } from '../../adapters/transparency/log-response.js';
import { createMemoryCheckpointRecord } from '../../adapters/transparency/memory-checkpoint-record.js';
import { createMemoryTileStorage } from '../../adapters/transparency/memory-tile-storage.js';
import { openTransparencyLog, type TransparencyLog } from '../../adapters/transparency/transparency-log.js';
import type { Cosigner } from '../../domain/transparency/cosigner.js';
import type { VerifierKey } from '../../domain/transparency/verifier-key.js';
import { right } from '../support/ledger.js';
import { type ListStore, listStore } from '../support/list-store.js';
import { noteEngines, noteSigner, verifierKey } from '../support/note-signers.js';

export interface ServedLog {
  readonly url: string;
  readonly key: VerifierKey;
  readonly log: TransparencyLog;
  readonly store: ListStore;
  /** Changes what is answered for one path, as somebody on the way could. */
  readonly tamper: (path: string | undefined) => void;
  readonly stop: () => Promise<void>;
}

/** A log over HTTP, as stock tools find it. */
export const serveLog = async (size: number, cosigner?: Cosigner): Promise<ServedLog> => {
  const signer = noteSigner('ledger.example/log', 21);
  const store = listStore(size);
  const engines = {
    ...noteEngines,
    formerKeys: () => [],
    origin: signer.name,
    signers: () => [signer],
    store,
    record: createMemoryCheckpointRecord(),
    tiles: createMemoryTileStorage(),
  };
  const log = right(await openTransparencyLog({ engines, cosigner })());
  right(await log.sealNow()());
  let tampered: string | undefined;
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').slice(1);
    const acceptEncoding = request.headers['accept-encoding']?.toString();
    void respondFromLog(log, {
      path,
      acceptEncoding: path === tampered ? 'identity' : acceptEncoding,
      publicEntries: true,
    }).then(({ status, headers, body }) => {
      const changed = body.map((byte, i) => (path === tampered && i === body.length - 1 ? byte ^ 1 : byte));
      response.writeHead(status, headers).end(changed);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    key: verifierKey(signer, 'ed25519'),
    log,
    store,
    tamper: (path) => {
      tampered = path;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await log.stop();
    },
  };
};
