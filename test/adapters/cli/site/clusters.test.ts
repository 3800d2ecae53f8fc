import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseSite } from '../../../../adapters/cli/site/read-site.js';
import { basicConstraints, cn, ecKey, KEY_CERT_SIGN, makeCertificate } from '../../../support/certificate-maker.js';
import { openHttpAuthority } from '../../../support/http-authority.js';
import { pemOf } from '../../../support/pem.js';
import { run } from '../../../support/run-cli.js';
import { folderForAll } from '../../../support/temporary-folder.js';

const caOf = (name: string): string => {
  const [key, subject] = [ecKey(), cn(name)];
  return pemOf(makeCertificate({ key, subject, extensions: [basicConstraints(true), KEY_CERT_SIGN] }));
};
const service = (kind: string, port = 8750, trustedCa = ['tls.pem']) => ({
  kind,
  hostname: 'gate.example',
  port,
  group: 'main',
  trustedCa,
});
const GATE = {
  id: 'gate',
  kind: 'authority',
  enabled: true,
  services: [service('attestation'), service('key-provider')],
};
const EAST = { id: 'east', kind: 'trusted', site: 'East', enabled: true, uses: { from: 'gate' }, hosts: ['h1', 'h2'] };
const WEST = { id: 'west', kind: 'trusted', uses: { file: 'services.json' }, hosts: ['h3'] };
const SITE = { site: 1, hosts: ['h1', 'h2', 'h3'].map((id) => ({ id })), clusters: [EAST, WEST, GATE] };

const folder = folderForAll();
let dir: string;

beforeAll(async () => {
  const authority = await openHttpAuthority();
  ({ dir } = authority);
  await authority.close();
  const tls = caOf('TLS');
  const services = GATE.services.map((each) => ({ ...each, hostname: 'elsewhere.example', trustedCa: [tls] }));
  writeFileSync(join(folder(), 'tls.pem'), tls);
  writeFileSync(join(folder(), 'other.pem'), caOf('Other'));
  const file = { type: 'sekisho-services', v: 1, authority: 'a', cluster: 'far', services };
  writeFileSync(join(folder(), 'services.json'), JSON.stringify(file));
});
afterAll(() => rmSync(dirname(dir), { recursive: true, force: true }));

interface Told {
  readonly mark: string;
  readonly kind: string;
  readonly name: string;
  readonly detail: string;
  readonly result?: string;
  readonly code?: string;
}

const on = async (verb: 'plan' | 'apply', site: unknown, ...options: ReadonlyArray<string>) => {
  const file = join(folder(), 'site.yaml');
  writeFileSync(file, stringify(site));
  const { code, out, err } = await run(verb, '-f', file, '--dir', dir, '--json', ...options);
  if (out === '') throw new Error(err);
  const { changes } = JSON.parse(out) as { readonly changes: ReadonlyArray<Told> };
  return { code, open: changes.filter(({ mark }) => mark !== '=') };
};
const words = (changes: ReadonlyArray<Told>): ReadonlyArray<string> =>
  changes.map(({ mark, kind, name }) => `${mark} ${kind} ${name}`);
const gate = { id: 'gate', kind: 'authority' };
const withClusters = (...clusters: ReadonlyArray<unknown>) => ({ site: 1, clusters });

