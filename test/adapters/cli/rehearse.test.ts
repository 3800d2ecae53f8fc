import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BAD_BOOT, imageOf, TEST_POLICY } from '../../support/authority.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
} from '../../support/http-authority.js';
import { run } from '../../support/run-cli.js';
import { softwareTpm } from '../../support/software-tpm.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** More than a page of them. */
const FLEET = 101;

describe('sekisho rehearse', () => {
  let authority: HttpAuthority;
  let dir: string;
  let size: number;

  beforeAll(async () => {
    authority = await openHttpAuthority();
    dir = authority.dir;
    await approvedOverHttp(authority, 'image-1');
    for (const name of ['web-1', 'web-2']) {
      const tpm = softwareTpm({ kind: 'rsa', seed: name });
      await certifiedOverHttp(authority, name, tpm);
      await attestOverHttp(authority, name, tpm, name === 'web-1' ? undefined : BAD_BOOT);
    }
    for (let i = 0; i < FLEET; i += 1) {
      await authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: `new-${String(i)}` } });
    }
    size = await authority.size();
    await authority.close();
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const rehearse = (...options: ReadonlyArray<string>) =>
    run('rehearse', '--dir', dir, '--at', authority.now.at, ...options);

  it('names the host that would fail and why, says so with its exit code, and records nothing', async () => {
    const { code, out } = await rehearse('--withdraw', 'image-1');
    expect(code).toBe(1);
    expect(out).toMatch(/web-1 .*REFUSED \(passes now\).*BaseImageWithdrawn/);
    expect(out).toMatch(
      /103 hosts: 1 would fail that pass now, 0 would pass that fail now, 0 pass as now, 1 fail as now, 101 unknown/,
    );
    const { asOf } = JSON.parse((await run('host', 'list', '--dir', dir, '--json')).out);
    expect(asOf.index).toBe(size - 1);
  });

  it('ends well if nobody who passes would fail, over all pages of hosts', async () => {
    const image = join(temporaryFolder(), 'image.json');
    writeFileSync(image, JSON.stringify(imageOf('image-2')));
    const { code, out } = await rehearse('--image', image, '--only-these', '--json');
    const answer = JSON.parse(out);
    expect([code, answer.hosts.length, answer.hostCount]).toEqual([0, FLEET + 2, FLEET + 2]);
    expect(new Set(answer.hosts.map(({ host }: { host: string }) => host)).size).toBe(FLEET + 2);
    const web = answer.hosts.find(({ host }: { host: string }) => host === 'web-1');
    expect(web).toMatchObject({
      effect: 'passes',
      now: { image: { version: 'image-1' } },
      then: { image: { version: 'image-2' } },
    });
  });

  it('takes a policy whole or single rules of it', async () => {
    const policy = join(temporaryFolder(), 'policy.json');
    writeFileSync(policy, JSON.stringify({ ...TEST_POLICY, requireListedTpmModel: true }));
    for (const options of [
      ['--policy', policy],
      ['--set', 'requireListedTpmModel=true'],
    ]) {
      const { code, out } = await rehearse(...options);
      expect([code, out]).toEqual([1, expect.stringMatching(/web-1 .*TpmModelUnknown/)]);
    }
  });

  it.each([
    ['nothing to change', [], 2, 'say what would be changed'],
    ['a rule that is none', ['--set', 'requireLuck=true'], 2, 'requireLuck'],
    ['an image that nobody proposed', ['--approve', 'image-9'], 3, 'image-9'],
    ['a CA without a file', ['--trust-ca', 'maker'], 2, 'name=file'],
    ['a policy twice', ['--policy', 'p.json', '--set', 'a=1'], 2, 'either'],
  ])('refuses %s', async (_, options, exit, word) => {
    const { code, err } = await rehearse(...options);
    expect([code, err]).toEqual([exit, expect.stringContaining(word)]);
  });

  it('looks back: what would have been otherwise, and what leaned on it', async () => {
    const imagined = await run('what-if', '--withdraw', 'image-1', '--dir', dir);
    expect([imagined.code, imagined.out]).toEqual([
      1,
      expect.stringMatching(
        /web-1 +affirming -> contraindicated +BaseImageWithdrawn[^]*2 verdicts judged again: 1 would/,
      ),
    ]);
    expect((await run('what-if', '--set', 'tokenLifetimeSeconds=60', '--dir', dir)).code).toBe(0);
    const radius = await run('blast-radius', 'base-image', 'image-1', '--dir', dir);
    expect([radius.code, radius.out]).toEqual([0, expect.stringMatching(/web-1 +booted-it[^]*1 verdicts on 1 hosts/)]);
    const alice = JSON.parse((await run('blast-radius', 'operator', 'alice', '--dir', dir, '--json')).out);
    expect(alice.acts.first.map(({ type }: { type: string }) => type)).toContain('BaseImageProposed');
    expect((await run('blast-radius', 'weather', 'rain', '--dir', dir)).code).toBe(2);
    expect((await run('blast-radius', 'endorsement-key', 'xyz', '--dir', dir)).code).toBe(2);
  });
});
