import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../domain/appraisal/policy.js';
import { run } from '../../support/run-cli.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const evidence = (name: string): string => `test/vectors/evidence/${name}.json`;

const codes = (out: string): ReadonlyArray<string> => JSON.parse(out).reasons.map(({ code }: { code: string }) => code);

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
};

const bootLogOf = (name: string): Uint8Array =>
  Buffer.from(JSON.parse(readFileSync(evidence(name), 'utf8')).eventLog, 'base64');

describe('sekisho appraise', () => {
  it('says affirming and exit code 0, and names what was not checked', async () => {
    const { code, out, err } = await run('appraise', evidence('linux-secure-boot-rsassa'), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'affirming',
      reasons: [],
      grade: 'offline',
      notChecked: ['credential-activation', 'base-image'],
    });
    expect(err).toContain('give --ca');
  });

  it.each([
    ['linux-no-secure-boot', ['SecureBootDisabled']],
    ['linux-secure-boot-sha1-bank', ['PcrBankNotAllowed']],
    ['esxi-no-secure-boot', ['SecureBootDisabled']],
  ])('says contraindicated and exit code 1 for %s', async (name, reasons) => {
    const { code, out } = await run('appraise', evidence(name), '--json');
    expect(code).toBe(1);
    expect(codes(out)).toEqual(reasons);
  });

  it('compares with an image made from another host', async () => {
    const image = join(temporaryFolder(), 'image.json');
    const made = await run(
      'base-image',
      'from-evidence',
      evidence('esxi-8.0.3-rsa'),
      '--version',
      '8.0.3',
      '--out',
      image,
    );
    expect(made.code).toBe(0);
    const same = await run('appraise', evidence('esxi-8.0.3-ecc'), '--image', image, '--json');
    expect(JSON.parse(same.out)).toMatchObject({ verdict: 'affirming', image: { version: '8.0.3' } });
    const extra = await run('appraise', evidence('esxi-8.0.3-extra-module'), '--image', image, '--json');
    expect([extra.code, codes(extra.out)]).toEqual([1, ['UnknownModule']]);
    const missing = await run('appraise', evidence('esxi-8.0.3-missing-module'), '--image', image, '--json');
    expect([missing.code, codes(missing.out)]).toEqual([1, ['MissingModule']]);
  });

  it('believes only the CA that it is given', async () => {
    const issuers = (name: string): string => JSON.parse(readFileSync(evidence(name), 'utf8')).ekIssuers.join('\n');
    const own = file('own.pem', issuers('linux-secure-boot-rsassa'));
    const other = file('other.pem', issuers('linux-other-tpm'));
    const good = await run('appraise', evidence('linux-secure-boot-rsassa'), '--ca', own, '--json');
    expect([good.code, good.err]).toEqual([0, '']);
    const bad = await run('appraise', evidence('linux-secure-boot-rsassa'), '--ca', other, '--json');
    expect([bad.code, codes(bad.out)]).toEqual([1, ['EndorsementKeyUntrusted']]);
  });

  it('judges by the policy and the time given', async () => {
    const policy = file('policy.json', JSON.stringify({ ...DEFAULT_POLICY, requireEndorsementKeys: true }));
    const listed = await run('appraise', evidence('linux-secure-boot-rsassa'), '--policy', policy, '--json');
    expect([listed.code, codes(listed.out)]).toEqual([1, ['EndorsementKeyNotListed']]);
    const digest = JSON.parse(listed.out).claims.endorsementKey;
    const known = ['--policy', policy, '--endorsement-key', digest];
    expect((await run('appraise', evidence('linux-secure-boot-rsassa'), ...known)).code).toBe(0);
    const early = await run('appraise', evidence('linux-secure-boot-rsassa'), '--at', '2001-01-01T00:00:00Z', '--json');
    expect([early.code, new Set(codes(early.out))]).toEqual([1, new Set(['EndorsementCertificateNotYetValid'])]);
  });

  it.each([
    ['unreadable JSON', '{"nonce":', 'MalformedJson', ''],
    ['a key given twice', '{"nonce":"00","nonce":"11"}', 'MalformedJson', 'differ'],
    ['a missing field', '{"nonce":"00"}', 'InvalidField', 'akPublic'],
    [
      'base64 that is none',
      JSON.stringify({ ...JSON.parse(readFileSync(evidence('esxi-8.0.2'), 'utf8')), quote: '?' }),
      'InvalidField',
      'quote',
    ],
    ['too much', `{"nonce":"${'0'.repeat(1_100_000)}"}`, 'FileTooLarge', '1048576'],
  ])('answers %s with exit code 2 and one error that names it', async (_, content, code, word) => {
    const ran = await run('appraise', file('evidence.json', content), '--json');
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(ran.err).error.code).toBe(code);
    expect(ran.err).toContain(word);
  });

  it('answers a file that is not there, and an instant that is none, with exit code 2', async () => {
    expect(await run('appraise', '/nowhere/at/all')).toMatchObject({
      code: 2,
      err: expect.stringContaining('does not exist'),
    });
    expect((await run('appraise', evidence('esxi-8.0.2'), '--at', 'tuesday')).code).toBe(2);
  });

  it('grades what a vCenter relays as relayed', async () => {
    const report = file('report.xml', '<returnval><tpmLogReliable>false</tpmLogReliable></returnval>');
    const { code, out, err } = await run('appraise', report, '--json');
    if (code === 2) expect(err).toContain('report');
    else expect(JSON.parse(out)).toMatchObject({ grade: 'relayed', verdict: 'contraindicated' });
    expect((await run('appraise', file('report.xml', '<!DOCTYPE x><x/>'))).code).toBe(2);
  });

  it('does not let names in the evidence drive the terminal', async () => {
    const { out } = await run('appraise', evidence('linux-secure-boot-rsassa'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
    expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
    expect(out).toContain('nothing that was checked speaks against it');
  });
});

