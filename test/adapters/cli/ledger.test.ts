import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entryEngines } from '../../../adapters/crypto/engines.js';
import { equalBytes } from '../../../domain/encoding/bytes.js';
import { leafBytes } from '../../../domain/ledger/leaf.js';
import { appendLeaf, emptyFrontier, rootOf } from '../../../domain/ledger/merkle.js';
import { openCheckpoint } from '../../../domain/transparency/checkpoint.js';
import { decodeEntryBundle } from '../../../domain/transparency/entry-bundle.js';
import { parseTlogProof, verifyTlogProof } from '../../../domain/transparency/tlog-proof.js';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../../../domain/transparency/verifier-key.js';
import { right } from '../../support/ledger.js';
import { run } from '../../support/run-cli.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const { hashing, verifyEd25519 } = entryEngines;

const ok = async (...argv: ReadonlyArray<string>): Promise<string> => {
  const { code, out, err } = await run(...argv);
  expect([code, err]).toEqual([0, '']);
  return out;
};

const founded = async (): Promise<{ dir: string; key: VerifierKey; at: ReadonlyArray<string> }> => {
  const dir = join(temporaryFolder(), 'authority');
  await ok('init', '--dir', dir);
  const vkey = (await ok('ledger', 'vkey', '--dir', dir)).trim();
  return { dir, key: right(parseVerifierKey(hashing, vkey)), at: ['--dir', dir] };
};

const read = (...path: ReadonlyArray<string>): Uint8Array => new Uint8Array(readFileSync(join(...path)));

describe('sekisho ledger', () => {
  it('exports a folder whose entries make the root that the key of the log signed', async () => {
    const { key, at } = await founded();
    const folder = join(temporaryFolder(), 'tiles');
    await ok('host', 'enrol', 'web-1', ...at);
    await ok('ledger', 'export-tiles', folder, ...at);
    const { checkpoint } = right(openCheckpoint(verifyEd25519, [key], read(folder, 'checkpoint')));
    const bundle = read(folder, 'tile', 'entries', '000.p', String(checkpoint.size));
    const edge = right(decodeEntryBundle(bundle, checkpoint.size)).reduce(
      (frontier, entry) => appendLeaf(hashing, frontier, leafBytes(hashing, entry)),
      emptyFrontier,
    );
    expect(equalBytes(rootOf(hashing, edge), checkpoint.root)).toBe(true);
    await ok('host', 'enrol', 'web-2', ...at);
    const more = JSON.parse(await ok('ledger', 'export-tiles', folder, '--json', ...at));
    expect(more.size).toBeGreaterThan(checkpoint.size);
  });

  it('leaves the entries out when told so, and refuses a folder of another log', async () => {
    const [one, other] = [await founded(), await founded()];
    const folder = join(temporaryFolder(), 'tiles');
    await ok('ledger', 'export-tiles', folder, '--no-entries', ...one.at);
    expect(readdirSync(join(folder, 'tile'))).toEqual(['0']);
    const refused = await run('ledger', 'export-tiles', folder, ...other.at);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('another')]);
  });

  it('writes a proof that is checked with the key alone', async () => {
    const { key, at } = await founded();
    const [folder, out] = [join(temporaryFolder(), 'tiles'), join(temporaryFolder(), '1.tlog-proof')];
    await ok('ledger', 'prove', '1', '--out', out, ...at);
    await ok('ledger', 'export-tiles', folder, ...at);
    const policy = { logs: [{ key, url: undefined }], witnesses: [], quorum: { _tag: 'None' as const } };
    const leaf = read(folder, 'tile', '0', '000.p', String(readdirSync(join(folder, 'tile', '0', '000.p'))[0]));
    const proof = right(parseTlogProof(read(out)));
    right(verifyTlogProof({ hashing, verifyEd25519 }, policy, proof, leaf.slice(32, 64)));
    const beyond = await run('ledger', 'prove', '9999', '--out', `${out}.2`, ...at);
    expect([beyond.code, beyond.err]).toEqual([3, expect.stringContaining('beyond the published checkpoint')]);
    expect((await run('ledger', 'prove', 'x', '--out', `${out}.2`, ...at)).code).toBe(2);
  });

  it('believes no authority elsewhere about its own key', async () => {
    const folder = join(temporaryFolder(), 'tiles');
    const { code, err } = await run('ledger', 'export-tiles', folder, '--url', 'http://127.0.0.1:1');
    expect([code, err]).toEqual([2, expect.stringContaining('--vkey')]);
    expect((await run('ledger', 'vkey', '--dir', folder)).code).toBe(4);
  });

  it('says what to do when the record of what was signed is gone', async () => {
    const { dir, at } = await founded();
    await ok('host', 'enrol', 'web-1', ...at);
    rmSync(join(dir, 'log', 'record'), { recursive: true });
    const { code, err } = await run('host', 'list', ...at);
    expect([code, err]).toEqual([4, expect.stringContaining('Do not delete the record')]);
  });
});

describe('sekisho witness', () => {
  it('makes a key once and prints what logs put into their policy', async () => {
    const folder = temporaryFolder();
    const [key, pass] = [join(folder, 'key.json'), join(folder, 'pass')];
    writeFileSync(pass, 'a long passphrase\n');
    const argv = ['witness', 'init', '--name', 'w.example', '--key', key, '--passphrase-file', pass];
    const vkey = (await ok(...argv)).trim();
    expect(right(parseVerifierKey(hashing, vkey))).toMatchObject({ name: 'w.example', type: 'cosignature-v1' });
    expect((await run(...argv)).code).toBe(4);
    const other = ['witness', 'init', '--name', 'v.example', '--key', `${key}3`, '--passphrase-file', pass, '--json'];
    expect(JSON.parse(await ok(...other))).toEqual({ vkey: expect.stringMatching(/^v\.example\+/) });
    const bad = await run('witness', 'init', '--name', 'a b', '--key', `${key}2`, '--passphrase-file', pass);
    expect([bad.code, existsSync(`${key}2`)]).toEqual([2, false]);
  });

  it('does not begin without a log, with a policy that is none or with the wrong passphrase', async () => {
    const folder = temporaryFolder();
    const [key, pass, policy] = [join(folder, 'key.json'), join(folder, 'pass'), join(folder, 'policy')];
    writeFileSync(pass, 'a long passphrase\n');
    await ok('witness', 'init', '--name', 'w.example', '--key', key, '--passphrase-file', pass);
    const serve = ['witness', 'serve', '--key', key, '--policy', policy, '--dir', join(folder, 'state')];
    writeFileSync(policy, 'quorum none\n');
    expect((await run(...serve, '--passphrase-file', pass)).err).toContain('names no log');
    writeFileSync(policy, 'quorum\n');
    expect((await run(...serve, '--passphrase-file', pass)).err).toContain('line 1');
    const { key: log } = await founded();
    writeFileSync(policy, `log ${formatVerifierKey(log)}\nquorum none\n`);
    writeFileSync(pass, 'another passphrase\n');
    expect((await run(...serve, '--passphrase-file', pass)).err).toContain('does not open');
  });
});
