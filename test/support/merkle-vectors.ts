import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import { fromBase64, fromHex, toBase64, utf8 } from '../../domain/encoding/bytes.js';
import { leafBytes } from '../../domain/ledger/leaf.js';
import { appendLeaf, emptyFrontier, rootOf } from '../../domain/ledger/merkle.js';
import { consistencyProof, inclusionProof } from '../../domain/ledger/merkle-proof.js';

/** `n` and `first`: the leaf's index and hash, or the older size and root. */
export interface MerkleVector {
  readonly name: string;
  readonly n: number;
  readonly size: number;
  readonly first: string;
  readonly root: string;
  readonly proof: ReadonlyArray<string>;
  readonly holds: boolean;
}

/** The leaves of the certificate-transparency vectors. */
export const CT_ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const LEAVES = CT_ENTRIES.map((hex) => leafBytes(nodeHashing, fromHex(hex)));
const rootAt = (size: number): string =>
  toBase64(
    rootOf(
      nodeHashing,
      LEAVES.slice(0, size).reduce((frontier, leaf) => appendLeaf(nodeHashing, frontier, leaf), emptyFrontier),
    ),
  );
const text = (words: string): string => toBase64(utf8(words));
const EMPTY_ROOT = toBase64(nodeHashing.hash('sha256'));
/** What those suites take for a random hash. */
const RANDOM = 'q6yroAAAAAAAAAAAAAAAAAAAAAAAAAAAAGAGHgASNFY=';
const ONE_LEAF = toBase64(leafBytes(nodeHashing, utf8('data')));
const GARBAGE = text('and then something completely different');

/** The byte that holds the bit, counted from the lowest of the first byte, as those suites do. */
const flipped = (hash: string, bit: number): string =>
  toBase64(fromBase64(hash).map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)));

type Change = readonly [string, (good: MerkleVector) => Partial<MerkleVector>];

const COMMON: ReadonlyArray<Change> = [
  ['n - 1', ({ n }) => ({ n: n - 1 })],
  ['n + 1', ({ n }) => ({ n: n + 1 })],
  ['n xor 2', ({ n }) => ({ n: n ^ 2 })],
  ['size * 2', ({ size }) => ({ size: size * 2 })],
  ['size / 2', ({ size }) => ({ size: Math.floor(size / 2) })],
  ['n as large as can be', () => ({ n: Number.MAX_SAFE_INTEGER })],
  ['another first hash', () => ({ first: text('WrongRoot') })],
  ['another leaf', () => ({ first: text('WrongLeaf') })],
  ['another root', () => ({ root: text('WrongRoot') })],
  ['an empty root', () => ({ root: EMPTY_ROOT })],
  ['a random root', () => ({ root: RANDOM })],
  ['hashes swapped', ({ first, root }) => ({ first: root, root: first })],
  ['no proof', () => ({ proof: [] })],
  ['garbage behind', ({ proof }) => ({ proof: [...proof, ''] })],
  ['long garbage behind', ({ proof }) => ({ proof: [...proof, GARBAGE] })],
  ['the first hash behind', ({ proof, first }) => ({ proof: [...proof, first] })],
  ['the root behind', ({ proof, root }) => ({ proof: [...proof, root] })],
  ['garbage before', ({ proof }) => ({ proof: ['', ...proof] })],
  ['long garbage before', ({ proof }) => ({ proof: [GARBAGE, ...proof] })],
  ['the first hash before', ({ proof, first }) => ({ proof: [first, ...proof] })],
  ['the root before', ({ proof, root }) => ({ proof: [root, ...proof] })],
  ['its first hash twice', ({ proof }) => ({ proof: [...proof.slice(0, 1), ...proof] })],
  ['a hash put in', ({ proof }) => ({ proof: [...proof.slice(0, 1), RANDOM, ...proof.slice(1)] })],
  ['cut short', ({ proof }) => ({ proof: proof.slice(0, -1) })],
  ['its first hash taken out', ({ proof }) => ({ proof: proof.slice(1) })],
  ['an empty hash', ({ proof }) => ({ proof: ['', ...proof.slice(1)] })],
  ['all hashes joined', ({ proof }) => ({ proof: [toBase64(Buffer.concat(proof.map(fromBase64)))] })],
];
const bitChanges = (good: MerkleVector): ReadonlyArray<Change> =>
  good.proof.flatMap((_, i) =>
    [3, 4, 255].map(
      (bit): Change => [
        `bit ${String(bit)} of hash ${String(i)}`,
        ({ proof }) => ({ proof: proof.map((hash, k) => (k === i ? flipped(hash, bit) : hash)) }),
      ],
    ),
  );

