import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { run } from '../support/run-cli.js';
import { built, type Serving, serve } from '../support/serving.js';
import { folderForAll } from '../support/temporary-folder.js';

const HOSTS = 1000;
const TRUSTED = ['east', 'north', 'west'];
const SERVICES = ['attestation', 'key-provider'].map((kind) => ({
  kind,
  hostname: 'gate.example',
  port: 8750,
  group: 'default',
  trustedCa: [],
}));

describe('a site of a thousand hosts in three clusters, over the network', () => {
  const folder = folderForAll();
  let server: Serving;
  let at: ReadonlyArray<string>;
  const dir = (): string => join(folder(), 'gate');

  beforeAll(async () => {
    built();
    expect((await run('init', '--dir', dir())).code).toBe(0);
    server = await serve(dir());
    at = ['--url', server.url, '--token-file', join(dir(), 'tokens', 'trust-admin-1.token')];
    const names = Array.from({ length: HOSTS }, (_, i) => `esx-${String(i).padStart(4, '0')}`);
    const digestOf = (i: number): string => i.toString(16).padStart(64, '0');
    const site = {
      site: 1,
      policy: { requireEndorsementKeys: true },
      endorsementKeys: names.map((name, i) => ({ name, publicKeyDigest: digestOf(i) })),
      keyProviders: [{ id: 'vault', kind: 'software', primaryKey: { create: 'first' } }],
      hosts: names.map((id, i) => ({ id, endorsementKey: digestOf(i) })),
      clusters: [
        { id: 'gate', kind: 'authority', enabled: true, services: SERVICES },
        ...TRUSTED.map((id, k) => {
          const hosts = names.filter((_, i) => i % TRUSTED.length === k);
          return { id, kind: 'trusted', enabled: true, uses: { from: 'gate' }, hosts };
        }),
      ],
    };
    writeFileSync(join(folder(), 'site.yaml'), stringify(site));
  }, 600_000);
  afterAll(() => server.kill());

  const file = (): string => join(folder(), 'site.yaml');

  it('goes on where it was cut off, is made whole, and leaves nothing to do the second time', {
    timeout: 240_000,
  }, async () => {
    const first = run('apply', '-f', file(), '--json', ...at);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await server.kill();
    const cut = await first;
    server = await serve(dir());
    at = ['--url', server.url, ...at.slice(2)];
    const second = await run('apply', '-f', file(), '--json', ...at);
    // A fast machine may have been through before the cut; then nothing is left for the second one.
    expect([cut.code === 0 || cut.code === 4, second.code]).toEqual([true, 0]);
    const planned = await run('plan', '-f', file(), '--json', ...at);
    const marks = (JSON.parse(planned.out) as { changes: ReadonlyArray<{ mark: string }> }).changes.map(
      ({ mark }) => mark,
    );
    const clusters = 1 + SERVICES.length + 2 * TRUSTED.length;
    expect([planned.code, marks.length, new Set(marks)]).toEqual([0, 3 * HOSTS + 2 + clusters, new Set(['='])]);
    const events = JSON.parse((await run('verify', '--dir', dir(), '--json', '--as', 'auditor-1')).out);
    // Founding leaves some entries; everything else was recorded once: three for each host, some for policy, provider and clusters.
    const { size } = events as { size: number };
    const before = size - 3 * HOSTS - (2 + SERVICES.length + 3 * TRUSTED.length);
    expect(before).toBeGreaterThan(4);
    expect(before).toBeLessThan(30);
  });
});
