import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { pemOf } from '../../../adapters/crypto/pem-text.js';
import { pemBlocks } from '../../../adapters/import/pem-blocks.js';
import { toBase64 } from '../../../domain/encoding/bytes.js';

const label = fc.constantFrom('CERTIFICATE' as const, 'PUBLIC KEY' as const);
const block = fc.record({ label, der: fc.uint8Array({ minLength: 1, maxLength: 300 }) });
const prose = fc.string({ maxLength: 40 }).filter((text) => !text.includes('-----'));

describe('PEM blocks', () => {
  it('come out as they were written, whatever stands between them and however lines end', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(prose, block), { minLength: 1 }), fc.constantFrom('\n', '\r\n'), (parts, end) => {
        const text = parts.map(([between, each]) => `${between}\n${pemOf(each.label, each.der)}`).join('');
        const read = pemBlocks(text.replaceAll('\n', end), 100);
        expect(E.isRight(read) && read.right.map(({ label: l, der }) => [l, toBase64(der)])).toEqual(
          parts.map(([, each]) => [each.label, toBase64(each.der)]),
        );
      }),
    );
  });

  it('never throw, and never make more of a text than it holds', () => {
    const piece = fc.constantFrom(
      '-----BEGIN CERTIFICATE-----',
      '-----END CERTIFICATE-----',
      'AAAA',
      '=',
      '\n',
      'x',
      '-----',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const read = pemBlocks(pieces.join(''), 3);
        if (E.isRight(read)) expect(read.right.length).toBeLessThanOrEqual(3);
      }),
    );
  });

  it.each([
    ['nothing', 'hello', 'holds no certificate and no public key'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'line 1 begins a private key'],
    [
      'a request',
      '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----',
      'neither a certificate',
    ],
    ['a block without an end', 'x\n-----BEGIN CERTIFICATE-----\nAAAA\n', 'line 2 begins a block without an end'],
    ['a block with another end', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END PUBLIC KEY-----', 'line 3 is neither'],
    ['an empty block', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----', 'not base64'],
    ['bad padding', '-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----', 'not base64'],
    ['too many', pemOf('CERTIFICATE', new Uint8Array(3)).repeat(4), 'more than 3'],
  ])('refuse %s by name', (_, text, rule) => {
    expect(pemBlocks(text, 3)).toEqual(E.left(expect.stringContaining(rule)));
  });
});
