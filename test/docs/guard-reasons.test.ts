import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ADVICE } from '../../domain/guard/advice.js';
import { GUARD_REASONS } from '../../domain/guard/guard-reasons.js';

const codesIn = (document: string): ReadonlyArray<string | undefined> => {
  const text = readFileSync(new URL(`../../docs/${document}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^\| `([\w-]+)` \| \S.*\S \|$/gm)].map(([, code]) => code);
};

it('docs/guard-reasons.md explains every reason once, in the order of the list', () => {
  expect(codesIn('guard-reasons.md')).toEqual(GUARD_REASONS);
});

it('docs/guard.md explains every piece of advice once, in the order of the list', () => {
  expect(codesIn('guard.md').filter((code) => ADVICE.some((each) => each === code))).toEqual(ADVICE);
});
