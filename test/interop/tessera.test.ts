import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportTiles } from '../../adapters/transparency/export-tiles.js';
import { createFolderTileStorage } from '../../adapters/transparency/folder-tile-storage.js';
import { originHash } from '../../adapters/witness/witness-store.js';
import { toHex } from '../../domain/encoding/bytes.js';
import { leafBytes } from '../../domain/ledger/leaf.js';
import { decodeEntryBundle } from '../../domain/transparency/entry-bundle.js';
import { openByPolicy } from '../../domain/transparency/policy-check.js';
import { edgeTiles, tilePath } from '../../domain/transparency/tile.js';
import { emptyEdge, growEdge, rootOfEdge, splitHashes } from '../../domain/transparency/tile-edge.js';
import { formatVerifierKey, parseVerifierKey } from '../../domain/transparency/verifier-key.js';
import { right } from '../support/ledger.js';
import { noteEngines, noteSigner } from '../support/note-signers.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { policyOf, testWitness, witnessLine } from '../support/test-witness.js';
import { BUILD_MILLIS, buildGo, requireGo } from './go-programs.js';
import { run } from './run.js';
import { type ServedLog, serveLog } from './served-log.js';

const TESSERA = 'github.com/transparency-dev/tessera/cmd';
const { hashing, verifyEd25519 } = noteEngines;

describe.runIf(requireGo())("Tessera's programs", () => {
  let programs: string;
  let served: ServedLog;

  beforeAll(async () => {
    programs = buildGo('tessera', `${TESSERA}/fsck`, `${TESSERA}/examples/posix-oneshot`);
    served = await serveLog(70_000);
  }, BUILD_MILLIS);
  afterAll(() => served.stop());

  /** fsck ends with status 0 even when it found something: what it says is what counts. */
  const fsck = async (url: string): Promise<string> => {
    const keyFile = join(temporaryFolder(), 'key');
    writeFileSync(keyFile, formatVerifierKey(served.key));
    const { stderr } = await run(join(programs, 'fsck'), [
      '-ui=false',
      '-v=1',
      '-N=2',
      `-storage_url=${url}/`,
      `-public_key=${keyFile}`,
    ]);
    return stderr;
  };

  it('fsck passes over HTTP on a log of 70,000 entries, three levels of tiles', async () => {
    const said = await fsck(served.url);
    expect(said).toContain('Completed ranges');
    expect(said).not.toContain('fsck failed');
  });

  it('fsck names a log of which one bit is changed', async () => {
    // A changed bundle makes fsck 1.0.4 wait for its own workers for ever; golang.org/x/mod checks those.
    for (const path of ['checkpoint', 'tile/0/272', 'tile/1/001.p/17', 'tile/2/000.p/1']) {
      served.tamper(path);
      expect(await fsck(served.url)).toContain('fsck failed');
    }
    served.tamper(undefined);
  });

  it('fsck passes on an exported folder', async () => {
    const folder = temporaryFolder();
    right(
      await exportTiles({
        ...noteEngines,
        log: served.log,
        keys: [served.key],
        target: createFolderTileStorage(folder),
        entries: true,
      })(),
    );
    const said = await fsck(`file://${folder}`);
    expect(said).toContain('Completed ranges');
    expect(said).not.toContain('fsck failed');
  });

  it('a log of theirs is cosigned by our witness and checked by our code', async () => {
    // The key pair that Tessera publishes for conformance tests.
    const secret = 'PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg';
    const vkey = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx';
    const signer = noteSigner('witness.example/w', 31);
    const { url } = await testWitness(signer, [{ key: right(parseVerifierKey(hashing, vkey)), url: undefined }]);
    const folder = temporaryFolder();
    const lines = [`log ${vkey}`, witnessLine('w', signer, url), 'quorum w'];
    writeFileSync(join(folder, 'policy'), lines.map((line) => `${line}\n`).join(''));
    const policy = policyOf(...lines);

    for (const [round, expected] of [
      ['a', 3],
      ['b', 300],
    ] as const) {
      const count = round === 'a' ? 3 : 297;
      for (let i = 0; i < count; i++)
        writeFileSync(join(folder, `entry-${round}-${String(i).padStart(3, '0')}`), `${round} ${String(i)}`);
      const args = [
        `-storage_dir=${join(folder, 'log')}`,
        `-entries=${join(folder, `entry-${round}-*`)}`,
        `-witness_policy_file=${join(folder, 'policy')}`,
      ];
      expect(await run(join(programs, 'posix-oneshot'), args, { LOG_PRIVATE_KEY: secret })).toMatchObject({
        status: 0,
      });
      const read = (path: string): Uint8Array => new Uint8Array(readFileSync(join(folder, 'log', path)));
      const { checkpoint, cosignatures } = right(openByPolicy(verifyEd25519, policy, read('checkpoint')));
      expect([checkpoint.size, cosignatures.map(({ witness }) => witness.name)]).toEqual([expected, ['w']]);
      const monitored = new Uint8Array(
        await (await fetch(`${url}/${originHash(hashing, checkpoint.origin)}/checkpoint`)).arrayBuffer(),
      );
      expect(right(openByPolicy(verifyEd25519, policy, monitored)).checkpoint).toEqual(checkpoint);
      const bundles =
        expected === 3
          ? [{ index: 0, width: 3 }]
          : [
              { index: 0, width: 256 },
              { index: 1, width: 44 },
            ];
      const entries = bundles.flatMap((tile) =>
        right(decodeEntryBundle(read(tilePath({ ...tile, level: 'entries' })), tile.width)),
      );
      const { edge } = growEdge(
        hashing,
        emptyEdge,
        entries.map((entry) => leafBytes(hashing, entry)),
      );
      expect(toHex(rootOfEdge(hashing, edge))).toBe(toHex(checkpoint.root));
      for (const tile of edgeTiles(expected))
        expect(splitHashes(read(tilePath(tile)))).toEqual(edge.levels[tile.level]);
    }
  });
});
