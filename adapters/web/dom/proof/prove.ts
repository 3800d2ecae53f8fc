import * as E from 'fp-ts/lib/Either.js';
import { fromUtf8, toBase64 } from '../../../../domain/encoding/bytes.js';
import type { EntryEngines } from '../../../../domain/ledger/ledger.js';
import { authorityOfOrigin } from '../../../../domain/transparency/origin.js';
import { parseVerifierKey, type VerifierKey } from '../../../../domain/transparency/verifier-key.js';
import { canonicalize } from '../../../crypto/canonicalize.js';
import { naclVerifyEd25519 } from '../../../crypto/nacl/ed25519.js';
import { nodeHashing } from '../../../crypto/node/hashing.js';
import { askBytes } from '../ask.js';
import type { PinnedLog, Seen } from '../pinned-log.js';
import { checkTree, inclusionStep, treeStep, witnessStep } from './check-checkpoint.js';
import { checkGrowth } from './check-growth.js';
import { checkStream } from './check-stream.js';
import { remoteStore } from './remote-store.js';
import { failed, proved, type Step } from './step.js';

/** Those of the program, over what stands in for the platform in a page. */
const engines: EntryEngines = { hashing: nodeHashing, canonicalize, verifyEd25519: naclVerifyEd25519 };

export interface Proved {
  readonly steps: ReadonlyArray<Step>;
  /** The entry as it was signed; undefined: it is not proved. */
  readonly text: string | undefined;
  /** What to hold on to, now that all of it was proved. */
  readonly seen: Seen | undefined;
}

const refused = (...steps: ReadonlyArray<Step>): Proved => ({ steps, text: undefined, seen: undefined });

/** Left: in a sentence, why this is no key of a log of this kind. */
export const logKey = (vkey: string): E.Either<string, VerifierKey> => {
  const key = parseVerifierKey(engines.hashing, vkey.trim());
  if (E.isLeft(key)) return E.left(`This is not the key of a log: its ${key.left.field} ${key.left.rule}.`);
  return key.right.type === 'ed25519' && authorityOfOrigin(key.right.name) !== undefined
    ? key
    : E.left('This is not the key of a log of Sekisho.');
};

const entryAt = async (token: string | undefined, index: number) => {
  const read = await remoteStore(token).readAll(index, 1)();
  const entry = E.isRight(read) ? read.right[0] : undefined;
  return entry?.index === index ? entry : undefined;
};

const STREAM = 'Its stream is unbroken, and a key of this authority signed it';

const streamStep = async (
  token: string | undefined,
  key: VerifierKey,
  entry: NonNullable<Awaited<ReturnType<typeof entryAt>>>,
): Promise<Step> => {
  const authority = authorityOfOrigin(key.name) ?? '';
  const checked = await checkStream(engines, remoteStore(token), authority, entry)();
  if (E.isLeft(checked)) return failed(STREAM, `${checked.left}.`);
  const { stream, revision, kid } = checked.right.entry.envelope;
  return proved(
    STREAM,
    `${String(revision + 1)} entries of ${stream}, each naming the one before it; signed by key ${kid}, one of ${String(checked.right.keys)} that lead back to the authority ${authority}.`,
  );
};

/** Checks one entry, step by step, against the log that is pinned. Everything is asked of the server and nothing believed. */
export const prove = async (token: string | undefined, index: number, pinned: PinnedLog): Promise<Proved> => {
  const key = logKey(pinned.vkey);
  if (E.isLeft(key)) return refused(failed('The pinned key', key.left));
  const [entry, reply] = await Promise.all([
    entryAt(token, index),
    askBytes(token, `v1/events/${String(index)}/proof`),
  ]);
  if (entry === undefined || reply._tag !== 'Answer') {
    const why = reply._tag === 'Refused' ? reply.detail : 'The server gave no entry or no proof.';
    return refused(failed('The server gives the entry and its proof', why));
  }
  const tree = checkTree(engines, key.right, reply.body);
  if (E.isLeft(tree)) return refused(tree.left);
  const { checkpoint } = tree.right;
  const steps = [
    treeStep(tree.right),
    inclusionStep(engines, tree.right, index, entry.bytes),
    await streamStep(token, key.right, entry),
    await checkGrowth(engines.hashing, token, pinned.seen, checkpoint),
    witnessStep(engines, tree.right, key.right, pinned.policy),
  ];
  if (steps.some(({ outcome }) => outcome === 'failed')) return refused(...steps);
  const seen = { size: checkpoint.size, root: toBase64(checkpoint.root), at: new Date().toISOString() };
  return { steps, text: fromUtf8(entry.bytes), seen };
};
