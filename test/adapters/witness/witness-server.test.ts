import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { originHash } from '../../../adapters/witness/witness-store.js';
import { toHex, utf8 } from '../../../domain/encoding/bytes.js';
import { formatAddCheckpoint } from '../../../domain/transparency/add-checkpoint.js';
import { formatCheckpoint, openCheckpoint } from '../../../domain/transparency/checkpoint.js';
import { formatNote } from '../../../domain/transparency/note.js';
import { signNote } from '../../../domain/transparency/sign-note.js';
import { rootOfEdge } from '../../../domain/transparency/tile-edge.js';
import { consistencyFromTiles } from '../../../domain/transparency/tree-proof.js';
import { right } from '../../support/ledger.js';
import { noteEngines, noteSigner, verifierKey } from '../../support/note-signers.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { COSIGNED_AT, testWitness } from '../../support/test-witness.js';
import { tileTree } from '../../support/tile-tree.js';

const { hashing, verifyEd25519 } = noteEngines;
const log = noteSigner('ledger.example', 1);
const witness = noteSigner('witness.example', 2);
const logs = [{ key: verifierKey(log, 'ed25519'), url: undefined }];

interface Asked {
  readonly old: number;
  readonly size: number;
  readonly signer?: typeof log;
  readonly origin?: string;
  readonly root?: Uint8Array;
  readonly proof?: ReadonlyArray<Uint8Array>;
}

const request = async ({ old, size, signer = log, origin = log.name, root, proof }: Asked): Promise<Uint8Array> => {
  const tree = tileTree(size);
  const text = formatCheckpoint({ origin, size, root: root ?? rootOfEdge(hashing, tree.edge), extensions: [] });
  const hashes = proof ?? (old > size ? [] : right(await consistencyFromTiles(hashing, tree.read, old, size)()));
  return formatAddCheckpoint(
    old,
    hashes,
    formatNote({ text, signatures: [right(await signNote(noteEngines, signer)(text)())] }),
  );
};

const post = async (url: string, body: Uint8Array) => {
  const response = await fetch(`${url}/add-checkpoint`, { method: 'POST', body });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};
const ask = async (url: string, asked: Asked) => post(url, await request(asked));
const monitor = async (url: string, origin: string) => fetch(`${url}/${originHash(hashing, origin)}/checkpoint`);

describe('a witness server', () => {
  it('cosigns with its time, and serves the checkpoint with both signatures', async () => {
    const { url } = await testWitness(witness, logs);
    expect((await monitor(url, log.name)).status).toBe(404);
    const { status, text } = await ask(url, { old: 0, size: 5 });
    expect(status).toBe(200);
    const served = await monitor(url, log.name);
    const bytes = new Uint8Array(await served.arrayBuffer());
    const keys = [verifierKey(log, 'ed25519'), verifierKey(witness, 'cosignature-v1')];
    const { checkpoint, signatures } = right(openCheckpoint(verifyEd25519, keys, bytes));
    expect(checkpoint.size).toBe(5);
    expect(signatures.map(({ key, time }) => [key.name, time])).toEqual([
      ['ledger.example', undefined],
      ['witness.example', Date.parse(COSIGNED_AT) / 1000],
    ]);
    expect(new TextDecoder().decode(bytes).endsWith(text)).toBe(true);
  });

  it('answers with the statuses of the specification', async () => {
    const { url } = await testWitness(witness, logs);
    expect((await ask(url, { old: 0, size: 5 })).status).toBe(200);
    expect(await ask(url, { old: 0, size: 9 })).toEqual({ status: 409, type: 'text/x.tlog.size', text: '5\n' });
    expect((await ask(url, { old: 9, size: 5 })).status).toBe(400);
    expect((await ask(url, { old: 5, size: 9, proof: [] })).status).toBe(422);
    expect((await ask(url, { old: 5, size: 5, root: new Uint8Array(32) })).status).toBe(422);
    expect((await ask(url, { old: 5, size: 9, origin: 'other.example' })).status).toBe(404);
    expect((await ask(url, { old: 5, size: 9, signer: noteSigner(log.name, 9) })).status).toBe(403);
    expect((await post(url, utf8('nonsense'))).status).toBe(400);
    expect((await post(url, new Uint8Array())).status).toBe(400);
    expect((await post(url, new Uint8Array(400_000))).status).toBe(413);
    expect((await fetch(`${url}/add-checkpoint`)).status).toBe(404);
    expect((await fetch(`${url}/${'A'.repeat(64)}/checkpoint`)).status).toBe(404);
    expect((await ask(url, { old: 5, size: 9 })).status).toBe(200);
    expect((await ask(url, { old: 9, size: 9 })).status).toBe(200);
  });

  it('remembers over a restart, and keeps logs apart', async () => {
    const folder = temporaryFolder();
    const other = noteSigner('other.example', 3);
    const both = [...logs, { key: verifierKey(other, 'ed25519'), url: undefined }];
    const first = await testWitness(witness, both, folder);
    expect((await ask(first.url, { old: 0, size: 5 })).status).toBe(200);
    await first.stop();
    const { url } = await testWitness(witness, both, folder);
    expect((await ask(url, { old: 0, size: 5 })).text).toBe('5\n');
    expect((await ask(url, { old: 0, size: 3, signer: other, origin: other.name })).status).toBe(200);
    expect((await ask(url, { old: 5, size: 6 })).status).toBe(200);
  });

  it('never goes back, whatever the order of requests that race', async () => {
    const { url } = await testWitness(witness, logs);
    expect((await ask(url, { old: 0, size: 5 })).status).toBe(200);
    const bodies = await Promise.all([6, 7, 8, 9, 10, 11].map((size) => request({ old: 5, size })));
    const answers = await Promise.all(bodies.map((body) => post(url, body)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const known = Number((await ask(url, { old: 0, size: 4 })).text);
    expect(answers.findIndex(({ status }) => status === 200)).toBe(known - 6);
    expect(answers.filter(({ status }) => status === 409).every(({ text }) => text === `${String(known)}\n`)).toBe(
      true,
    );
  });

  it('lets one of two instances on the same folder cosign', async () => {
    const folder = temporaryFolder();
    const [a, b] = [await testWitness(witness, logs, folder), await testWitness(witness, logs, folder)];
    expect((await ask(a.url, { old: 0, size: 5 })).status).toBe(200);
    expect((await ask(b.url, { old: 0, size: 7 })).text).toBe('5\n');
    const answers = await Promise.all([ask(a.url, { old: 5, size: 8 }), ask(b.url, { old: 5, size: 9 })]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('cosigns nothing when its state was edited', async () => {
    const folder = temporaryFolder();
    const { url } = await testWitness(witness, logs, folder);
    expect((await ask(url, { old: 0, size: 5 })).status).toBe(200);
    const record = join(folder, originHash(hashing, log.name));
    const [file] = readdirSync(record);
    const forged = await request({ old: 0, size: 3 });
    writeFileSync(join(record, file!), forged.subarray('old 0\n\n'.length));
    expect((await ask(url, { old: 3, size: 4 })).status).toBe(500);
    expect(toHex(forged)).not.toBe('');
  });
});
