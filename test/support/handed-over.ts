import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BAD_BOOT } from './authority.js';
import { approvedOverHttp, attestOverHttp, certifiedOverHttp, openHttpAuthority } from './http-authority.js';
import { run } from './run-cli.js';
import { softwareTpm } from './software-tpm.js';

const ok = async (...argv: ReadonlyArray<string>): Promise<string> => {
  const { code, out, err } = await run(...argv);
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${err}`);
  return out.trim();
};

/** One moment in the life of a log's key: what an auditor of that day took away. */
export interface Moment {
  readonly vkey: string;
  readonly checkpoint: Uint8Array;
  readonly bundle: string;
}

/** A folder of an authority that changed its log key and its authority key between verdicts, and ended. */
export interface HandedOver {
  readonly dir: string;
  /** Exported before, and continued at every moment. */
  readonly tiles: string;
  readonly before: Moment;
  /** Both log keys sign. */
  readonly during: Moment;
  /** The old log key was retired. */
  readonly after: Moment;
}

/** By the commands that people use, but for the hosts. `folder`: the auditor's. */
export const handedOver = async (folder: string): Promise<HandedOver> => {
  const authority = await openHttpAuthority();
  const { dir, app, ask, tokens, size } = authority;
  const tpm = softwareTpm({ kind: 'rsa', seed: 'handed over' });
  const as = (person: string): ReadonlyArray<string> => {
    writeFileSync(join(folder, person), tokens.get(person) ?? '');
    return ['--dir', dir, '--url', url, '--token-file', join(folder, person)];
  };
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const tiles = join(folder, 'tiles');
  const takeAway = async (name: string): Promise<Moment> => {
    const vkey = await ok('ledger', 'vkey', '--dir', dir);
    // Who asks for a proof of the newest entry waits until it is sealed.
    await ask('GET', `/v1/events/${String((await size()) - 1)}/proof`, { as: 'arthur' });
    const bundle = join(folder, `${name}.bundle`);
    await ok('bundle', '--host', 'web-1', '--out', bundle, ...as('arthur'));
    await ok('ledger', 'export-tiles', tiles, '--vkey', vkey, ...as('arthur'));
    return { vkey, checkpoint: new Uint8Array(readFileSync(join(tiles, 'checkpoint'))), bundle };
  };
  await approvedOverHttp(authority, 'image-1');
  await certifiedOverHttp(authority, 'web-1', tpm);
  await attestOverHttp(authority, 'web-1', tpm);
  const before = await takeAway('before');
  const rotated = await ok('signing-key', 'rotate', 'log', ...as('alice'));
  await ok('signing-key', 'rotate', 'authority', ...as('alice'));
  await attestOverHttp(authority, 'web-1', tpm, BAD_BOOT);
  const during = await takeAway('during');
  await ok('signing-key', 'retire', /retire ([0-9a-f]{16})/.exec(rotated)?.[1] ?? '', ...as('alice'));
  await attestOverHttp(authority, 'web-1', tpm);
  const after = await takeAway('after');
  await authority.close();
  return { dir, tiles, before, during, after };
};
