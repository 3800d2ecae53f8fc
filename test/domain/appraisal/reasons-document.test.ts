import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REASON_CODES } from '../../../domain/appraisal/reason-codes.js';

it('docs/reasons.md explains every reason code once, in the order of the list', () => {
  const document = readFileSync(new URL('../../../docs/reasons.md', import.meta.url), 'utf8');
  const rows = [...document.matchAll(/^\| `([A-Z]\w+)` \| (\S.*\S) \| (\S.*\S) \|$/gm)].map((row) => row[1]);
  expect(rows).toEqual([...REASON_CODES]);
});
