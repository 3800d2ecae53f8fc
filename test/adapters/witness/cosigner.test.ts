import type { RequestListener } from 'node:http';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMemoryCheckpointRecord } from '../../../adapters/transparency/memory-checkpoint-record.js';
import { createMemoryTileStorage } from '../../../adapters/transparency/memory-tile-storage.js';
import { openTransparencyLog } from '../../../adapters/transparency/transparency-log.js';
import { createCosigner } from '../../../adapters/witness/cosigner.js';
import { formatCheckpoint } from '../../../domain/transparency/checkpoint.js';
import type { ProveConsistency } from '../../../domain/transparency/cosigner.js';
import type { SignedCheckpoint } from '../../../domain/transparency/log-state.js';
import { formatNote, formatSignatureLines, parseNote } from '../../../domain/transparency/note.js';
import { openByPolicy } from '../../../domain/transparency/policy-check.js';
import { cosignNote, signNote } from '../../../domain/transparency/sign-note.js';
import { rootOfEdge } from '../../../domain/transparency/tile-edge.js';
import { consistencyFromTiles } from '../../../domain/transparency/tree-proof.js';
import type { WitnessPolicy } from '../../../domain/transparency/witness-policy.js';
import { left, right } from '../../support/ledger.js';
import { listStore } from '../../support/list-store.js';
import { noteEngines, noteSigner, verifierKey } from '../../support/note-signers.js';
import { fakeServer, logLine, policyOf, testWitness, witnessLine } from '../../support/test-witness.js';
import { tileTree } from '../../support/tile-tree.js';

const { hashing, verifyEd25519 } = noteEngines;
const log = noteSigner('ledger.example', 1);
const logs = [{ key: verifierKey(log, 'ed25519'), url: undefined }];
const [one, two, three] = [noteSigner('w1.example', 11), noteSigner('w2.example', 12), noteSigner('w3.example', 13)];

/** No witness here keeps anybody waiting, but a loaded machine does. */
const PATIENT = { timeoutMillis: 20_000, deadlineMillis: 60_000 };

const signedAt = async (size: number): Promise<SignedCheckpoint> => {
  const checkpoint = { origin: log.name, size, root: rootOfEdge(hashing, tileTree(size).edge), extensions: [] };
  const text = formatCheckpoint(checkpoint);
  return { checkpoint, bytes: formatNote({ text, signatures: [right(await signNote(noteEngines, log)(text)())] }) };
};
const prove: ProveConsistency = (older, size) => consistencyFromTiles(hashing, tileTree(size).read, older, size);
const cosign = async (policy: WitnessPolicy, size: number) =>
  createCosigner({ policy, verifyEd25519, ...PATIENT, graceMillis: 10_000 })(await signedAt(size), prove)();

/** What a policy of one fake witness makes of its answer. */
const faultOf = async (answer: RequestListener, timeoutMillis = 20_000): Promise<unknown> => {
  const policy = policyOf(logLine(log), witnessLine('w', one, await fakeServer(answer)), 'quorum w');
  const cosigner = createCosigner({
    policy,
    verifyEd25519,
    timeoutMillis,
    deadlineMillis: 2 * timeoutMillis,
    graceMillis: 0,
  });
  const fault = left(await cosigner(await signedAt(5), prove)());
  expect(fault.cosignedBy).toEqual([]);
  return fault.failures.map((failure) => failure.fault)[0];
};

describe('collecting cosignatures', () => {
  it('asks all witnesses and keeps what verifies', async () => {
    const urls = await Promise.all([one, two].map(async (signer) => (await testWitness(signer, logs)).url));
    const policy = policyOf(
      logLine(log),
      witnessLine('a', one, urls[0]),
      witnessLine('b', two, `${urls[1]!}/`),
      'group g all a b',
      'quorum g',
    );
    const { bytes, cosignedBy } = right(await cosign(policy, 5));
    expect([...cosignedBy].toSorted()).toEqual(['a', 'b']);
    expect(right(openByPolicy(verifyEd25519, policy, bytes)).cosignatures).toHaveLength(2);
  });

  it('starts from the size that a witness says it knows, without memory of its own', async () => {
    const { url } = await testWitness(one, logs);
    const policy = policyOf(logLine(log), witnessLine('a', one, url), 'quorum a');
    for (const size of [5, 9, 9, 300]) expect(right(await cosign(policy, size)).cosignedBy).toEqual(['a']);
    const cosigner = createCosigner({ policy, verifyEd25519 });
    for (const size of [301, 302])
      expect(right(await cosigner(await signedAt(size), prove)()).cosignedBy).toEqual(['a']);
  });

  it('does without those that fail once there are enough, and names them', async () => {
    const { url } = await testWitness(one, logs);
    const dead = await fakeServer((_request, response) => response.writeHead(403).end());
    const policy = policyOf(
      logLine(log),
      witnessLine('a', one, url),
      witnessLine('b', two, dead),
      witnessLine('offline', three),
      'group g any a b',
      'quorum g',
    );
    const { cosignedBy, failures } = right(await cosign(policy, 5));
    expect(cosignedBy).toEqual(['a']);
    expect(failures).toEqual([{ witness: 'b', fault: { _tag: 'WitnessRefused', status: 403 } }]);
  });

  it('says who is missing when there are too few', async () => {
    const { url } = await testWitness(one, logs);
    const policy = policyOf(
      logLine(log),
      witnessLine('a', one, url),
      witnessLine('offline', three),
      'group g all a offline',
      'quorum g',
    );
    expect(left(await cosign(policy, 5))).toEqual({
      _tag: 'QuorumNotReached',
      size: 5,
      cosignedBy: ['a'],
      failures: [],
    });
  });

  it('hears of a witness that has seen more than the log remembers', async () => {
    const { url } = await testWitness(one, logs);
    const policy = policyOf(logLine(log), witnessLine('a', one, url), 'quorum a');
    right(await cosign(policy, 9));
    expect(left(await cosign(policy, 5)).failures).toEqual([
      { witness: 'a', fault: { _tag: 'WitnessAhead', size: 9 } },
    ]);
  });

  it('tries again after a passing failure', async () => {
    const text = formatCheckpoint((await signedAt(5)).checkpoint);
    const line = formatSignatureLines([right(await cosignNote(noteEngines, one)(text, 1_700_000_000)())]);
    let asked = 0;
    const url = await fakeServer((_request, response) =>
      ++asked < 2 ? response.writeHead(503).end() : response.end(line),
    );
    const policy = policyOf(logLine(log), witnessLine('a', one, url), 'quorum a');
    expect(right(await cosign(policy, 5)).cosignedBy).toEqual(['a']);
    expect(asked).toBe(2);
  });
});