describe('sekisho base-image from-evidence', () => {
  it('makes no image from evidence whose quote does not hold', async () => {
    const read = JSON.parse(readFileSync(evidence('linux-secure-boot-rsassa'), 'utf8'));
    const forged = file('forged.json', JSON.stringify({ ...read, nonce: '00'.repeat(32) }));
    const ran = await run('base-image', 'from-evidence', forged, '--version', 'x');
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toContain('qualifying-data');
  });

  it('writes golden registers when asked', async () => {
    const ran = await run(
      'base-image',
      'from-evidence',
      evidence('linux-secure-boot-rsassa'),
      '--version',
      'x',
      '--kind',
      'golden-pcrs',
      '--pcrs',
      '7,4',
    );
    expect(JSON.parse(ran.out)).toMatchObject({ kind: 'golden-pcrs', pcrs: [{ pcr: 4 }, { pcr: 7 }] });
  });
});

describe('sekisho boot-log show', () => {
  it('replays all banks and marks each field', async () => {
    const log = file('boot.log', bootLogOf('linux-secure-boot-rsassa'));
    const { code, out } = await run('boot-log', 'show', log, '--json');
    expect(code).toBe(0);
    const document = JSON.parse(out);
    const { pcrs } = JSON.parse(readFileSync(evidence('linux-secure-boot-rsassa'), 'utf8'));
    for (const [pcr, value] of Object.entries(pcrs.sha256))
      expect([pcr, document.pcrs.sha256[pcr]]).toEqual([pcr, value]);
    const coverages = new Set(
      document.measurements.flatMap(({ fields }: { fields: ReadonlyArray<{ coverage: string }> }) =>
        fields.map(({ coverage }) => coverage),
      ),
    );
    expect(coverages).toEqual(new Set(['covered-by-digest', 'claim']));
    expect((await run('boot-log', 'show', log)).out).toContain('variable = SecureBoot');
  });

  it('names where a truncated log ends', async () => {
    const ran = await run('boot-log', 'show', file('cut.log', bootLogOf('linux-secure-boot-rsassa').slice(0, 1000)));
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/offset \d+/);
  });
});

describe('the command line', () => {
  it('answers wrong usage with exit code 2 and help with 0', async () => {
    expect((await run('no-such-command')).code).toBe(2);
    expect((await run('appraise')).code).toBe(2);
    expect((await run('host', 'quarantine', 'web-1')).code).toBe(2);
    expect((await run('--version')).out).toBe('0.0.0\n');
    const help = await run('--help');
    expect([help.code, help.err]).toEqual([0, '']);
    expect(help.out).toContain('Exit codes');
  });
});
