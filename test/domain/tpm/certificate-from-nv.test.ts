import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../../domain/encoding/bytes.js';
import { certificateFromNv } from '../../../domain/tpm/certificate-from-nv.js';
import { RSA } from '../../support/recorded-tpm.js';

const certificate = RSA.ekCertificate;
const size = certificate.length + 2;
const header = Uint8Array.of(0x10, 0x01, 0x00, size >> 8, size & 0xff, 0x10, 0x02);
const filler = (byte: number): Uint8Array => new Uint8Array(100).fill(byte);

describe('a certificate from NV', () => {
  it.each([
    ['alone', certificate],
    ['with ff behind it', concat(certificate, filler(0xff))],
    ['with 00 behind it', concat(certificate, filler(0))],
    ['in its header', concat(header, certificate)],
    ['in its header with filler', concat(header, certificate, filler(0xff))],
  ])('is the same %s', (_how, bytes) => {
    expect(certificateFromNv(bytes)).toEqual(certificate);
  });

  it('keeps what is neither filler nor header, for the decoder to refuse', () => {
    for (const rest of [Uint8Array.of(1), Uint8Array.of(0xff, 0), Uint8Array.of(0, 0xff)]) {
      expect(certificateFromNv(concat(certificate, rest))).toEqual(concat(certificate, rest));
    }
    const partial = concat(Uint8Array.of(0x10, 0x01, 0x01), header.subarray(3), certificate);
    expect(certificateFromNv(partial)).toEqual(partial);
  });

  it('is a part of what was there, whatever that is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, wrapped) => {
        const input = wrapped ? concat(header.subarray(0, 3), bytes) : bytes;
        expect(Buffer.from(input).includes(Buffer.from(certificateFromNv(input)))).toBe(true);
      }),
    );
  });
});