const spelled = ({ n, size, first, root, proof }: MerkleVector): string =>
  JSON.stringify([n, size, first, root, proof]);

/** The sound proof and everything that is broken in it. */
const family = (good: MerkleVector): ReadonlyArray<MerkleVector> => {
  const broken = [...COMMON, ...bitChanges(good)].map(
    ([what, change]): MerkleVector => ({ ...good, ...change(good), name: `${good.name}: ${what}`, holds: false }),
  );
  return [good, ...broken.filter((vector) => spelled(vector) !== spelled(good))];
};

const base64 = (hashes: ReadonlyArray<Uint8Array>): ReadonlyArray<string> => hashes.map(toBase64);
const odd = (name: string, n: number, size: number, first: string, root: string, ...proof: ReadonlyArray<string>) => ({
  name,
  n,
  size,
  first,
  root,
  proof,
  holds: false,
});

const INCLUSION = [
  [0, 1],
  [0, 8],
  [5, 8],
  [2, 3],
  [1, 5],
] as const;
const NO_TREE = [
  [0, 0],
  [0, 1],
  [1, 0],
  [2, 1],
] as const;

export const inclusionVectors = (): ReadonlyArray<MerkleVector> => [
  ...INCLUSION.flatMap(([n, size]) => {
    const proof = base64(inclusionProof(nodeHashing, LEAVES.slice(0, size), n));
    const name = `leaf ${String(n)} of ${String(size)}`;
    return family({ name, n, size, first: toBase64(LEAVES[n]!), root: rootAt(size), proof, holds: true });
  }),
  ...NO_TREE.flatMap(([n, size]) => {
    const name = `no tree, ${String(n)} of ${String(size)}`;
    return [
      odd(`${name}: no leaf, empty root`, n, size, '', EMPTY_ROOT),
      odd(`${name}: random leaf, no root`, n, size, RANDOM, ''),
      odd(`${name}: random leaf, empty root`, n, size, RANDOM, EMPTY_ROOT),
    ];
  }),
  odd('one leaf: no leaf', 0, 1, '', ONE_LEAF),
  odd('one leaf: no root', 0, 1, ONE_LEAF, ''),
  odd('one leaf: neither', 0, 1, '', ''),
  { ...odd('one leaf: its hash is the root', 0, 1, ONE_LEAF, ONE_LEAF), holds: true },
];

const CONSISTENCY = [
  [1, 1],
  [1, 8],
  [6, 8],
  [2, 5],
  [6, 7],
] as const;
const [ANY, OTHER] = [text("don't care 1"), text("don't care 2")];

export const consistencyVectors = (): ReadonlyArray<MerkleVector> => [
  ...CONSISTENCY.flatMap(([n, size]) => {
    const proof = base64(consistencyProof(nodeHashing, LEAVES.slice(0, size), n));
    return family({
      name: `${String(n)} to ${String(size)}`,
      n,
      size,
      first: rootAt(n),
      root: rootAt(size),
      proof,
      holds: true,
    });
  }),
  odd('sizes zero, roots equal, neither the empty root', 0, 0, ANY, ANY),
  odd('sizes zero, roots not equal', 0, 0, ANY, OTHER),
  odd('sizes zero, one the empty root', 0, 0, EMPTY_ROOT, OTHER),
  odd('sizes zero, a proof', 0, 0, EMPTY_ROOT, EMPTY_ROOT, EMPTY_ROOT),
  odd('from zero, not the empty root', 0, 1, ANY, OTHER),
  odd('from zero, a proof', 0, 1, EMPTY_ROOT, EMPTY_ROOT, EMPTY_ROOT),
  odd('sizes one, roots not equal', 1, 1, ANY, OTHER),
  odd('sizes one, one the empty root', 1, 1, EMPTY_ROOT, OTHER),
  odd('sizes one, a proof', 1, 1, EMPTY_ROOT, EMPTY_ROOT, EMPTY_ROOT),
  odd('sizes not equal, no proof', 1, 2, ANY, OTHER),
  odd('shrinking to nothing', 1, 0, ANY, OTHER),
  odd('shrinking', 2, 1, ANY, OTHER),
  { ...odd('sizes one, roots equal', 1, 1, OTHER, OTHER), holds: true },
];
