import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseSite } from '../../../../adapters/cli/site/read-site.js';
import { leftOf, rightOf } from '../../../support/either.js';

const messageOf = (text: string): string => leftOf(parseSite('site.yaml', text)).message;

describe('a site file', () => {
  it.each([
    [
      'an unknown field, by its line',
      'site: 1\nhosts:\n  - id: a\n    colour: red\n',
      /^site\.yaml:4: hosts\.0\.colour is not a known field/,
    ],
    [
      'a wrong value, by its line',
      'site: 1\nhosts:\n  - id: a\n  - id: "a b"\n',
      /^site\.yaml:4: hosts\.1\.id must be HostId/,
    ],
    [
      'a missing field, by the line of the thing',
      'site: 1\noperators:\n  - subject: x\n',
      /^site\.yaml:3: operators\.0\.role is missing/,
    ],
    [
      'a name given twice',
      'site: 1\nhosts:\n  - id: a\n  - id: b\n  - id: a\n',
      /^site\.yaml:5: hosts\.2\.id is given twice/,
    ],
    [
      'a version that YAML takes for a number',
      'site: 1\ntpmModels:\n  - manufacturer: S\n    model: 7\n    firmwareVersions: []\n    biosVersions: []\n    asOf: 2026-11-01T00:00:00.000Z\n',
      /^site\.yaml:4: tpmModels\.0\.model .*quotes/,
    ],
    ['a key twice', 'site: 1\nhosts: []\nhosts: []\n', /^site\.yaml:3: is no YAML/],
    ['what is no YAML', 'site: 1\nhosts: [\n', /^site\.yaml:\d: is no YAML/],
    ['an alias, which could grow without end', 'site: 1\nhosts: &a []\noperators: *a\n', /aliases/],
    ['another version of the format', 'site: 2\n', /^site\.yaml:1: site must be/],
    ['no mapping at all', '- 1\n', /^site\.yaml:1: /],
    [
      'two forms of one key',
      'site: 1\nendorsementKeys:\n  - name: k\n    publicKey: a\n    certificate: b\n',
      /^site\.yaml:3: endorsementKeys\.0 .*exactly one/,
    ],
    [
      'a secret in the file',
      'site: 1\nkeyProviders:\n  - id: p\n    kind: kmip\n    credential: hunter2\n',
      /^site\.yaml:5: keyProviders\.0\.credential is not a known field$/,
    ],
  ])('is refused for %s', (_, text, message) => {
    expect(messageOf(text)).toMatch(message);
  });

  it('may be JSON, and may say nothing', () => {
    expect(rightOf(parseSite('f', '{"site": 1, "hosts": [{"id": "a"}]}')).hosts).toEqual([{ id: 'a' }]);
    expect(rightOf(parseSite('f', 'site: 1\n'))).toEqual({ site: 1 });
  });

  it('never fails in another way than by saying so, whatever it holds', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(value, fc.constantFrom('hosts', 'policy', 'keyProviders', 'baseImages', 'site'), (given, section) => {
        const read = parseSite('f', stringify({ site: 1, [section]: given }));
        if (E.isLeft(read)) expect(read.left).toMatchObject({ exit: 2, message: expect.stringContaining('f') });
      }),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const read = parseSite('f', text);
        if (E.isLeft(read)) expect(read.left.exit).toBe(2);
      }),
    );
  });
});
