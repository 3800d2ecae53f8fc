import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import { meetsQuorum } from '../../../domain/transparency/quorum.js';
import { formatVerifierKey } from '../../../domain/transparency/verifier-key.js';
import { parseWitnessPolicy, type WitnessPolicy } from '../../../domain/transparency/witness-policy.js';
import { left, right } from '../../support/ledger.js';
import { noteSigner, verifierKey } from '../../support/note-signers.js';
import { oddText } from '../../support/odd-text.js';

const logKey = (n: number): string =>
  formatVerifierKey(verifierKey(noteSigner(`log${String(n)}.example`, n), 'ed25519'));
const witnessKey = (n: number): string =>
  formatVerifierKey(verifierKey(noteSigner(`witness${String(n)}.example`, 100 + n), 'cosignature-v1'));
const parse = (...lines: ReadonlyArray<string>) =>
  parseWitnessPolicy(nodeHashing, utf8(lines.map((line) => `${line}\n`).join('')));
const [L, W1, W2, W3] = [logKey(1), witnessKey(1), witnessKey(2), witnessKey(3)];

// The shape of the example in C2SP tlog-policy: two of three, and any of three, both.
const EXAMPLE = [
  `log ${L} https://log.example/`,
  '',
  ...[1, 2, 3].map((n) => `witness X${String(n)} ${witnessKey(n)}`),
  'group X-witnesses 2 X1 X2 X3',
  '\t# the other operator',
  ...[4, 5, 6].map((n) => `witness  Y${String(n)}\t${witnessKey(n)} https://y${String(n)}.example/w `),
  'group Y-witnesses any Y4 Y5 Y6',
  'group X-and-Y all X-witnesses Y-witnesses',
  'quorum X-and-Y',
];

const met = (policy: WitnessPolicy, ...names: ReadonlyArray<string>): boolean =>
  meetsQuorum(
    policy.quorum,
    policy.witnesses.filter(({ name }) => names.includes(name)),
  );

