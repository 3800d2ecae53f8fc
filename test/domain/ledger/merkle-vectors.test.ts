import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { fromBase64 } from '../../../domain/encoding/bytes.js';
import { verifyConsistency, verifyInclusion } from '../../../domain/ledger/merkle-proof.js';
import { consistencyVectors, inclusionVectors, type MerkleVector } from '../../support/merkle-vectors.js';

const fileOf = (kind: string): string => `test/vectors/merkle/${kind}.json`;
const written = (vectors: ReadonlyArray<MerkleVector>): string =>
  `[\n${vectors.map((vector) => JSON.stringify(vector)).join(',\n')}\n]\n`;

const holds = {
  inclusion: ({ n: index, size, first, root, proof }: MerkleVector): boolean =>
    verifyInclusion(
      nodeHashing,
      { index, size, leaf: fromBase64(first), root: fromBase64(root) },
      proof.map(fromBase64),
    ),
  consistency: ({ n, size, first, root, proof }: MerkleVector): boolean =>
    verifyConsistency(
      nodeHashing,
      { size: n, root: fromBase64(first) },
      { size, root: fromBase64(root) },
      proof.map(fromBase64),
    ),
};

describe.each([
  ['inclusion', inclusionVectors],
  ['consistency', consistencyVectors],
] as const)('the vectors of %s', (kind, make) => {
  const vectors = JSON.parse(readFileSync(fileOf(kind), 'utf8')) as ReadonlyArray<MerkleVector>;

  it('are what their recipe makes; SEKISHO_WRITE_VECTORS=1 writes them anew', () => {
    if (process.env['SEKISHO_WRITE_VECTORS'] === '1') writeFileSync(fileOf(kind), written(make()));
    expect(readFileSync(fileOf(kind), 'utf8')).toBe(written(make()));
  });

  it.each(vectors.map((vector) => [vector.holds ? 'holds' : 'does not hold', vector.name, vector] as const))(
    '%s: %s',
    (_, __, vector) => {
      expect(holds[kind](vector)).toBe(vector.holds);
    },
  );
});

it('an empty tree is the beginning of any tree, which a witness needs of a log that it never saw', () => {
  const empty = { size: 0, root: nodeHashing.hash('sha256') };
  expect(verifyConsistency(nodeHashing, empty, { size: 1, root: new Uint8Array(32) }, [])).toBe(true);
  expect(verifyConsistency(nodeHashing, empty, empty, [])).toBe(true);
});
