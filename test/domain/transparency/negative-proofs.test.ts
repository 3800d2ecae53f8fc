import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { concat, fromBase64, fromHex, utf8 } from '../../../domain/encoding/bytes.js';
import { leafBytes } from '../../../domain/ledger/leaf.js';
import { appendLeaf, emptyFrontier, rootOf } from '../../../domain/ledger/merkle.js';
import {
  consistencyProof,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
} from '../../../domain/ledger/merkle-proof.js';

// The eight leaves of the certificate-transparency vectors.
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  (hex) => leafBytes(nodeHashing, fromHex(hex)),
);
const rootAt = (size: number): Uint8Array =>
  rootOf(
    nodeHashing,
    LEAVES.slice(0, size).reduce((frontier, leaf) => appendLeaf(nodeHashing, frontier, leaf), emptyFrontier),
  );
const EMPTY_ROOT = nodeHashing.hash('sha256');
const GARBAGE = fromBase64('YW5kIG5vdyBmb3Igc29tZXRoaW5nIGNvbXBsZXRlbHkgZGlmZmVyZW50IQ==');
const flip = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

interface Claim {
  readonly n: number;
  readonly size: number;
  readonly a: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: ReadonlyArray<Uint8Array>;
}
type Change = readonly [string, (claim: Claim) => Claim];

/** What transparency-dev/merkle breaks in a good proof, named as its test vectors are. `n` is an index or the older size. */
const COMMON: ReadonlyArray<Change> = [
  ['n-1', (c) => ({ ...c, n: c.n - 1 })],
  ['n+1', (c) => ({ ...c, n: c.n + 1 })],
  ['n^2', (c) => ({ ...c, n: c.n ^ 2 })],
  ['size*2', (c) => ({ ...c, size: c.size * 2 })],
  ['size/2', (c) => ({ ...c, size: Math.floor(c.size / 2) })],
  ['wrong first hash', (c) => ({ ...c, a: utf8('WrongRoot') })],
  ['wrong root', (c) => ({ ...c, root: utf8('WrongRoot') })],
  ['swapped hashes', (c) => ({ ...c, a: c.root, root: c.a })],
  ['empty proof', (c) => ({ ...c, proof: [] })],
  ['trailing garbage', (c) => ({ ...c, proof: [...c.proof, GARBAGE] })],
  ['trailing first hash', (c) => ({ ...c, proof: [...c.proof, c.a] })],
  ['trailing root', (c) => ({ ...c, proof: [...c.proof, c.root] })],
  ['preceding garbage', (c) => ({ ...c, proof: [GARBAGE, ...c.proof] })],
  ['preceding first hash', (c) => ({ ...c, proof: [c.a, ...c.proof] })],
  ['preceding root', (c) => ({ ...c, proof: [c.root, ...c.proof] })],
  ['preceding first of the proof', (c) => ({ ...c, proof: [...c.proof.slice(0, 1), ...c.proof] })],
  ['truncated proof', (c) => ({ ...c, proof: c.proof.slice(0, -1) })],
  ['an empty hash in the proof', (c) => ({ ...c, proof: [new Uint8Array(), ...c.proof.slice(1)] })],
  ['two hashes joined to one', (c) => ({ ...c, proof: [concat(...c.proof)] })],
];
const modified = (length: number): ReadonlyArray<Change> =>
  Array.from(
    { length },
    (_, i): Change => [
      `modified proof@${String(i)} bit 4`,
      (c) => ({ ...c, proof: c.proof.map((hash, k) => (k === i ? flip(hash, 4) : hash)) }),
    ],
  );
const same = (a: Claim, b: Claim): boolean => JSON.stringify(a) === JSON.stringify(b);

const INCLUSION = [
  [0, 8],
  [5, 8],
  [2, 3],
  [1, 5],
] as const;
const CONSISTENCY = [
  [1, 8],
  [6, 8],
  [2, 5],
  [6, 7],
] as const;

describe.each(INCLUSION)('the inclusion proof of leaf %i in size %i', (n, size) => {
  const verify = (c: Claim): boolean =>
    verifyInclusion(nodeHashing, { index: c.n, size: c.size, leaf: c.a, root: c.root }, c.proof);
  const good: Claim = {
    n,
    size,
    a: LEAVES[n]!,
    root: rootAt(size),
    proof: inclusionProof(nodeHashing, LEAVES.slice(0, size), n),
  };

  it('holds', () => {
    expect(verify(good)).toBe(true);
  });

  it.each([...COMMON, ...modified(good.proof.length)].filter(([, change]) => !same(change(good), good)))(
    'fails with %s',
    (_, change) => {
      expect(verify(change(good))).toBe(false);
    },
  );
});

describe.each(CONSISTENCY)('the consistency proof from size %i to %i', (n, size) => {
  const verify = (c: Claim): boolean =>
    verifyConsistency(nodeHashing, { size: c.n, root: c.a }, { size: c.size, root: c.root }, c.proof);
  const good: Claim = {
    n,
    size,
    a: rootAt(n),
    root: rootAt(size),
    proof: consistencyProof(nodeHashing, LEAVES.slice(0, size), n),
  };

  it('holds', () => {
    expect(verify(good)).toBe(true);
  });

  it.each([...COMMON, ...modified(good.proof.length)].filter(([, change]) => !same(change(good), good)))(
    'fails with %s',
    (_, change) => {
      expect(verify(change(good))).toBe(false);
    },
  );
});

describe('a proof about trees without content', () => {
  it('of inclusion never holds', () => {
    for (const [index, size] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [2, 1],
    ] as const) {
      expect(verifyInclusion(nodeHashing, { index, size, leaf: new Uint8Array(), root: EMPTY_ROOT }, [])).toBe(false);
    }
  });

  it('of consistency holds for equal trees and an empty proof only', () => {
    const [one, other] = [rootAt(1), rootAt(2)];
    expect(verifyConsistency(nodeHashing, { size: 1, root: one }, { size: 1, root: one }, [])).toBe(true);
    expect(verifyConsistency(nodeHashing, { size: 1, root: one }, { size: 1, root: other }, [])).toBe(false);
    expect(verifyConsistency(nodeHashing, { size: 1, root: one }, { size: 1, root: one }, [one])).toBe(false);
    expect(verifyConsistency(nodeHashing, { size: 0, root: EMPTY_ROOT }, { size: 0, root: EMPTY_ROOT }, [one])).toBe(
      false,
    );
    expect(verifyConsistency(nodeHashing, { size: 0, root: EMPTY_ROOT }, { size: 1, root: one }, [one])).toBe(false);
    expect(verifyConsistency(nodeHashing, { size: 2, root: other }, { size: 1, root: one }, [])).toBe(false);
    expect(verifyConsistency(nodeHashing, { size: 1, root: one }, { size: 2, root: other }, [])).toBe(false);
  });
});
