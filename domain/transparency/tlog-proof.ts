import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { concat, fromBase64, fromUtf8, isBase64, toBase64, utf8 } from '../encoding/bytes.js';
import { verifyInclusion } from '../ledger/merkle-proof.js';
import type { Hashing, VerifyEd25519 } from '../ports.js';
import { type Malformed, malformed } from './malformed.js';
import { MOST_NOTE_BYTES } from './note.js';
import { openByPolicy, type PolicyRefusal, type TrustedCheckpoint } from './policy-check.js';
import type { Hashes } from './tile-edge.js';
import { HASH_RULE, hashOf, SIZE_RULE, sizeOf } from './tlog-text.js';
import type { WitnessPolicy } from './witness-policy.js';

/** C2SP tlog-proof: that an entry is in a log, checked offline with a policy and nothing else. */
export interface TlogProof {
  /** Authenticated by nothing. */
  readonly extra: Uint8Array | undefined;
  readonly index: number;
  readonly hashes: Hashes;
  /** The checkpoint note, verbatim, with the signatures that it has. */
  readonly checkpoint: Uint8Array;
}

const HEADER = 'c2sp.org/tlog-proof@v1';
const MOST_HASHES = 63;
const MOST_EXTRA_TEXT = 65_536;
export const MOST_PROOF_BYTES = MOST_NOTE_BYTES + MOST_EXTRA_TEXT + 4096;

const fault = malformed('tlog-proof');

export const formatTlogProof = ({ extra, index, hashes, checkpoint }: TlogProof): Uint8Array => {
  const lines = [
    HEADER,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${String(index)}`,
    ...hashes.map(toBase64),
  ];
  return concat(utf8(lines.map((line) => `${line}\n`).join('')), utf8('\n'), checkpoint);
};

const parseExtra = (line: string): E.Either<Malformed, Uint8Array> => {
  const text = line.slice('extra '.length);
  if (text.length > MOST_EXTRA_TEXT)
    return E.left(fault('extra', `must be at most ${String(MOST_EXTRA_TEXT)} characters`));
  return text !== '' && isBase64(text) ? E.right(fromBase64(text)) : E.left(fault('extra', 'must be base64'));
};

const parseHashes = (lines: ReadonlyArray<string>): E.Either<Malformed, Hashes> => {
  if (lines.length > MOST_HASHES) return E.left(fault('hashes', `must be at most ${String(MOST_HASHES)}`));
  const hashes: Array<Uint8Array> = [];
  for (const [i, line] of lines.entries()) {
    const hash = hashOf(line);
    if (hash === undefined) return E.left(fault(`hashes.${String(i)}`, HASH_RULE));
    hashes.push(hash);
  }
  return E.right(hashes);
};

const parseLines = (lines: ReadonlyArray<string>, checkpoint: Uint8Array): E.Either<Malformed, TlogProof> => {
  const [header, ...rest] = lines;
  if (header !== HEADER) return E.left(fault('(first line)', `must be ${HEADER}`));
  const extraLine = rest[0]?.startsWith('extra ') === true ? rest[0] : undefined;
  const [indexLine = '', ...hashLines] = extraLine === undefined ? rest : rest.slice(1);
  const index = indexLine.startsWith('index ') ? sizeOf(indexLine.slice('index '.length)) : undefined;
  if (index === undefined) return E.left(fault('index', SIZE_RULE));
  return pipe(
    E.Do,
    E.bind('extra', () => (extraLine === undefined ? E.right(undefined) : parseExtra(extraLine))),
    E.bind('hashes', () => parseHashes(hashLines)),
    E.map(({ extra, hashes }) => ({ extra, index, hashes, checkpoint })),
  );
};

/** Reads the file; checks nothing of what it claims. */
export const parseTlogProof = (bytes: Uint8Array): E.Either<Malformed, TlogProof> => {
  if (bytes.length > MOST_PROOF_BYTES)
    return E.left(fault('(whole)', `must be at most ${String(MOST_PROOF_BYTES)} bytes`));
  const text = fromUtf8(bytes);
  if (text === undefined) return E.left(fault('(whole)', 'must be UTF-8'));
  const split = text.indexOf('\n\n');
  return split < 0
    ? E.left(fault('(whole)', 'must have an empty line before the checkpoint'))
    : parseLines(text.slice(0, split).split('\n'), utf8(text.slice(split + 2)));
};

export type ProofRefusal =
  | PolicyRefusal
  /** The entry is not where the proof says it is, in the tree that the checkpoint names. */
  | { readonly _tag: 'NotIncluded'; readonly index: number; readonly size: number };

/** Accepts `leaf` (RFC 6962 leaf hash, computed by the caller) as entry of a checkpoint that the policy accepts. */
export const verifyTlogProof = (
  engines: { readonly hashing: Hashing; readonly verifyEd25519: VerifyEd25519 },
  policy: WitnessPolicy,
  proof: TlogProof,
  leaf: Uint8Array,
): E.Either<ProofRefusal, TrustedCheckpoint> =>
  pipe(
    openByPolicy(engines.verifyEd25519, policy, proof.checkpoint),
    E.mapLeft((refusal): ProofRefusal => refusal),
    E.filterOrElse(
      ({ checkpoint: { size, root } }) =>
        verifyInclusion(engines.hashing, { index: proof.index, size, leaf, root }, proof.hashes),
      ({ checkpoint: { size } }): ProofRefusal => ({ _tag: 'NotIncluded', index: proof.index, size }),
    ),
  );
