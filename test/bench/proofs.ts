import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { entryEngines } from '../../adapters/crypto/engines.js';
import { signingKeyOf } from '../../adapters/key-store/signing-key.js';
import { createFileCheckpointRecord } from '../../adapters/transparency/file-checkpoint-record.js';
import { createFolderTileStorage } from '../../adapters/transparency/folder-tile-storage.js';
import { openTransparencyLog } from '../../adapters/transparency/transparency-log.js';
import { fromBase64, fromUtf8, utf8 } from '../../domain/encoding/bytes.js';
import { leafBytes } from '../../domain/ledger/leaf.js';
import type { EventStore } from '../../domain/ports.js';
import type { Cosigner } from '../../domain/transparency/cosigner.js';
import { formatNote, parseNote } from '../../domain/transparency/note.js';
import { cosignNote, keyOfSigner, type NoteSigner } from '../../domain/transparency/sign-note.js';
import { parseTlogProof, verifyTlogProof } from '../../domain/transparency/tlog-proof.js';
import { formatVerifierKey } from '../../domain/transparency/verifier-key.js';
import { parseWitnessPolicy, type WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import type { Figure } from './figure.js';
import { temporaryFolder } from './ledger.js';
import { orThrow } from './recorded-boot.js';
import { percentile, secondsOf } from './timing.js';

const PROOFS = 500;
const { hashing } = entryEngines;

export const noteSigner = (name: string): NoteSigner => {
  const key = signingKeyOf(randomBytes(32).toString('base64'));
  if (key === undefined) throw new Error('no key');
  return { name, publicKey: fromBase64(key.named.publicKey), sign: key.signer.sign };
};

const keyLine = (signer: NoteSigner, type: 'ed25519' | 'cosignature-v1'): string =>
  formatVerifierKey(orThrow(keyOfSigner(hashing, signer, type)));

const policyOf = (log: NoteSigner, witnesses: ReadonlyArray<NoteSigner>): WitnessPolicy => {
  const lines = [
    `log ${keyLine(log, 'ed25519')}`,
    ...witnesses.map((witness, i) => `witness w${String(i)} ${keyLine(witness, 'cosignature-v1')}`),
    `group all all ${witnesses.map((_, i) => `w${String(i)}`).join(' ')}`,
    'quorum all',
  ];
  return orThrow(parseWitnessPolicy(hashing, utf8(lines.map((line) => `${line}\n`).join(''))));
};

/** Witnesses in this process: what their cosignatures weigh is what matters here. */
const cosignedBy =
  (witnesses: ReadonlyArray<NoteSigner>): Cosigner =>
  ({ bytes }) =>
  async () => {
    const note = orThrow(parseNote(bytes));
    const lines = await Promise.all(
      witnesses.map(async (witness) => orThrow(await cosignNote(entryEngines, witness)(note.text, 1_800_000_000)())),
    );
    const all = formatNote({ ...note, signatures: [...note.signatures, ...lines] });
    return { _tag: 'Right', right: { bytes: all, cosignedBy: [], failures: [] } };
  };

/** The store sealed into a log with three cosignatures; proofs of entries all over it, made, and checked as a stranger would. */
export const proofFigures = async (store: EventStore, size: number): Promise<ReadonlyArray<Figure>> => {
  const folder = temporaryFolder();
  const signer = noteSigner('ledger.example/bench');
  const witnesses = ['w1.example', 'w2.example', 'w3.example'].map(noteSigner);
  const { seconds: sealed, result: log } = await secondsOf(async () => {
    const engines = {
      ...entryEngines,
      store,
      record: createFileCheckpointRecord(join(folder.path, 'record')),
      tiles: createFolderTileStorage(join(folder.path, 'tiles')),
      origin: signer.name,
      signers: () => [signer],
      formerKeys: () => [],
    };
    const opened = orThrow(await openTransparencyLog({ engines, cosigner: cosignedBy(witnesses) })());
    orThrow(await opened.sealNow()());
    return opened;
  });
  const policy = policyOf(signer, witnesses);
  const [bytes, making, checking]: [Array<number>, Array<number>, Array<number>] = [[], [], []];
  for (let i = 0; i < PROOFS; i++) {
    const index = (i * 7919 * 104_729) % size;
    const [entry] = orThrow(await store.readAll(index, 1)());
    const began = performance.now();
    const proof = orThrow(await log.proveInclusion(index)());
    const made = performance.now();
    const leaf = leafBytes(hashing, entry?.bytes ?? new Uint8Array());
    orThrow(verifyTlogProof(entryEngines, policy, orThrow(parseTlogProof(proof)), leaf));
    checking.push(performance.now() - made);
    making.push(made - began);
    bytes.push(proof.length);
    if (fromUtf8(proof)?.startsWith('c2sp.org/tlog-proof@v1\n') !== true) throw new Error('no proof');
  }
  await log.stop();
  folder.remove();
  return [
    { name: 'sealed into a new log', measured: size / sealed, unit: 'events/s' },
    { name: 'inclusion proof with 3 cosignatures', measured: Math.max(...bytes), unit: 'bytes', atMost: 2000 },
    { name: 'proof made, p99', measured: percentile(making, 99), unit: 'ms' },
    { name: 'proof checked offline, p99', measured: percentile(checking, 99), unit: 'ms', atMost: 50 },
  ];
};
