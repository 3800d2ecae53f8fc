import { createPublicKey } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTrustedPrincipal } from '../../../adapters/import/trusted-principal.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import {
  basicConstraints,
  cn,
  ecKey,
  KEY_CERT_SIGN,
  keyUsage,
  makeCertificate,
} from '../../support/certificate-maker.js';
import { type HttpAuthority, openHttpAuthority } from '../../support/http-authority.js';
import { pemOf } from '../../support/pem.js';
import { run } from '../../support/run-cli.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const CA = [basicConstraints(true), KEY_CERT_SIGN];

/** The signing certificate of a token service, and the CA above it. */
const signingChain = (): ReadonlyArray<string> => {
  const [root, own] = [ecKey(), ecKey()];
  const issuer = cn('Token CA');
  const leaf = { subject: cn('Token signer'), key: own, issuer, issuerKey: root };
  const extensions = [basicConstraints(false), keyUsage(0x80)];
  return [
    makeCertificate({ ...leaf, extensions }),
    makeCertificate({ subject: issuer, key: root, extensions: CA }),
  ].map((der) => pemOf(der));
};

const principal = (chain: ReadonlyArray<string>, field = 'cert_chain'): unknown => ({
  name: 'vcenter.green.example',
  issuer: 'https://vcenter.green.example/openidconnect/vsphere.local',
  principal: { id: { name: 'vpxd-1', domain: 'vsphere.local' }, type: 'STS_USER' },
  certificates: [{ [field]: chain }],
});

let authority: HttpAuthority;
let dir: string;
beforeAll(async () => {
  authority = await openHttpAuthority();
  dir = authority.dir;
  await authority.close();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('sekisho import vta', () => {
  it('shows a plan, does it when told to, says what it left out, and can be run again', async () => {
    const folder = temporaryFolder();
    const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
    put('maker.cer', pemOf(makeCertificate({ subject: cn('Maker'), key: ecKey(), extensions: CA })));
    put('esx-01.pem', createPublicKey(ecKey()).export({ format: 'pem', type: 'spki' }).toString());
    put('principal.json', JSON.stringify(principal(signingChain())));
    put('imgdb.tgz', Uint8Array.of(0x1f, 0x8b, 8, 0));
    put('notes.json', '{}');
    const plan = await run('import', 'vta', folder, '--dir', dir);
    expect(plan.code).toBe(0);
    expect(plan.out).toMatch(/esx-01\.pem +endorsement keys: list 1[^]*imgdb\.tgz +not taken: .*from-imgdb/);
    expect(plan.out).toMatch(
      /maker\.cer +TPM CAs: trust maker[^]*principal: trust vpxd-1@vsphere\.local[^]*Nothing was done/,
    );
    const json = async (...argv: ReadonlyArray<string>) => JSON.parse((await run(...argv, '--dir', dir, '--json')).out);
    expect((await json('tpm-ca', 'list')).tpmCas).toEqual([]);

    const done = await json('import', 'vta', folder, '--yes');
    expect(done).toMatchObject({
      cas: [{ name: 'maker', outcome: 'trusted' }],
      entries: [{ name: 'esx-01', outcome: 'listed' }],
      principals: [{ name: 'vcenter-green-example', why: null }],
      notTaken: [
        { why: expect.stringContaining('image database') },
        { why: expect.stringContaining('no trusted principal') },
      ],
    });
    const { principals, asOf } = await json('principal', 'list');
    expect(principals).toMatchObject([{ name: 'vcenter-green-example', holder: { kind: 'user' }, tokens: null }]);
    const again = await run('import', 'vta', folder, '--yes', '--dir', dir);
    expect([again.code, again.out]).toEqual([
      1,
      expect.stringContaining('0 endorsement keys listed, 1 were listed already'),
    ]);
    expect((await json('principal', 'list')).asOf.index).toBe(asOf.index);
  });
});

describe('a trusted principal', () => {
  it('is read however its one long field is spelled, and names what is wrong with it', () => {
    const chain = signingChain();
    for (const field of ['cert_chain', 'certChain', 'CertChain']) {
      const read = readTrustedPrincipal(utf8(JSON.stringify(principal(chain, field))));
      expect(read).toMatchObject(E.right({ holder: { kind: 'user', name: 'vpxd-1@vsphere.local' } }));
    }
    const of = (change: object) =>
      readTrustedPrincipal(utf8(JSON.stringify({ ...(principal(chain) as object), ...change })));
    expect(of({ issuer: 7 })).toEqual(E.left(expect.stringContaining('issuer')));
    expect(of({ certificates: [] })).toEqual(E.left('must hold exactly one certificate chain'));
  });

  it('never throws, whatever JSON or text it is given', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(E.isLeft(readTrustedPrincipal(utf8(text)))).toBe(true);
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readTrustedPrincipal(bytes)));
  });
});