describe('a witness policy', () => {
  it('of the shape in the specification is met by exactly the sets that it asks for', () => {
    const policy = right(parse(...EXAMPLE));
    expect(policy.logs.map(({ key, url }) => [key.name, url])).toEqual([['log1.example', 'https://log.example/']]);
    expect(policy.witnesses.map(({ url }) => url)).toEqual([
      undefined,
      undefined,
      undefined,
      'https://y4.example/w',
      'https://y5.example/w',
      'https://y6.example/w',
    ]);
    expect(met(policy, 'X1', 'X3', 'Y5')).toBe(true);
    expect(met(policy, 'X1', 'X2', 'X3', 'Y4', 'Y5', 'Y6')).toBe(true);
    expect(met(policy, 'X1', 'Y4', 'Y5', 'Y6')).toBe(false);
    expect(met(policy, 'X1', 'X2', 'X3')).toBe(false);
    expect(met(policy)).toBe(false);
  });

  it('counts a witness that cosigned twice once', () => {
    const policy = right(parse(`witness a ${W1}`, `witness b ${W2}`, 'group g 2 a b', 'quorum g'));
    const [a] = policy.witnesses;
    expect(meetsQuorum(policy.quorum, [a!, a!])).toBe(false);
  });

  it('may ask for no witness, or for one', () => {
    expect(met(right(parse('quorum none')))).toBe(true);
    const one = right(parse(`witness a ${W1}`, 'quorum a'));
    expect([met(one), met(one, 'a')]).toEqual([false, true]);
  });

  it('takes names as octets, UTF-8 or not', () => {
    const policy = right(parse(`witness \u212a ${W1}`, `witness K ${W2}`, 'quorum K'));
    expect(policy.witnesses.map(({ name }) => name)).toEqual(['\u212a', 'K']);
    const bytes = Uint8Array.from([
      ...utf8('# '),
      0xff,
      0xfe,
      ...utf8(`\nwitness `),
      0xff,
      ...utf8(` ${W1}\nquorum `),
      0xff,
      0x0a,
    ]);
    expect(E.isRight(parseWitnessPolicy(nodeHashing, bytes))).toBe(true);
  });

  it('supports 32 logs, witnesses and groups', () => {
    const numbers = Array.from({ length: 32 }, (_, i) => i + 1);
    const lines = [
      ...numbers.map((n) => `log ${logKey(n)}`),
      ...numbers.map((n) => `witness w${String(n)} ${witnessKey(n)}`),
      ...numbers.map((n) => `group g${String(n)} any w${String(n)}`),
      'quorum g32',
    ];
    expect(E.isRight(parse(...lines))).toBe(true);
  });

  it.each([
    ['no quorum line', [`witness a ${W1}`], 'quorum'],
    ['two quorum lines', ['quorum none', 'quorum none'], 'line 2'],
    ['a quorum that is defined later', ['quorum a', `witness a ${W1}`], 'line 1'],
    ['a group of nobody', ['group g any', 'quorum g'], 'line 1'],
    ['a threshold of 0', [`witness a ${W1}`, 'group g 0 a', 'quorum g'], 'line 2'],
    ['a threshold beyond the members', [`witness a ${W1}`, 'group g 2 a', 'quorum g'], 'line 2'],
    ['a threshold with a leading zero', [`witness a ${W1}`, 'group g 01 a', 'quorum g'], 'line 2'],
    ['a member defined later', ['group g any a', `witness a ${W1}`, 'quorum g'], 'line 1'],
    ['a group in itself', ['group g any g', 'quorum g'], 'line 1'],
    ['a member twice in one group', [`witness a ${W1}`, 'group g 2 a a', 'quorum g'], 'line 2'],
    ['a member of two groups', [`witness a ${W1}`, 'group g any a', 'group h any a', 'quorum g'], 'line 3'],
    ['none as a member', ['group g any none', 'quorum g'], 'line 1'],
    ['a witness called none', [`witness none ${W1}`, 'quorum none'], 'line 1'],
    ['a name twice', [`witness a ${W1}`, `witness a ${W2}`, 'quorum a'], 'line 2'],
    ['a witness key twice', [`witness a ${W1}`, `witness b ${W1}`, 'quorum a'], 'line 2'],
    ['a log key twice', [`log ${L}`, `log ${L}`, 'quorum none'], 'line 2'],
    ['a log key for a witness', [`witness a ${L}`, 'quorum a'], 'line 1'],
    ['a witness key for a log', [`log ${W3}`, 'quorum none'], 'line 1'],
    ['a key that is none', ['log example.com+01020304+AAAA', 'quorum none'], 'line 1'],
    ['an URL of another kind', [`log ${L} file:///etc/passwd`, 'quorum none'], 'line 1'],
    ['words too many', [`log ${L} https://a b`, 'quorum none'], 'line 1'],
    ['an unknown word', ['witnesses a', 'quorum none'], 'line 1'],
    ['a carriage return', ['quorum none\r'], '(whole)'],
  ])('with %s is refused', (_, lines, field) => {
    expect(left(parse(...lines))).toMatchObject({ _tag: 'Malformed', document: 'policy', field });
  });

  it('must end with a newline', () => {
    expect(left(parseWitnessPolicy(nodeHashing, utf8('quorum none')))).toMatchObject({ field: '(whole)' });
  });

  it('parser survives any text', () => {
    const words = fc.constantFrom('log', 'witness', 'group', 'quorum', 'none', 'a', 'b', 'any', 'all', '1', '#', W1, L);
    const line = fc.array(words, { maxLength: 5 }).map((items) => items.join(' '));
    fc.assert(
      fc.property(fc.array(fc.oneof(line, oddText), { maxLength: 6 }), (lines) => {
        const read = parse(...lines);
        expect(E.isLeft(read) || lines.some((text) => text.includes('quorum'))).toBe(true);
      }),
    );
  });
});