describe('a witness that misbehaves', () => {
  const cosignature = async (signer: typeof one, size: number, time: number) => {
    const text = formatCheckpoint((await signedAt(size)).checkpoint);
    return formatSignatureLines([right(await cosignNote(noteEngines, signer)(text, time)())]);
  };

  it.each([
    ['a signature of another key', () => cosignature(two, 5, 1)],
    ['a signature over another tree', () => cosignature(one, 6, 1)],
    ['no time', () => cosignature(one, 5, 0)],
    ['prose', () => Promise.resolve('fine by me\n')],
    ['nothing', () => Promise.resolve('')],
    ['bytes that are no text', () => Promise.resolve(Buffer.of(0xff, 0x0a))],
  ])('with %s is not believed', async (_, make) => {
    const body = await make();
    expect(await faultOf((_request, response) => response.end(body))).toMatchObject({ _tag: 'WitnessAnswerInvalid' });
  });

  it.each([
    ['a refusal', 422, 'text/plain', 'no', { _tag: 'WitnessRefused', status: 422 }],
    ['a conflict without a size', 409, 'text/x.tlog.size', 'many\n', { _tag: 'WitnessRefused', status: 409 }],
    ['a conflict of another type', 409, 'text/plain', '3\n', { _tag: 'WitnessRefused', status: 409 }],
    ['the same conflict for ever', 409, 'text/x.tlog.size', '3\n', { _tag: 'WitnessRefused', status: 409 }],
  ])('with %s is left', async (_, status, type, body, fault) => {
    expect(
      await faultOf((_request, response) => response.writeHead(status, { 'content-type': type }).end(body)),
    ).toEqual(fault);
  });

  it('can not make us read without end, follow redirects, or wait', async () => {
    const endless: RequestListener = (_request, response) => {
      const more = (): void => {
        if (response.writable) response.write(Buffer.alloc(65_536), () => setImmediate(more));
      };
      more();
    };
    expect(await faultOf(endless)).toMatchObject({ _tag: 'WitnessUnreachable' });
    expect(
      await faultOf((_request, response) => response.writeHead(307, { location: '/elsewhere' }).end()),
    ).toMatchObject({ _tag: 'WitnessUnreachable' });
    expect(await faultOf(() => undefined, 300)).toEqual({ _tag: 'WitnessUnreachable', detail: 'timed out' });
  });
});

describe('a log with witnesses', () => {
  const open = async (policy: WitnessPolicy) => {
    const store = listStore(5);
    const faults: Array<string> = [];
    const engines = {
      ...noteEngines,
      formerKeys: () => [],
      origin: log.name,
      signers: () => [log],
      store,
      record: createMemoryCheckpointRecord(),
      tiles: createMemoryTileStorage(),
    };
    const cosigner = createCosigner({ policy, verifyEd25519, ...PATIENT, graceMillis: 0 });
    const opened = right(
      await openTransparencyLog({
        engines,
        cosigner,
        retryAfterMillis: 10,
        onFault: ({ _tag }) => faults.push(_tag),
      })(),
    );
    onTestFinished(() => opened.stop());
    right(await opened.sealNow()());
    return { store, faults, opened };
  };

  it('publishes checkpoints with the cosignatures that its policy asks for', async () => {
    const { url } = await testWitness(one, logs);
    const policy = policyOf(logLine(log), witnessLine('a', one, url), 'quorum a');
    const { store, opened } = await open(policy);
    store.add(3);
    right(await opened.sealNow()());
    const { checkpoint, cosignatures } = right(openByPolicy(verifyEd25519, policy, opened.published()!.bytes));
    expect([checkpoint.size, cosignatures.length]).toEqual([8, 1]);
  });

  it('signs but does not publish until there are enough, then catches up', async () => {
    let up = false;
    const text = (bytes: Buffer): string => bytes.toString().split('\n\n').slice(1).join('\n\n');
    const url = await fakeServer((request, response) => {
      const parts: Array<Buffer> = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const note = right(parseNote(new TextEncoder().encode(text(Buffer.concat(parts)))));
        if (!up) response.writeHead(403).end();
        else
          void cosignNote(noteEngines, one)(note.text, 7)().then((line) =>
            response.end(formatSignatureLines([right(line)])),
          );
      });
    });
    const { opened, faults } = await open(policyOf(logLine(log), witnessLine('a', one, url), 'quorum a'));
    expect(opened.signed()?.checkpoint.size).toBe(5);
    expect(opened.published()).toBeUndefined();
    expect(faults).toContain('QuorumNotReached');
    up = true;
    while (opened.published() === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(opened.published()?.checkpoint.size).toBe(5);
    expect(opened.halted()).toBeUndefined();
    expect(E.isRight(await opened.sealNow()())).toBe(true);
  });
});
