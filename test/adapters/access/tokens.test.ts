import { describe, expect, it } from 'vitest';
import { digestOfToken, isOwnToken, newToken } from '../../../adapters/access/tokens.js';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { systemRandom } from '../../../adapters/system.js';

const made = (): string => newToken(systemRandom.bytes);

describe('tokens', () => {
  it('are 256 random bits behind a prefix, and never the same', () => {
    const tokens = Array.from({ length: 100 }, made);
    expect(new Set(tokens).size).toBe(100);
    for (const token of tokens) expect([token, isOwnToken(token)]).toEqual([token, true]);
  });

  it('are known by their SHA-256', () => {
    // printf sekisho_AAAA...A | sha256sum
    expect(
      digestOfToken(
        nodeHashing,
        newToken((size) => new Uint8Array(size)),
      ),
    ).toBe('0db09ea5fdbdc98a5809edfb4b9cff91c329e36987ef6a5a38ef99c2d92db217');
  });

  it('are none with anything put in front, behind or instead', () => {
    const token = made();
    for (const wrong of [
      '',
      'sekisho_',
      `${token}a`,
      ` ${token}`,
      `${token}\n`,
      token.slice(0, -1),
      token.toUpperCase(),
    ])
      expect([wrong, isOwnToken(wrong)]).toEqual([wrong, false]);
  });
});
