import { describe, expect, it } from 'vitest';
import { judge, recorded } from '../../support/appraisal.js';
import { forged, goodTpm, keyDigest } from '../../support/forged-evidence.js';

const certified = recorded('linux-secure-boot-rsassa');
const bare = forged(certified);

const digests = {
  certified: keyDigest(certified.evidence.ekPublic ?? new Uint8Array()),
  bare: keyDigest(goodTpm.ekPublic),
};

const codes = (
  which: 'certified' | 'bare',
  listed: boolean,
  requireEndorsementKeys: boolean,
  requireCertificateValidation: boolean,
) =>
  judge(which === 'bare' ? bare : certified, {
    policy: { requireEndorsementKeys, requireCertificateValidation },
    reference: listed ? { endorsementKeys: [{ name: 'k', publicKeyDigest: digests[which] }] } : {},
  }).reasons.map(({ code }) => code);

describe('the two switches of the policy for endorsement keys', () => {
  it('certificate only: a chain to a trusted CA is needed, a list does not replace it', () => {
    expect(codes('certified', false, false, true)).toEqual([]);
    expect(codes('bare', true, false, true)).toEqual(['EndorsementCertificateMissing']);
  });
  it('both: a chain and a place on the list', () => {
    expect(codes('certified', true, true, true)).toEqual([]);
    expect(codes('certified', false, true, true)).toEqual(['EndorsementKeyNotListed']);
    expect(codes('bare', true, true, true)).toEqual(['EndorsementCertificateMissing']);
  });
  it('list only: a listed key is enough, with or without a certificate', () => {
    expect(codes('bare', true, true, false)).toEqual([]);
    expect(codes('certified', true, true, false)).toEqual([]);
    expect(codes('certified', false, true, false)).toEqual(['EndorsementKeyNotListed']);
  });
  it('neither: one of the two must still vouch for the key', () => {
    expect(codes('certified', false, false, false)).toEqual([]);
    expect(codes('bare', true, false, false)).toEqual([]);
    expect(codes('bare', false, false, false)).toEqual(['EndorsementKeyUntrusted']);
  });
  it('asks for some endorsement key in any case', () => {
    const none = { ...bare, evidence: { ...bare.evidence, ekPublic: undefined } };
    const result = judge(none, { policy: { requireEndorsementKeys: false, requireCertificateValidation: false } });
    expect(result.reasons.map(({ code }) => code)).toEqual(['EndorsementKeyMissing']);
  });
});

describe('the list of TPM models', () => {
  const tpm = judge(certified).claims.tpm;
  const model = {
    manufacturer: tpm?.manufacturer ?? '',
    model: tpm?.model ?? '',
    firmwareVersions: [tpm?.firmwareVersion ?? ''],
    biosVersions: [],
    asOf: '2026-01-01T00:00:00.000Z',
  };
  const reasons = (tpmModels: ReadonlyArray<typeof model>, file = certified) =>
    judge(file, { policy: { requireListedTpmModel: true }, reference: { tpmModels } }).reasons.map(({ code }) => code);
  it('accepts a listed one and refuses others', () => {
    expect(tpm).toBeDefined();
    expect(reasons([model])).toEqual([]);
    expect(reasons([])).toEqual(['TpmModelNotListed']);
    expect(reasons([{ ...model, firmwareVersions: ['id:1'] }])).toEqual(['TpmModelNotListed']);
  });
  it('wants the listed BIOS where the entry names one', () =>
    expect(
      judge(certified, {
        policy: { requireListedTpmModel: true },
        reference: { tpmModels: [{ ...model, biosVersions: ['no such'] }] },
      }).reasons.map(({ code }) => code),
    ).toEqual(['TpmModelNotListed']));
  it('does not know a TPM that no certificate describes', () => {
    const result = judge(bare, {
      policy: { requireListedTpmModel: true, requireCertificateValidation: false },
      reference: { tpmModels: [model], endorsementKeys: [{ name: 'k', publicKeyDigest: digests.bare }] },
    });
    expect(result.reasons.map(({ code }) => code)).toEqual(['TpmModelUnknown']);
  });
});