// Each command opens the authority anew, as the program does.
describe('clusters in a site file', { timeout: 120_000 }, () => {
  it('are made with what they offer, use and hold, whatever their order in the file, and then nothing is left to do', async () => {
    const first = await on('apply', SITE);
    expect([first.code, first.open.filter(({ result }) => result !== 'done')]).toEqual([0, []]);
    expect(words(first.open)).toEqual(
      expect.arrayContaining([
        '+ cluster gate',
        '+ service gate attestation gate.example:8750',
        '+ desired-services east',
        '+ desired-services west',
        '+ cluster-host h3',
      ]),
    );
    expect(await on('plan', SITE)).toEqual({ code: 0, open: [] });
    const topology = JSON.parse((await run('cluster', 'topology', '--dir', dir, '--json')).out);
    expect(topology.trusted).toMatchObject([
      { id: 'east', status: 'enabled', site: 'East', hosts: 2, desired: { from: 'gate' } },
      { id: 'west', status: 'disabled', hosts: 1, desired: { from: null } },
    ]);
  });

  it('come out again as a file that changes nothing', async () => {
    const out = join(folder(), 'exported.yaml');
    expect((await run('export', '-f', out, '--dir', dir)).code).toBe(0);
    const exported = parse(readFileSync(out, 'utf8')) as { readonly clusters: ReadonlyArray<{ readonly id: string }> };
    expect(exported.clusters.map(({ id }) => id)).toEqual(['east', 'gate', 'west']);
    expect(exported.clusters[0]).toMatchObject({ uses: { from: 'gate' }, hosts: ['h1', 'h2'], enabled: true });
    expect(await on('plan', exported)).toEqual({ code: 0, open: [] });
  });

  it('are of one kind for ever', async () => {
    const other = { id: 'gate', kind: 'trusted', site: 'North' };
    const { open } = await on('plan', withClusters(EAST, WEST, other));
    expect(open).toMatchObject([{ mark: '!', name: 'gate', detail: 'kind authority -> trusted, site null -> North' }]);
  });

  it('get another name and another site, once', async () => {
    const moved = { ...EAST, displayName: 'Payroll', site: 'North' };
    const site = withClusters(moved, WEST, GATE);
    const detail = 'displayName null -> Payroll, site East -> North';
    expect((await on('plan', site)).open).toMatchObject([{ mark: '~', name: 'east', detail }]);
    expect(await on('apply', site)).toMatchObject({ code: 0, open: [{ name: 'east', result: 'done' }] });
    expect(await on('plan', site)).toEqual({ code: 0, open: [] });
    expect((await on('apply', withClusters({ ...EAST, displayName: 'Payroll' }, WEST, GATE))).code).toBe(0);
  });

  it('say only what they say: the rest is left alone', async () => {
    const { id, kind, enabled } = EAST;
    const silent = { id, kind, enabled };
    expect(await on('plan', withClusters(silent))).toMatchObject({
      code: 0,
      open: [
        { mark: '?', name: 'gate' },
        { mark: '?', name: 'west' },
        { mark: '?', kind: 'cluster-host', name: 'h3' },
      ],
    });
  });

  it('follow a service that has another CA, in whoever uses it as well', async () => {
    const moved = { ...GATE, services: [service('attestation', 8750, ['other.pem']), service('key-provider')] };
    const planned = await on('plan', withClusters(EAST, WEST, moved));
    expect(words(planned.open)).toEqual(['~ service gate attestation gate.example:8750', '~ desired-services east']);
    expect(planned.open[1]?.detail).toBe('from gate, attestation gate.example:8750 trusted-ca-differs');
    expect((await on('apply', withClusters(EAST, WEST, moved))).code).toBe(0);
    expect(await on('plan', withClusters(EAST, WEST, moved))).toEqual({ code: 0, open: [] });
  });

  it('take nothing away without a reason: not a service, not a host, not a cluster', async () => {
    const site = withClusters(
      { ...GATE, services: [GATE.services[0]] },
      { ...EAST, hosts: ['h1', 'h3'] },
      { ...WEST, hosts: [] },
    );
    const planned = await on('plan', site);
    expect(words(planned.open)).toEqual(
      expect.arrayContaining([
        '? service gate key-provider gate.example:8750',
        '? cluster-host h2',
        '! cluster-host h3',
      ]),
    );
    const pruned = await on('apply', site, '--prune', 'smaller');
    expect([pruned.code, pruned.open.filter(({ result }) => result !== 'done')]).toEqual([0, []]);
    expect(await on('plan', site)).toEqual({ code: 0, open: [] });
    const { out } = await run('cluster', 'of', 'h3', '--dir', dir, '--json');
    expect(JSON.parse(out)).toMatchObject({ cluster: 'east' });
  });

  it('end only once nobody uses them, though nothing else of them is in the file', async () => {
    const { open } = await on(
      'apply',
      withClusters({ ...EAST, hosts: ['h1', 'h3'] }, { ...WEST, hosts: [] }),
      '--prune',
      'no gate',
    );
    expect(open).toMatchObject([{ mark: '-', name: 'gate', result: 'refused', code: 'ClusterInUse' }]);
  });

  it('take in again who left, though the same was asked before', async () => {
    const site = (...hosts: ReadonlyArray<string>) => withClusters({ ...EAST, hosts }, gate);
    for (const hosts of [['h1'], ['h1', 'h3'], ['h1'], ['h1', 'h3']]) {
      expect((await on('apply', site(...hosts), '--prune', 'to and fro')).code).toBe(0);
    }
    expect(JSON.parse((await run('cluster', 'of', 'h3', '--dir', dir, '--json')).out)).toMatchObject({
      cluster: 'east',
    });
  });

  it('never come back once they ended', async () => {
    const { code, open } = await on(
      'plan',
      withClusters({ id: 'west', kind: 'trusted' }, { ...EAST, hosts: ['h1', 'h3'] }, gate),
    );
    const detail = 'was decommissioned, and its name is not used again';
    expect([code, open[0]]).toMatchObject([0, { mark: '!', name: 'west', detail }]);
  });

  it.each([
    [{ ...EAST, services: [] }, 'clusters.0 must be SiteCluster(services of an authority, uses of a trusted one)'],
    [{ ...GATE, uses: { from: 'gate' } }, 'clusters.0 must be SiteCluster(services of an authority'],
    [{ ...EAST, hosts: ['h1', 'h1'] }, 'clusters.0.hosts.1 is in a cluster already'],
    [{ ...GATE, services: [service('attestation', 0)] }, 'clusters.0.services.0.port must be Port (1 to 65535)'],
    [{ ...EAST, uses: { from: 'gate', file: 'x' } }, 'clusters.0.uses'],
  ])('are refused with the line of what is wrong: %#', (cluster, message) => {
    const read = parseSite('site.yaml', stringify(withClusters(cluster)));
    expect(read).toMatchObject({ left: { message: expect.stringContaining(message) } });
  });
});
