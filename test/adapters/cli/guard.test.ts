import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
} from '../../support/http-authority.js';
import { run } from '../../support/run-cli.js';
import { softwareTpm } from '../../support/software-tpm.js';

const FIT = ['--encrypted', 'yes', '--vtpm', 'yes', '--firmware', 'efi', '--secure-boot', 'yes'];
const OPEN = ['--encrypted', 'no', '--vtpm', 'no'];

describe('sekisho guard', () => {
  let authority: HttpAuthority;
  const tpm = softwareTpm({ kind: 'rsa', seed: 'guard by cli' });
  let url: ReadonlyArray<string>;

  /** As wendy, over a real connection: times are those of the authority's own clock. */
  const guard = (...argv: ReadonlyArray<string>) => run('guard', ...argv, ...url);
  const json = async (...argv: ReadonlyArray<string>) => JSON.parse((await guard(...argv, '--json')).out);
  const said = async (...argv: ReadonlyArray<string>) => {
    const { code, out } = await guard(...argv);
    return [code, out.split('\n')[0], [...out.matchAll(/^ {2}(\w+) {2}/gm)].map(([, reason]) => reason)];
  };

  beforeAll(async () => {
    authority = await openHttpAuthority();
    const { ask } = authority;
    await certifiedOverHttp(authority, 'h1', tpm);
    await approvedOverHttp(authority, 'good');
    await ask('POST', '/v1/clusters', { as: 'alice', body: { id: 'east', kind: 'trusted' } });
    await ask('POST', '/v1/clusters/east/enable', { as: 'alice', body: { reason: 'r' } });
    await ask('POST', '/v1/clusters/east/hosts', { as: 'alice', body: { host: 'h1' } });
    await ask('POST', '/v1/hosts', { as: 'alice', body: { id: 'bare' } });
    await attestOverHttp(authority, 'h1', tpm);
    const address = await authority.app.listen({ host: '127.0.0.1', port: 0 });
    const file = join(authority.dir, 'wendy.token');
    writeFileSync(file, authority.tokens.get('wendy') ?? '', { mode: 0o600 });
    url = ['--url', address, '--token-file', file];
  });
  afterAll(() => authority.close());

  it('answers yes with exit code 0 and no, with every reason, with 1', async () => {
    expect(await said('start', 'h1', '--workload', 'vm-1', ...FIT)).toEqual([0, 'Yes.', []]);
    expect(await said('start', 'bare', '--workload', 'vm-1', ...FIT)).toEqual([
      1,
      'No:',
      ['VerdictMissing', 'HostInNoCluster'],
    ]);
    expect(await said('start', 'h1', '--workload', 'vm-1')).toEqual([1, 'No:', ['FirmwareUnsaid', 'SecureBootUnsaid']]);
    expect(await said('start', 'bare', '--workload', 'vm-2', ...OPEN)).toEqual([0, 'Yes.', []]);
    for (const ask of ['move', 'clone'])
      expect(await said(ask, 'h1', 'bare', '--workload', 'vm-1', ...FIT)).toEqual([
        1,
        'No:',
        ['VerdictMissing', 'HostInNoCluster'],
      ]);
    expect(await said('replicate', 'h1', 'h1', '--workload', 'vm-1', ...FIT)).toEqual([
      1,
      'No:',
      ['ReplicationOfGuarded'],
    ]);
    expect(await said('restart', 'h1', 'h1', '--cluster', 'east', '--workload', 'vm-1', ...FIT)).toEqual([
      0,
      'Yes.',
      [],
    ]);
    expect(await said('storage', 'h1', '--cluster', 'east')).toEqual([0, 'Yes.', []]);
    const { code, out } = await guard('start', 'h1', '--workload', 'vm-9', ...FIT, '--key-provider', 'vault');
    expect(code).toBe(1);
    expect(out).toContain('ProviderUnknown  key-provider vault\nNo key of vault is released to h1: ProviderUnknown.');
    expect((await said('storage', 'h1', '--cluster', 'west'))[2]).toEqual(['ClusterUnknown', 'HostNotInCluster']);
  });

  it('refuses what it can not read, before it asks', async () => {
    for (const wrong of [
      ['start', 'h1'],
      ['start', 'h1', '--workload', 'vm', '--encrypted', 'maybe'],
      ['restart', 'h1', 'h1', '--workload', 'vm'],
      ['keep', 'some', '--reason', 'r'],
      ['decisions', '--ask', 'stop'],
    ])
      expect([wrong, (await guard(...wrong)).code]).toEqual([wrong, 2]);
    expect((await guard('start', 'a/b', '--workload', 'vm')).code).toBe(2);
  });

  it('advises on a host, and says where else', async () => {
    expect((await guard('advice', 'h1')).out).toContain('h1 is inside the protected area');
    const { code, out } = await guard('advice', 'bare');
    expect([code, out]).toEqual([0, expect.stringContaining('keep-running, start-nothing, no-new-keys, attest-again')]);
    expect((await guard('advice', 'nobody')).code).toBe(3);
  });

  it('shows what was kept, and who changed what is kept', async () => {
    const { decisions } = await json('decisions', '--workload', 'vm-1', '--allowed', 'no', '--ask', 'start');
    expect(decisions.map(({ question }: { question: { host: string } }) => question.host)).toEqual(['h1', 'bare']);
    expect((await guard('decisions')).out).toMatch(/replicate +vm-1 +h1 -> h1 +no +ReplicationOfGuarded/);
    expect((await guard('decisions', '--workload', 'nothing')).out).toContain('No answers were found.');
    expect((await guard('keep', 'none', '--reason', 'r')).code).toBe(3);
    const policy = (await guard('policy')).out;
    expect(policy).toContain('Every no is kept.');
    expect(policy).toMatch(/wendy +0 +\d+ +0/);
  });
});
