import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RELEASE_REASONS } from '../../domain/key-release/release-reasons.js';

it('docs/release-reasons.md explains every reason once, in the order of the list', () => {
  const document = readFileSync(new URL('../../docs/release-reasons.md', import.meta.url), 'utf8');
  const codes = [...document.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
  expect(codes).toEqual(RELEASE_REASONS);
});
