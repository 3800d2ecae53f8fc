import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toBase64, toHex } from '../../../domain/encoding/bytes.js';
import { leafBytes } from '../../../domain/ledger/leaf.js';
import { appendLeaf, emptyFrontier, rootOf } from '../../../domain/ledger/merkle.js';
import {
  consistencyProof,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
} from '../../../domain/ledger/merkle-proof.js';
import { hashing } from '../../support/engines.js';

// The certificate-transparency vectors: eight leaves and the root of each size.
const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leaves = ENTRIES.map((hex) => leafBytes(hashing, fromHex(hex)));
const rootAt = (all: ReadonlyArray<Uint8Array>): Uint8Array =>
  rootOf(
    hashing,
    all.reduce((frontier, leaf) => appendLeaf(hashing, frontier, leaf), emptyFrontier),
  );
const many = Array.from({ length: 40 }, (_, i) => leafBytes(hashing, Uint8Array.of(i)));
const roots = many.map((_, i) => rootAt(many.slice(0, i + 1)));
const changed = (hash: Uint8Array): Uint8Array => hash.map((byte, i) => (i === 0 ? byte ^ 1 : byte));

describe('the Merkle tree', () => {
  it('has the roots of the published vectors for every size', () => {
    expect(ROOTS.map((_, size) => toHex(rootAt(leaves.slice(0, size))))).toEqual(ROOTS);
  });

  it('proves inclusion and consistency as published', () => {
    expect(inclusionProof(hashing, leaves, 5).map(toBase64)).toEqual([
      'vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=',
      'yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=',
      '037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=',
    ]);
    expect(consistencyProof(hashing, leaves, 6).map(toBase64)).toEqual([
      'DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=',
      'yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=',
      '037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=',
    ]);
  });

  it('accepts the proof of every leaf in every size, and none of another leaf, size or root', () => {
    for (let size = 1; size <= many.length; size++) {
      const root = roots[size - 1]!;
      for (let index = 0; index < size; index++) {
        const claim = { index, size, leaf: many[index]!, root };
        const proof = inclusionProof(hashing, many.slice(0, size), index);
        expect(verifyInclusion(hashing, claim, proof)).toBe(true);
        expect(verifyInclusion(hashing, { ...claim, leaf: changed(claim.leaf) }, proof)).toBe(false);
        expect(verifyInclusion(hashing, { ...claim, root: changed(root) }, proof)).toBe(false);
        expect(verifyInclusion(hashing, { ...claim, index: index + size }, proof)).toBe(false);
        expect(verifyInclusion(hashing, claim, [...proof, root])).toBe(false);
        if (proof.length > 0) expect(verifyInclusion(hashing, claim, proof.slice(1))).toBe(false);
      }
    }
  });

  it('accepts the consistency proof of every pair of sizes, and no changed one', () => {
    for (let size = 1; size <= many.length; size++) {
      for (let old = 1; old <= size; old++) {
        const older = { size: old, root: roots[old - 1]! };
        const newer = { size, root: roots[size - 1]! };
        const proof = consistencyProof(hashing, many.slice(0, size), old);
        expect(verifyConsistency(hashing, older, newer, proof)).toBe(true);
        expect(verifyConsistency(hashing, { ...older, root: changed(older.root) }, newer, proof)).toBe(false);
        expect(verifyConsistency(hashing, older, { ...newer, root: changed(newer.root) }, proof)).toBe(false);
        expect(verifyConsistency(hashing, older, newer, [...proof, older.root])).toBe(false);
        if (old < size) expect(verifyConsistency(hashing, newer, older, proof)).toBe(false);
        if (proof.length > 0) expect(verifyConsistency(hashing, older, newer, proof.slice(1))).toBe(false);
      }
    }
  });

  it('refuses a proof with any bit changed', () => {
    fc.assert(
      fc.property(fc.nat(38), fc.nat(39), fc.nat(8 * 32 * 6), (a, b, bit) => {
        const [index, size] = a < b ? [a, b + 1] : [b, a + 1];
        const proof = inclusionProof(hashing, many.slice(0, size), index);
        const [at, place] = [Math.floor(bit / 256) % Math.max(proof.length, 1), bit % 256];
        const flipped = proof.map((hash, i) =>
          i === at ? hash.map((byte, k) => (k === place >> 3 ? byte ^ (1 << (place & 7)) : byte)) : hash,
        );
        const claim = { index, size, leaf: many[index]!, root: roots[size - 1]! };
        expect(verifyInclusion(hashing, claim, flipped)).toBe(proof.length === 0);
      }),
    );
  });
});
