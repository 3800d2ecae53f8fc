import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import nacl from 'tweetnacl';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBase64Url } from '../../../domain/encoding/base64url.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
} from '../../support/http-authority.js';
import { type Ran, run } from '../../support/run-cli.js';
import { softwareTpm } from '../../support/software-tpm.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

interface Issued {
  readonly kind: string;
  readonly token: string;
}

describe('sekisho token show', { timeout: 120_000 }, () => {
  const tpm = softwareTpm({ kind: 'rsa', seed: 'token show' });
  const wrapping = nacl.box.keyPair();
  let authority: HttpAuthority;
  let issued: ReadonlyArray<Issued>;

  const tokenOf = (kind: string): string => issued.find((each) => each.kind === kind)?.token ?? '';
  const show = (token: string, ...options: ReadonlyArray<string>): Promise<Ran> => {
    const file = join(temporaryFolder(), 'token.jwt');
    writeFileSync(file, `${token}\n`);
    return run('token', 'show', file, '--dir', authority.dir, ...options);
  };

  beforeAll(async () => {
    authority = await openHttpAuthority();
    await approvedOverHttp(authority, 'image-1');
    await certifiedOverHttp(authority, 'web-1', tpm);
    issued = (await attestOverHttp(authority, 'web-1', tpm, undefined, wrapping.publicKey)).json().tokens;
    await authority.close();
  }, 120_000);
  afterAll(() => rmSync(authority.dir, { recursive: true, force: true }));

  it('says whose it is, for what, until when, and on which verdict', async () => {
    const { code, out, err } = await show(tokenOf('key-access'));
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^key-access token/);
    expect(out).toMatch(/\nof host +web-1\n/);
    expect(out).toMatch(/\nfor +urn:sekisho:[0-9a-f]{16}:key-service\n/);
    expect(out).toMatch(/\ncounts until +2\d{3}-\d\d-\d\d /);
    expect(out).toMatch(/\nverdict +entry \d+, revision \d+\n/);
    expect(out).toContain(toBase64Url(wrapping.publicKey));
    expect((await show(tokenOf('reporting'))).out).toMatch(/^reporting token/);
  });

  it('gives programs the claims', async () => {
    const { code, out } = await show(tokenOf('key-access'), '--json');
    expect(code).toBe(0);
    const claims = JSON.parse(out);
    expect(claims).toMatchObject({ sub: 'web-1', submods: { boot: { ear_status: 'affirming' } } });
    expect(claims.jti).toMatch(/^key-access\//);
    expect(out).not.toContain(tokenOf('key-access'));
  });

  it('refuses what was changed, what another authority signed, and what is no token', async () => {
    const [head = '', , signature = ''] = tokenOf('key-access').split('.');
    const [, other = ''] = tokenOf('reporting').split('.');
    for (const token of [`${head}.${other}.${signature}`, 'x', tokenOf('key-access').slice(0, -2), '']) {
      const { code, out, err } = await show(token);
      expect([token, code, out]).toEqual([token, 3, '']);
      expect(err).toContain('no token of this authority');
      if (token.length > 1) expect(err).not.toContain(token);
    }
  });
});
