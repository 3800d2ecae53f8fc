import { constants, createHash, createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EvidenceFile } from '../adapters/agent/collect-evidence.js';
import { bootLogRecords, EV_NO_ACTION } from './lab/boot-log-records.js';

/*
 * The recorded evidence is what most tests and the demo believe to be real, so it is checked here by means that share no
 * code with the product.
 */
const folder = new URL('./vectors/evidence/', import.meta.url);
const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
const read = (name: string): EvidenceFile =>
  JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as EvidenceFile;

const HASHES: Readonly<Record<number, string>> = { 0x04: 'sha1', 0x0b: 'sha256', 0x0c: 'sha384' };
const BANKS: Readonly<Record<string, number>> = { sha1: 0x04, sha256: 0x0b, sha384: 0x0c };
const RSAPSS = 0x16;
const ECDSA = 0x18;
const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
const hashOf = (algorithm: number, ...parts: ReadonlyArray<Buffer>): Buffer =>
  createHash(HASHES[algorithm] ?? '')
    .update(Buffer.concat(parts))
    .digest();

/** The unique field ends a TPM2B_PUBLIC: a modulus, or x and y each with its size. */
const keyOf = (publicArea: Buffer): KeyObject => {
  const isRsa = publicArea.readUInt16BE(2) === 0x0001;
  if (isRsa)
    return createPublicKey({
      key: { kty: 'RSA', e: 'AQAB', n: publicArea.subarray(-256).toString('base64url') },
      format: 'jwk',
    });
  const size = publicArea.readUInt16BE(publicArea.length - 34) === 32 ? 32 : 48;
  const crv = size === 32 ? 'P-256' : 'P-384';
  const y = publicArea.subarray(-size).toString('base64url');
  const x = publicArea.subarray(-2 * size - 2, -size - 2).toString('base64url');
  return createPublicKey({ key: { kty: 'EC', crv, x, y }, format: 'jwk' });
};

const isSigned = (key: KeyObject, message: Buffer, signature: Buffer): boolean => {
  const [scheme, hash] = [signature.readUInt16BE(0), HASHES[signature.readUInt16BE(2)]];
  const size = signature.readUInt16BE(4);
  const first = signature.subarray(6, 6 + size);
  if (scheme === RSAPSS) return verify(hash, message, { key, padding: constants.RSA_PKCS1_PSS_PADDING }, first);
  if (scheme !== ECDSA) return verify(hash, message, key, first);
  const width = key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 48 : 32;
  const fixed = (part: Buffer): Buffer => Buffer.concat([Buffer.alloc(width - part.length), part]);
  const second = signature.subarray(8 + size);
  return verify(hash, message, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat([fixed(first), fixed(second)]));
};

/** magic, type, signer's name, then extraData and, after clock and firmware, the PCR selections and their digest. */
const attestOf = (quote: Buffer) => {
  const extraAt = 8 + quote.readUInt16BE(6);
  const clockAt = extraAt + 2 + quote.readUInt16BE(extraAt);
  const banks: Array<number> = [];
  let at = clockAt + 25 + 4;
  for (let left = quote.readUInt32BE(clockAt + 25); left > 0; left--) {
    banks.push(quote.readUInt16BE(at));
    at += 3 + quote.readUInt8(at + 2);
  }
  return {
    extraData: quote.subarray(extraAt + 2, clockAt),
    clock: quote.readBigUInt64BE(clockAt),
    resetCount: quote.readUInt32BE(clockAt + 8),
    safe: quote.readUInt8(clockAt + 16),
    banks,
    pcrDigest: quote.subarray(at + 2),
  };
};

const replay = (log: Buffer, algorithm: number): ReadonlyMap<number, Buffer> => {
  const registers = new Map<number, Buffer>();
  for (const { pcr, eventType, digests } of bootLogRecords(log).records) {
    const digest = digests.get(algorithm);
    if (eventType === EV_NO_ACTION || digest === undefined) continue;
    registers.set(pcr, hashOf(algorithm, registers.get(pcr) ?? Buffer.alloc(digest.length), digest));
  }
  return registers;
};

describe.each(names)('recorded evidence %s', (name) => {
  const file = read(name);
  const quote = bytes(file.quote);
  const attest = attestOf(quote);
  const valuesOf = (bank: string): ReadonlyArray<string> => Object.values(file.pcrs[bank] ?? {});

  it('is signed by its attestation key over its qualifying data', () => {
    expect(isSigned(keyOf(bytes(file.akPublic)), quote, bytes(file.signature))).toBe(true);
    expect(attest.extraData.toString('hex')).toBe(file.nonce);
  });

  it('names its attestation key', () => {
    const area = bytes(file.akPublic).subarray(2);
    const algorithm = area.readUInt16BE(2);
    expect(file.akName).toBe(algorithm.toString(16).padStart(4, '0') + hashOf(algorithm, area).toString('hex'));
  });

  it('quotes the registers it lists, in the order of its selection', () => {
    const values = attest.banks.flatMap((bank) => valuesOf(HASHES[bank] ?? ''));
    const digest = hashOf(bytes(file.signature).readUInt16BE(2), ...values.map((value) => Buffer.from(value, 'hex')));
    expect(attest.pcrDigest.toString('hex')).toBe(digest.toString('hex'));
  });

  it('has a boot log that replays to these registers', () => {
    for (const [bank, values] of Object.entries(file.pcrs)) {
      const registers = replay(bytes(file.eventLog), BANKS[bank] ?? 0);
      for (const [index, value] of Object.entries(values)) {
        expect(registers.get(Number(index))?.toString('hex') ?? '00'.repeat(value.length / 2)).toBe(value);
      }
    }
  });

  it('has a certificate for exactly its endorsement key, from its issuers', () => {
    const certificate = new X509Certificate(bytes(file.ekCertificate));
    expect(certificate.publicKey.equals(keyOf(bytes(file.ekPublic)))).toBe(true);
    const issuers = file.ekIssuers.map((pem) => new X509Certificate(pem));
    expect(issuers.some((issuer) => certificate.verify(issuer.publicKey))).toBe(true);
  });
});

describe('recorded evidence of one TPM', () => {
  const clockOf = (name: string) => attestOf(bytes(read(name).quote));

  it('counts its reboots', () => {
    const boots = ['linux-secure-boot-rsassa', 'linux-second-boot', 'linux-other-command-line', 'linux-no-secure-boot'];
    const first = clockOf('linux-secure-boot-rsassa').resetCount;
    expect(boots.map((name) => clockOf(name).resetCount - first)).toEqual([0, 1, 2, 3]);
    expect(new Set(boots.map((name) => read(name).akName)).size).toBe(1);
  });

  it('shows what a power cut does to its clock', () => {
    const [before, after] = [clockOf('esxi-8.0.2'), clockOf('esxi-8.0.2-after-power-cut')];
    expect([before.safe, after.safe]).toEqual([1, 0]);
    expect(after.clock).toBeLessThan(before.clock);
  });
});
