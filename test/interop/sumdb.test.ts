import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBase64 } from '../../domain/encoding/bytes.js';
import { formatVerifierKey } from '../../domain/transparency/verifier-key.js';
import { right } from '../support/ledger.js';
import { noteSigner, verifierKey } from '../support/note-signers.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { BUILD_MILLIS, buildGo, requireGo } from './go-programs.js';
import { run } from './run.js';
import { type ServedLog, serveLog } from './served-log.js';

const SIZE = 10_000;
const OLD = 7_000;
const PROVED = [0, 1, 255, 256, 4_095, 4_096, 6_999, 7_000, 8_191, 8_192, 9_983, 9_984, 9_999];

describe.runIf(requireGo())('golang.org/x/mod/sumdb, without any code of ours,', () => {
  let served: ServedLog;
  let checker: string;
  let older: Uint8Array;

  beforeAll(async () => {
    checker = join(buildGo('sumdb', '.'), 'sumdb');
    served = await serveLog(OLD);
    older = served.log.published()!.bytes;
    served.store.add(SIZE - OLD);
    right(await served.log.sealNow()());
  }, BUILD_MILLIS);
  afterAll(() => served.stop());

  const check = async (vkey = formatVerifierKey(served.key)) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'proofs'));
    writeFileSync(join(folder, 'older'), older);
    const consistency = right(await served.log.proveConsistency(OLD, SIZE)());
    writeFileSync(join(folder, 'consistency'), consistency.map((hash) => `${toBase64(hash)}\n`).join(''));
    for (const index of PROVED) {
      writeFileSync(
        join(folder, 'proofs', `${String(index)}.tlog-proof`),
        right(await served.log.proveInclusion(index)()),
      );
    }
    const args = {
      url: served.url,
      vkey,
      old: join(folder, 'older'),
      consistency: join(folder, 'consistency'),
      proofs: join(folder, 'proofs'),
    };
    return run(
      checker,
      Object.entries(args).map(([name, value]) => `-${name}=${value}`),
    );
  };

  it('accepts note, tiles, entries, inclusion and consistency of a log of 10,000 entries', async () => {
    const { status, stdout, stderr } = await check();
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ entries: SIZE, inclusions: PROVED.length, from: OLD });
    expect(status).toBe(0);
  });

  it('refuses a log of which one bit is changed, anywhere', async () => {
    for (const path of [
      'checkpoint',
      'tile/0/000',
      'tile/0/039.p/16',
      'tile/1/000.p/39',
      'tile/entries/005',
      'tile/entries/039.p/16',
    ]) {
      served.tamper(path);
      expect(await check()).toMatchObject({ status: 1, stdout: '' });
    }
    served.tamper(undefined);
  });

  it('refuses the log under the key of another', async () => {
    const other = formatVerifierKey(verifierKey(noteSigner('ledger.example/log', 22), 'ed25519'));
    expect((await check(other)).stderr).toContain('no verifiable signatures');
  });
});
