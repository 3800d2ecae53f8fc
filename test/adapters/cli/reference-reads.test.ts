import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UefiLinuxImage } from '../../../domain/appraisal/base-image.js';
import { imageOf } from '../../support/authority.js';
import {
  basicConstraints,
  cn,
  ecKey,
  generalizedTime,
  KEY_CERT_SIGN,
  makeCertificate,
} from '../../support/certificate-maker.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
} from '../../support/http-authority.js';
import { pemOf } from '../../support/pem.js';
import { run } from '../../support/run-cli.js';
import { softwareTpm } from '../../support/software-tpm.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const caUntil = (name: string, notAfter: string): string =>
  pemOf(
    makeCertificate({
      subject: cn(name),
      key: ecKey(),
      notAfter: generalizedTime(notAfter),
      extensions: [basicConstraints(true), KEY_CERT_SIGN],
    }),
  );

let authority: HttpAuthority;
let dir: string;
let seen: string;

beforeAll(async () => {
  authority = await openHttpAuthority();
  dir = authority.dir;
  await approvedOverHttp(authority, 'image-1');
  const tpm = softwareTpm({ kind: 'rsa', seed: 'reads' });
  await certifiedOverHttp(authority, 'web-1', tpm);
  await attestOverHttp(authority, 'web-1', tpm);
  seen = authority.now.at;
  await certifiedOverHttp(authority, 'web-2', softwareTpm({ kind: 'rsa', seed: 'reads 2' }));
  for (const [name, until] of [
    ['soon', '20261220000000Z'],
    ['gone', '20261130000000Z'],
    ['late', '20360101000000Z'],
  ] as const) {
    await authority.ask('POST', '/v1/tpm-cas', { as: 'alice', body: { name, chain: caUntil(`CA ${name}`, until) } });
  }
  const next: UefiLinuxImage = { ...(imageOf('image-2') as UefiLinuxImage), authorities: null };
  await authority.ask('POST', '/v1/base-images', { as: 'alice', body: { image: next } });
  await authority.close();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const then = () => ['--dir', dir, '--at', authority.now.at];

describe('sekisho base-image', () => {
  it('says which hosts run which image, now and then', async () => {
    const { images, unseen } = JSON.parse((await run('base-image', 'use', ...then(), '--json')).out);
    expect(images).toEqual([
      {
        version: 'image-1',
        digest: expect.any(String),
        hosts: [{ host: 'web-1', state: 'trusted' }],
        lastAttested: { host: 'web-1', time: seen, index: expect.any(Number) },
      },
    ]);
    expect(unseen).toEqual(['web-2']);
    const before = await run('base-image', 'use', '--dir', dir, '--index', '9', '--json');
    expect(JSON.parse(before.out)).toMatchObject({ images: [], unseen: [] });
    expect((await run('base-image', 'use', ...then())).out).toMatch(/image-1 .* 1 +1 .*web-1\nNo evidence yet: web-2/);
  });

  it('compares two images, from the authority or from files', async () => {
    const file = join(temporaryFolder(), 'image.json');
    writeFileSync(file, JSON.stringify({ ...imageOf('image-3'), bank: 'sha384' }));
    const known = await run('base-image', 'diff', 'image-1', 'image-2', '--dir', dir);
    expect(known.out).toMatch(/removed +authority .*[^]*added +authority +\(all\) +not judged/);
    const changes = JSON.parse((await run('base-image', 'diff', 'image-1', file, '--dir', dir, '--json')).out);
    expect(changes).toEqual({
      added: [],
      removed: [],
      changed: [{ section: 'image', name: 'bank', said: 'sha256', says: 'sha384' }],
    });
    expect((await run('base-image', 'diff', 'image-1', 'image-1', '--dir', dir)).out).toContain('allow the same');
    expect((await run('base-image', 'diff', 'image-1', 'image-9', '--dir', dir)).code).toBe(3);
  });

  it('shows who has to approve an image what it changes against the one before', async () => {
    const { out } = await run('base-image', 'review', 'image-2', '--dir', dir);
    expect(out).toMatch(/Boot applications[^]*Against image-1:[^]*not judged[^]*--digest/);
  });
});

describe('sekisho certificates expiring', () => {
  const expiring = (...options: ReadonlyArray<string>) => run('certificates', 'expiring', ...then(), ...options);

  it('lists what ended and what ends soon, the soonest first, with an exit code for scripts', async () => {
    const { code, out } = await expiring();
    expect(code).toBe(1);
    expect(out).toMatch(/ENDED +2026-11-30 00:00:00 UTC +tpm-ca +gone .*\nends +2026-12-20 00:00:00 UTC +tpm-ca +soon/);
    expect(out).not.toContain('late');
    const some = JSON.parse((await expiring('--days', '5', '--json')).out);
    expect(some).toMatchObject({ watched: 3, days: 5, certificates: [{ name: 'gone', expired: true }] });
    expect(JSON.parse((await expiring('--days', '20000', '--json')).out).certificates).toHaveLength(3);
  });

  it('is content where nothing ends, and refuses what is no number of days', async () => {
    const before = await run('certificates', 'expiring', '--dir', dir, '--index', '5');
    expect([before.code, before.out]).toEqual([0, expect.stringContaining('None of 0 certificates')]);
    expect((await expiring('--days', '99999')).code).toBe(2);
  });
});
