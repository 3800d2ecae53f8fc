import { createPublicKey } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodiesOf } from '../../../adapters/cli/import-endorsement-keys.js';
import { pemOf } from '../../../adapters/crypto/pem-text.js';
import {
  basicConstraints,
  cn,
  ecKey,
  KEY_AGREEMENT,
  KEY_CERT_SIGN,
  makeCertificate,
} from '../../support/certificate-maker.js';
import { type HttpAuthority, openHttpAuthority } from '../../support/http-authority.js';
import { run } from '../../support/run-cli.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const bareKey = (key = ecKey()): string => createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();
const CA = [basicConstraints(true), KEY_CERT_SIGN];

const maker = (name: string) => {
  const key = ecKey();
  const root = makeCertificate({ subject: cn(name), key, extensions: CA });
  const below = (subject: string, issuer = name, issuerKey = key) => {
    const own = ecKey();
    const made = { subject: cn(subject), key: own, issuer: cn(issuer), issuerKey, extensions: CA };
    return { der: makeCertificate(made), key: own };
  };
  return { root, below };
};

const pems = (...ders: ReadonlyArray<Uint8Array>): string => ders.map((der) => pemOf('CERTIFICATE', der)).join('');

let authority: HttpAuthority;
let dir: string;
beforeAll(async () => {
  authority = await openHttpAuthority();
  dir = authority.dir;
  await authority.close();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const json = async (...argv: ReadonlyArray<string>) => {
  const { code, out } = await run(...argv, '--dir', dir, '--json');
  return { code, ...JSON.parse(out) };
};
const outcomes = (entries: ReadonlyArray<{ outcome: string }>) => entries.map(({ outcome }) => outcome);

describe('sekisho endorsement-key import', () => {
  it('lists keys from folders and files of many in few entries, and only once', async () => {
    const folder = join(temporaryFolder(), 'keys');
    mkdirSync(folder);
    const key = ecKey();
    const certificate = makeCertificate({
      subject: cn('ek'),
      key,
      extensions: [basicConstraints(false), KEY_AGREEMENT],
    });
    writeFileSync(join(folder, 'esx-01.cer'), certificate);
    writeFileSync(join(folder, 'esx-02.pem'), bareKey());
    writeFileSync(join(folder, 'rack.pem'), Array.from({ length: 200 }, () => bareKey()).join(''));
    writeFileSync(join(folder, '.hidden'), 'x');
    const first = await json('endorsement-key', 'import', folder);
    expect([first.code, first.notTaken]).toEqual([0, []]);
    expect(first.entries.slice(0, 3).map(({ name }: { name: string }) => name)).toEqual(['esx-01', 'esx-02', 'rack 1']);
    expect(new Set(outcomes(first.entries))).toEqual(new Set(['listed']));
    const { endorsementKeys, asOf } = await json('endorsement-key', 'list');
    expect(endorsementKeys).toHaveLength(202);
    expect(endorsementKeys[0]).toMatchObject({ name: 'esx-01', certificate: expect.any(String) });
    const again = await run('endorsement-key', 'import', folder, '--dir', dir);
    expect([again.code, again.out]).toEqual([0, '0 endorsement keys listed, 202 were listed already.\n']);
    expect((await json('endorsement-key', 'list')).asOf.index).toBe(asOf.index);
  });

  it('lists no key that was revoked, takes no name from another key, and says so', async () => {
    const folder = temporaryFolder();
    const [bad, twin] = [join(folder, 'bad.pem'), join(folder, 'twin.pem')];
    writeFileSync(bad, bareKey());
    writeFileSync(twin, bareKey());
    await json('endorsement-key', 'import', bad, twin);
    expect((await run('endorsement-key', 'revoke', 'bad', '--reason', 'stolen', '--dir', dir)).code).toBe(0);
    writeFileSync(twin, bareKey());
    const { code, entries } = await json('endorsement-key', 'import', bad, twin);
    expect([code, outcomes(entries)]).toEqual([1, ['revoked', 'taken']]);
    const text = await run('endorsement-key', 'import', bad, '--dir', dir);
    expect([text.code, text.out]).toEqual([1, expect.stringMatching(/^0 .*\n.*\nbad +was revoked/)]);
  });

  it('takes the good files and names the bad ones', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'good.pem'), bareKey());
    writeFileSync(join(folder, 'notes.txt'), 'nothing');
    writeFileSync(join(folder, 'broken.cer'), Uint8Array.of(0x30, 3, 1, 1, 1));
    const { code, entries, notTaken } = await json('endorsement-key', 'import', folder);
    expect([code, outcomes(entries)]).toEqual([1, ['listed']]);
    expect(notTaken.map(({ why }: { why: string }) => why)).toEqual([
      expect.stringContaining('line 1 begins one that'),
      expect.stringContaining('holds no certificate'),
    ]);
    expect((await run('endorsement-key', 'import', join(folder, 'none'), '--dir', dir)).code).toBe(2);
    writeFileSync(join(folder, 'new.pem'), bareKey());
    expect((await run('endorsement-key', 'import', folder, '--dir', dir, '--as', 'arthur')).code).toBe(3);
  });

  it('cuts what it sends into bodies that the authority takes', () => {
    const key = (certificate: string) => ({ name: 'n', publicKeyDigest: '', form: { certificate } });
    expect(bodiesOf(Array.from({ length: 1100 }, () => key('x'))).map(({ length }) => length)).toEqual([512, 512, 76]);
    const large = bodiesOf(Array.from({ length: 100 }, () => key('x'.repeat(20_000))));
    expect(large.flat()).toHaveLength(100);
    for (const each of large) expect(JSON.stringify(each).length).toBeLessThan(1_000_000);
  });

  it('waits for a second person where one key alone would have to', async () => {
    const file = join(temporaryFolder(), 'new.pem');
    writeFileSync(file, bareKey());
    expect((await run('approval', 'require', 'trustEndorsementKey', '--dir', dir, '--as', 'alice')).code).toBe(0);
    const { code, err } = await run('endorsement-key', 'import', file, '--dir', dir, '--as', 'alice');
    expect([code, err]).toEqual([3, expect.stringMatching(/second person: trustEndorsementKeys, 1 keys/)]);
  });
});

