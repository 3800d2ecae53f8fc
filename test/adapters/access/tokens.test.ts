import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTokenStore } from '../../../adapters/access/token-store.js';
import { newToken, principalOf, tokenDigest } from '../../../adapters/access/tokens.js';
import { systemRandom } from '../../../adapters/system.js';
import { leftOf, rightOf } from '../../support/either.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const NOW = '2026-12-01T00:00:00.000Z';
const auditor = { subject: 'eve', role: 'auditor' } as const;

const open = async (file: string) => rightOf(await openTokenStore(file, systemRandom.bytes)());

describe('tokens', () => {
  it('are 256 random bits behind a prefix, and never the same', () => {
    const tokens = Array.from({ length: 100 }, () => newToken());
    expect(new Set(tokens).size).toBe(100);
    for (const token of tokens) expect(token).toMatch(/^sekisho_[A-Za-z0-9_-]{43}$/);
  });

  it('fit their holder and nobody else, whatever is put in front, behind or instead', () => {
    const token = newToken();
    const records = [
      { sha256: tokenDigest(newToken()), subject: 'other', role: 'auditor' as const, createdAt: NOW },
      { sha256: tokenDigest(token), ...auditor, createdAt: NOW },
    ];
    expect(principalOf(records, token)).toEqual(auditor);
    for (const wrong of [
      '',
      'sekisho_',
      newToken(),
      `${token}a`,
      ` ${token}`,
      token.slice(0, -1),
      token.toUpperCase(),
    ]) {
      expect(principalOf(records, wrong)).toBeUndefined();
    }
  });
});

describe('the token store', () => {
  it('keeps digests only, in a file of its owner', async () => {
    const file = join(temporaryFolder(), 'tokens.json');
    const store = await open(file);
    const token = rightOf(await store.issue(auditor, NOW)());
    expect(readFileSync(file, 'utf8')).not.toContain(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await open(file)).find(token)).toEqual(auditor);
  });

  it('ends the earlier token of a subject with a new one, and all with a withdrawal', async () => {
    const store = await open(join(temporaryFolder(), 'tokens.json'));
    const first = rightOf(await store.issue(auditor, NOW)());
    const second = rightOf(await store.issue(auditor, NOW)());
    expect([store.find(first), store.find(second)]).toEqual([undefined, auditor]);
    rightOf(await store.withdraw('eve')());
    expect([store.find(second), store.holders()]).toEqual([undefined, []]);
  });

  it.each(['{', '{"version":2,"tokens":[]}', '{"version":1,"tokens":[{"sha256":"00"}]}'])(
    'opens no file that says %s',
    async (text) => {
      const file = join(temporaryFolder(), 'tokens.json');
      writeFileSync(file, text);
      expect(leftOf(await openTokenStore(file, systemRandom.bytes)())).toMatchObject({ _tag: 'FileFault', file });
    },
  );
});
