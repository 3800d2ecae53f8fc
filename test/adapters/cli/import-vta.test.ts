import { createPublicKey } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
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
import { folderForAll, temporaryFolder } from '../../support/temporary-folder.js';

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

describe('the services of the old system', () => {
  const whole = folderForAll();
  const caFile = (): string => join(whole(), 'tls.pem');
  const exported = (): string => join(whole(), 'exported');
  const service = (cluster: string, group: string) => ({
    address: { hostname: 'esx-a.blue.example' },
    group,
    cluster,
    trusted_ca: { cert_chain: [] },
  });
  const json = async (...argv: ReadonlyArray<string>) => JSON.parse((await run(...argv, '--dir', dir, '--json')).out);
  const vta = (...argv: ReadonlyArray<string>) => run('import', 'vta', exported(), '--dir', dir, ...argv);
  const offered = () => ['--yes', '--services-at', 'gate.example:8750', '--services-ca', caFile()];

  it('are shown, and registered only where it is said what stands in their place', async () => {
    mkdirSync(exported());
    writeFileSync(caFile(), pemOf(makeCertificate({ subject: cn('TLS'), key: ecKey(), extensions: CA })));
    const blue = service('domain-c8:blue', 'old-group');
    writeFileSync(
      join(exported(), 'clsettings.json'),
      JSON.stringify({ attestation: [blue], kms: [{ ...blue, host: 'host-12' }] }),
    );
    const plan = await vta();
    expect(plan.code).toBe(0);
    expect(plan.out).toMatch(/authority cluster domain-c8:blue, group old-group:/);
    expect(plan.out).toMatch(/key-provider esx-a\.blue\.example:443 on host-12, ended with the old system/);
    const silent = await vta('--yes');
    expect([silent.code, silent.out]).toEqual([1, expect.stringContaining('give --services-at HOST:PORT')]);
    const half = await vta('--yes', '--services-ca', caFile());
    expect([half.code, half.err]).toEqual([2, expect.stringContaining('--services-at')]);
    expect((await json('cluster', 'list')).clusters).toEqual([]);
  });

  it('have their cluster and group here, which trusted clusters attach to, and can be imported again', async () => {
    expect(await vta(...offered())).toMatchObject({ code: 0, err: '' });
    expect((await json('cluster', 'topology')).authorities).toMatchObject([
      {
        id: 'domain-c8-blue',
        status: 'disabled',
        services: ['attestation', 'key-provider'].map((kind) => ({
          kind,
          hostname: 'gate.example',
          port: 8750,
          group: 'old-group',
        })),
      },
    ]);
    const { index } = (await json('cluster', 'list')).asOf;
    expect((await vta(...offered())).code).toBe(0);
    const { asOf, clusters } = await json('cluster', 'list');
    expect([asOf.index, clusters]).toMatchObject([index, [{ displayName: 'domain-c8:blue', kind: 'authority' }]]);
    for (const command of [
      ['enable', 'domain-c8-blue', '--reason', 'r'],
      ['register', 'green', '--kind', 'trusted'],
      ['attach', 'green', '--from', 'domain-c8-blue'],
    ])
      expect((await run('cluster', ...command, '--dir', dir)).code).toBe(0);
  });

  it('are not taken where one address can not serve them, or a trusted cluster has the name', async () => {
    const attestation = [service('two', 'g1'), service('two', 'g2'), service('green', 'g1')];
    writeFileSync(join(exported(), 'clsettings.json'), JSON.stringify({ attestation }));
    const { clusters } = JSON.parse((await vta(...offered(), '--json')).out);
    expect(clusters).toMatchObject([
      { id: 'green', why: expect.stringContaining('trusted cluster') },
      { id: 'two', why: expect.stringContaining('2 groups') },
    ]);
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