describe('sekisho tpm-ca import', () => {
  it('trusts each root with what is below it, the nearer the sooner, and knows it again', async () => {
    const folder = join(temporaryFolder(), 'cas');
    mkdirSync(folder);
    const [one, two] = [maker('Maker one'), maker('Maker two')];
    const middle = one.below('Middle');
    const low = one.below('Low', 'Middle', middle.key);
    writeFileSync(join(folder, 'both.pem'), pems(low.der, two.root, middle.der, one.root));
    writeFileSync(join(folder, 'stray.pem'), pems(maker('Maker three').root, low.der));
    const { code, cas, notTaken } = await json('tpm-ca', 'import', folder);
    expect(code).toBe(1);
    expect(cas).toMatchObject([
      { name: 'both 1 Maker two', count: 1, outcome: 'trusted' },
      { name: 'both 2 Maker one', count: 3, outcome: 'trusted' },
    ]);
    expect(notTaken).toMatchObject([{ why: expect.stringContaining('Low, which leads to none') }]);
    const again = await json('tpm-ca', 'import', join(folder, 'both.pem'));
    expect([again.code, outcomes(again.cas)]).toEqual([0, ['known', 'known']]);
  });

  it('is refused by the authority, too, what is no one chain', async () => {
    const file = join(temporaryFolder(), 'gap.pem');
    const one = maker('Maker five');
    const middle = one.below('Gap');
    const forged = one.below('Low', 'Gap', ecKey());
    writeFileSync(file, pems(one.root, middle.der, forged.der));
    const { code, err } = await run('tpm-ca', 'trust', 'gap', file, '--dir', dir);
    expect([code, err]).toEqual([2, expect.stringContaining('CN=Low does not lead to CN=Maker five')]);
  });

  it('refuses what is no CA', async () => {
    const file = join(temporaryFolder(), 'leaf.pem');
    writeFileSync(
      file,
      pems(makeCertificate({ subject: cn('leaf'), key: ecKey(), extensions: [basicConstraints(false)] })),
    );
    const { code, cas } = await json('tpm-ca', 'import', file);
    expect([code, cas]).toMatchObject([1, [{ outcome: 'refused' }]]);
  });
});
