import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCosigner } from '../../adapters/witness/cosigner.js';
import { toBase64, toHex } from '../../domain/encoding/bytes.js';
import { openByPolicy } from '../../domain/transparency/policy-check.js';
import { formatVerifierKey } from '../../domain/transparency/verifier-key.js';
import { left, right } from '../support/ledger.js';
import { noteEngines, noteSigner, verifierKey } from '../support/note-signers.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { logLine, policyOf, witnessLine } from '../support/test-witness.js';
import { BUILD_MILLIS, buildGo, requireGo } from './go-programs.js';
import { serveLog } from './served-log.js';

const { hashing, verifyEd25519 } = noteEngines;
const SEED = new Uint8Array(32).fill(41);
const witness = noteSigner('litewitness.example/w', 41);
const log = noteSigner('ledger.example/log', 21);

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.stdout?.once('data', (part: Buffer) => resolve(part.toString().trim()));
    child.once('exit', () => reject(new Error('ended early')));
  });

/** What `witnessctl add-log` and `add-key` write; that program itself needs more of the network than the witness. */
const addLog = (file: string): void => {
  const database = new Database(file);
  database.exec('CREATE TABLE log (origin TEXT PRIMARY KEY, tree_size INTEGER NOT NULL, tree_hash TEXT NOT NULL)');
  database.exec(
    'CREATE TABLE key (origin TEXT NOT NULL, key TEXT NOT NULL, FOREIGN KEY(origin) REFERENCES log(origin))',
  );
  database.prepare('INSERT INTO log VALUES (?, 0, ?)').run([log.name, toBase64(hashing.hash('sha256'))]);
  database.prepare('INSERT INTO key VALUES (?, ?)').run([log.name, formatVerifierKey(verifierKey(log, 'ed25519'))]);
  database.close();
};

describe.runIf(requireGo())('litewitness', () => {
  let programs: string;

  beforeAll(() => {
    programs = buildGo('torchwood', 'filippo.io/torchwood/cmd/litewitness', './agent');
  }, BUILD_MILLIS);

  const running: Array<ChildProcess> = [];
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
  });

  const start = async (): Promise<string> => {
    const folder = temporaryFolder();
    const socket = join(folder, 's');
    const agent = spawn(join(programs, 'agent'), [socket, toHex(SEED)], { stdio: ['ignore', 'pipe', 'inherit'] });
    running.push(agent);
    const fingerprint = await firstLine(agent);
    addLog(join(folder, 'db'));
    const port = await freePort();
    const args = [
      '-db',
      join(folder, 'db'),
      '-ssh-agent',
      socket,
      '-name',
      witness.name,
      '-key',
      fingerprint,
      '-listen',
      `127.0.0.1:${String(port)}`,
    ];
    const server = spawn(join(programs, 'litewitness'), args, { stdio: 'ignore' });
    running.push(server);
    const url = `http://127.0.0.1:${String(port)}`;
    while ((await fetch(url).catch(() => undefined)) === undefined && server.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return url;
  };

  it('cosigns our checkpoints, from the first on and as the log grows', async () => {
    const policy = policyOf(logLine(log), witnessLine('lite', witness, await start()), 'quorum lite');
    const served = await serveLog(5, createCosigner({ policy, verifyEd25519 }));
    for (const grown of [5, 6, 300, 1000]) {
      served.store.add(grown - served.store.entries.length);
      right(await served.log.sealNow()());
      const { checkpoint, cosignatures } = right(openByPolicy(verifyEd25519, policy, served.log.published()!.bytes));
      expect([checkpoint.size, cosignatures.map(({ witness: { name } }) => name)]).toEqual([grown, ['lite']]);
    }
    // Another client has no memory of what the witness knows.
    const again = createCosigner({ policy, verifyEd25519 });
    served.store.add(7);
    const before = served.log.signed()!;
    expect(right(await again(before, served.log.proveConsistency)()).cosignedBy).toEqual(['lite']);
    right(await served.log.sealNow()());
    expect(left(await again(before, served.log.proveConsistency)()).failures).toEqual([
      { witness: 'lite', fault: { _tag: 'WitnessAhead', size: 1007 } },
    ]);
    await served.stop();
  });
});
