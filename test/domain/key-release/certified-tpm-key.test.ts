import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../domain/encoding/bytes.js';
import { type Certifying, certificationData, judgeTpmKey } from '../../../domain/key-release/certified-tpm-key.js';
import { appraisalEngines } from '../../support/appraisal.js';
import { flipBit } from '../../support/bytes.js';
import { engines } from '../../support/engines.js';
import { CREATED } from '../../support/recorded-tpm.js';

/* A key that a TPM made and its AK certified; test/vectors/tpm/README.md says how. */
const vector = JSON.parse(readFileSync(new URL('../../vectors/tpm/certify.json', import.meta.url), 'utf8')) as Readonly<
  Record<'akPublic' | 'certifiedPublic' | 'attest' | 'signature', string>
>;
const both = { ...engines, ...appraisalEngines };
const genuine: Certifying = {
  key: {
    publicArea: fromHex(vector.certifiedPublic),
    attest: fromHex(vector.attest),
    signature: fromHex(vector.signature),
    boundTo: undefined,
  },
  akPublic: fromHex(vector.akPublic),
  qualifyingData: fromHex('00ff55aa'),
  bootPcrs: {},
};
const unfit = (given: Partial<Certifying['key']>, rest: Partial<Certifying> = {}): ReadonlyArray<string> =>
  judgeTpmKey(both, { ...genuine, ...rest, key: { ...genuine.key, ...given } }).unfit;

/* One that a TPM made for an agent, with its AK's word for the creation. */
const ZEROES = '00'.repeat(32);
const made: Certifying = {
  key: {
    publicArea: fromHex(CREATED.publicArea),
    attest: fromHex(CREATED.attest),
    signature: fromHex(CREATED.signature),
    boundTo: { bank: 'sha256', pcrs: [0, 7] },
  },
  akPublic: fromHex(CREATED.akPublic),
  qualifyingData: certificationData(engines.hashing, 'key-access/example'),
  bootPcrs: { 'sha256:0': ZEROES, 'sha256:7': ZEROES },
};

describe('a TPM key whose creation an AK certified', () => {
  const unfitOf = (given: Partial<Certifying>): ReadonlyArray<string> => judgeTpmKey(both, { ...made, ...given }).unfit;

  it('is fit for what it was certified for, in the boot state that it is bound to', () => {
    expect(unfitOf({})).toEqual([]);
  });

  it('is not for another token, another boot state or another key', () => {
    const otherToken = certificationData(engines.hashing, 'key-access/other');
    expect(unfitOf({ qualifyingData: otherToken })).toEqual(['CertificationStale']);
    expect(unfitOf({ bootPcrs: { ...made.bootPcrs, 'sha256:7': '11'.repeat(32) } })).toEqual(['PcrPolicyMismatch']);
    expect(unfitOf({ key: { ...made.key, publicArea: genuine.key.publicArea } })).toContain(
      'CertificationOfAnotherKey',
    );
  });

  it('is refused with any bit of its certification changed', () => {
    for (let bit = 0; bit < made.key.attest.length * 8; bit += 7) {
      expect(unfitOf({ key: { ...made.key, attest: flipBit(made.key.attest, bit) } })).not.toEqual([]);
    }
  });
});

describe('a TPM key that an AK certified', () => {
  it('is believed as a TPM made it, but for what makes it no decryption key of ours', () => {
    const { key, unfit: found } = judgeTpmKey(both, genuine);
    expect(key?.kty).toBe('rsa');
    expect(found.filter((fault) => /^(?:Certification|NotA)/.test(fault))).toEqual([]);
  });

  it('is refused with any bit of certification, signature or public area changed', () => {
    for (const part of ['attest', 'signature', 'publicArea'] as const) {
      const bytes = genuine.key[part];
      for (let i = 0; i < 40; i++) {
        const bit = Math.floor((i * bytes.length * 8) / 40);
        const found = unfit({ [part]: flipBit(bytes, bit) });
        expect(found.some((fault) => /^(?:Certification|NotA|PublicAreaMalformed|KeyNotRsa)/.test(fault))).toBe(true);
      }
    }
  });

  it('is refused when it was certified for another token, by another AK, or as a quote', () => {
    expect(unfit({}, { qualifyingData: certificationData(engines.hashing, 'key-access/other') })).toContain(
      'CertificationStale',
    );
    expect(unfit({}, { akPublic: genuine.key.publicArea })).toContain('CertificationSignatureInvalid');
    expect(unfit({}, { akPublic: new Uint8Array() })).toContain('CertificationSignatureInvalid');
    expect(unfit({ attest: new Uint8Array(4) })).toContain('CertificationMalformed');
    expect(unfit({ publicArea: genuine.akPublic })).toEqual(['KeyNotRsa']);
  });

  it('is refused as bound to registers that its policy does not name', () => {
    const boundTo = { bank: 'sha256', pcrs: [0, 7] } as const;
    expect(unfit({ boundTo })).toContain('PcrPolicyMismatch');
    expect(unfit({ boundTo }, { bootPcrs: { 'sha256:0': '00'.repeat(32), 'sha256:7': '11'.repeat(32) } })).toContain(
      'PcrPolicyMismatch',
    );
  });
});
