import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../domain/appraisal/policy.js';
import { concat } from '../../../domain/encoding/bytes.js';
import type { PcrValues } from '../../../domain/tpm/pcr-digest.js';
import { judge, reasonsOf, recorded, type Setting } from '../../support/appraisal.js';
import { type Forgery, forged, goodTpm, keyDigest, listed, pcrsAfter } from '../../support/forged-evidence.js';
import { softwareTpm } from '../../support/software-tpm.js';

const linux = recorded('linux-secure-boot-rsassa');

const judged = (forgery: Forgery, setting: Setting = listed(forgery.tpm ?? goodTpm)) =>
  judge(forged(linux, forgery), setting);
const reasons = (forgery: Forgery, setting?: Setting) => reasonsOf(judged(forgery, setting));
const codes = (forgery: Forgery, setting?: Setting) => judged(forgery, setting).reasons.map(({ code }) => code);

const edited = (bytes: Uint8Array, offset: number, value: number): Uint8Array => {
  const copy = bytes.slice();
  copy[offset] = value;
  return copy;
};

/** Where the data of the measurement begins whose bytes contain this text. */
const offsetOf = (bytes: Uint8Array, text: string, encoding: BufferEncoding = 'latin1'): number => {
  const at = Buffer.from(bytes).indexOf(Buffer.from(text, encoding));
  if (at < 0) throw new Error(`no ${text} in the log`);
  return at;
};

const withValue = (pcrs: PcrValues, pcr: number, value: Uint8Array): PcrValues =>
  new Map([...pcrs].map(([bank, values]) => [bank, new Map([...values, [pcr, value]])]));

it('affirms the boot that these forgeries start from', () => {
  expect(reasons({})).toEqual([]);
  expect(judged({}).verdict).toBe('affirming');
});

describe('trap 1: attributes of the attestation key', () => {
  const GOOD = 0x00050072;
  it.each([
    ['is not restricted and so signs forged quotes', GOOD & ~0x10000, ['AttestationKeyNotRestricted restricted']],
    ['is not fixed to its TPM', GOOD & ~0x2, ['AttestationKeyNotFixedTpm fixedTPM']],
    ['is not fixed to its parent', GOOD & ~0x10, ['AttestationKeyNotFixedParent fixedParent']],
    ['was imported', GOOD & ~0x20, ['AttestationKeyNotTpmGenerated sensitiveDataOrigin']],
    ['is no signing key', GOOD & ~0x40000, ['AttestationKeyNotSigning sign']],
    ['decrypts too', GOOD | 0x20000, ['AttestationKeyDecrypts decrypt']],
  ])('refuses a key that %s', (_, akAttributes, expected) => {
    const tpm = softwareTpm({ kind: 'ecc', akAttributes });
    expect(reasons({ tpm })).toEqual(expected);
  });

  it('refuses a name algorithm that makes names forgeable', () => {
    const tpm = softwareTpm({ kind: 'ecc', nameAlg: 'sha1' });
    expect(reasons({ tpm })).toEqual(['AttestationKeyAlgorithmWeak nameAlg']);
  });
});

describe('trap 2: the attestation’s header', () => {
  it('refuses bytes that no TPM begins its own structures with', () =>
    expect(codes({ quote: { magic: 0xff544348 } })).toEqual(['QuoteNotTpmGenerated']));
  it('refuses a certification in a quote’s place', () => {
    const certified = goodTpm.certify(goodTpm.akName, linux.nonce);
    expect(codes({ evidence: certified })).toEqual(['NotAQuote']);
  });
  it('refuses another attestation type', () => expect(codes({ quote: { type: 0x8016 } })).toEqual(['NotAQuote']));
  it('refuses bytes after the last field', () =>
    expect(codes({ quote: { trailing: Uint8Array.of(0) } })).toEqual(['QuoteMalformed']));
  it('refuses another nonce, and a part of the right one', () => {
    expect(codes({ quote: { qualifyingData: new Uint8Array(32) } })).toEqual(['NonceMismatch']);
    expect(codes({ quote: { qualifyingData: linux.nonce.subarray(0, 31) } })).toEqual(['NonceMismatch']);
  });
  it('never takes an empty nonce for the right one', () => {
    const file = { ...forged(linux, { quote: { qualifyingData: new Uint8Array() } }), nonce: new Uint8Array() };
    expect(judge(file, listed()).reasons.map(({ code }) => code)).toEqual(['NonceMismatch']);
  });
});

describe('trap 3: the PCR digest', () => {
  const pcrs = pcrsAfter(linux.evidence.bootLog);
  it('refuses register values that do not hash to the quoted digest, and judges nothing by them', () => {
    const result = judged({ evidence: { pcrs: withValue(pcrs, 4, new Uint8Array(32).fill(1)) } });
    expect(result.reasons.map(({ code }) => code)).toEqual(['PcrDigestMismatch']);
    expect(result.rules.find(({ rule }) => rule === 'boot-log-replay')).toMatchObject({
      outcome: 'not-checked',
      because: 'pcr-digest',
    });
  });
  it('hashes with the hash of the signature scheme, whatever the bank', () => {
    const tpm = softwareTpm({ kind: 'ecc', hash: 'sha384' });
    expect(reasons({ tpm })).toEqual([]);
  });
  it('refuses a quote without a register that policy asks for', () => {
    const selection = [{ bank: 'sha256' as const, pcrs: [0, 1, 2, 3, 4, 5, 6, 8, 9, 11, 12, 13, 14] }];
    const values = new Map([
      ['sha256' as const, new Map([...(pcrs.get('sha256') ?? [])].filter(([pcr]) => pcr !== 7))],
    ]);
    expect(reasons({ pcrs: values, quote: { selection } })).toEqual(['RequiredPcrNotQuoted sha256 pcr 7']);
  });
  it('refuses values that the selection does not cover', () => {
    const more = withValue(pcrs, 16, new Uint8Array(32));
    expect(reasons({ evidence: { pcrs: more } })).toEqual(['PcrNotQuoted sha256 pcr 16']);
  });
  it('refuses a selected register without a value', () => {
    const fewer = new Map([['sha256' as const, new Map([...(pcrs.get('sha256') ?? [])].filter(([pcr]) => pcr !== 7))]]);
    expect(reasons({ evidence: { pcrs: fewer } })).toEqual(['PcrValueMissing sha256 pcr 7']);
  });
  it('refuses a value of another size', () =>
    expect(reasons({ evidence: { pcrs: withValue(pcrs, 7, new Uint8Array(20)) } })).toEqual([
      'PcrValueMalformed sha256 pcr 7',
    ]));
  it('refuses a bank that is listed twice and bitmaps of another size', () => {
    const twice = [
      { bank: 'sha256' as const, pcrs: [0] },
      { bank: 'sha256' as const, pcrs: [1] },
    ];
    expect(codes({ quote: { selection: twice } })).toEqual(['QuoteMalformed']);
    expect(codes({ quote: { sizeOfSelect: 4 } })).toEqual(['QuoteMalformed']);
  });
});

describe('trap 4: the choice of bank', () => {
  const twoBanks = recorded('linux-secure-boot-two-banks');
  it('refuses a SHA-1 quote where policy wants another bank', () => {
    const pcrs = pcrsAfter(recorded('linux-secure-boot-sha1-bank').evidence.bootLog, ['sha1']);
    const file = forged(recorded('linux-secure-boot-sha1-bank'), { pcrs });
    expect(reasonsOf(judge(file, listed()))).toEqual(['PcrBankNotAllowed sha1']);
  });
  it('refuses a bank that the firmware never extends, although the log speaks of it', () => {
    const pcrs = pcrsAfter(linux.evidence.bootLog);
    const zeros: PcrValues = new Map([
      ['sha256', new Map([...(pcrs.get('sha256') ?? [])].map(([pcr]) => [pcr, new Uint8Array(32)]))],
    ]);
    expect(new Set(codes({ pcrs: zeros }))).toEqual(new Set(['BootLogDoesNotReplay']));
  });
  it('refuses a log that lacks the quoted bank', () => {
    const pcrs: PcrValues = new Map([
      ['sha512', new Map(DEFAULT_POLICY.requiredPcrs.map((pcr) => [pcr, new Uint8Array(64)]))],
    ]);
    expect(reasons({ pcrs })).toEqual(['BootLogBankMissing sha512']);
  });
  it('replays every quoted bank, also one that does not decide', () => {
    const banks = [...twoBanks.evidence.pcrs.keys()];
    const pcrs = pcrsAfter(twoBanks.evidence.bootLog, banks);
    const [, second] = banks;
    if (second === undefined) throw new Error('one bank only');
    const wrong: PcrValues = new Map([
      ...pcrs,
      [second, new Map([...(pcrs.get(second) ?? []), [7, new Uint8Array(pcrs.get(second)?.get(7)?.length ?? 0)]])],
    ]);
    expect(reasonsOf(judge(forged(twoBanks, { pcrs }), listed()))).toEqual([]);
    expect(reasonsOf(judge(forged(twoBanks, { pcrs: wrong }), listed()))).toEqual([
      `BootLogDoesNotReplay ${second} pcr 7`,
    ]);
  });
});

describe('trap 5: digest against data', () => {
  const log = linux.evidence.bootLog;
  it('refuses data that its digest does not cover, where the data is what is measured', () => {
    const at = offsetOf(log, 'SecureBoot', 'utf16le') + 2 * 'SecureBoot'.length;
    expect(codes({ bootLog: edited(log, at, 0) })).toContain('EventDataMismatch');
  });
  it('refuses a digest that the registers do not hold, with that reason alone', () => {
    const at = offsetOf(log, 'SecureBoot', 'utf16le') - 32 - 4 - 32;
    const bootLog = edited(log, at, (log[at] ?? 0) ^ 1);
    const result = judged({ bootLog, pcrs: pcrsAfter(log) });
    expect(reasonsOf(result)).toEqual(['BootLogDoesNotReplay sha256 pcr 7']);
    expect(result.notChecked).toEqual(expect.arrayContaining(['event-data', 'secure-boot', 'dbx']));
  });
});

describe('trap 6: NO_ACTION and initial values', () => {
  it('refuses a register with events that the log lacks', () => {
    const pcrs = withValue(pcrsAfter(linux.evidence.bootLog), 12, new Uint8Array(32).fill(7));
    expect(reasons({ pcrs })).toEqual(['BootLogDoesNotReplay sha256 pcr 12']);
  });
  it('does not ask for what Linux itself extends after the boot', () => {
    const pcrs = withValue(pcrsAfter(linux.evidence.bootLog), 10, new Uint8Array(32).fill(7));
    expect(reasons({ pcrs })).toEqual([]);
  });
  it('refuses an extended register that was made a NO_ACTION in the log', () => {
    const log = linux.evidence.bootLog;
    const at = offsetOf(log, 'MokList\0') - 4 - 34 - 4 - 4;
    expect(reasons({ bootLog: edited(log, at, 3), pcrs: pcrsAfter(log) })).toContain(
      'BootLogDoesNotReplay sha256 pcr 14',
    );
  });
});

describe('trap 9: the endorsement key', () => {
  it('refuses a certificate of another key', () => {
    const other = recorded('linux-other-tpm');
    const file = { ...linux, evidence: { ...linux.evidence, ekCertificate: other.evidence.ekCertificate } };
    expect(judge(file, { reference: { tpmCas: [] } }).reasons.map(({ code }) => code)).toContain(
      'EndorsementKeyMismatch',
    );
  });
  it('says which issuer is missing when the certificate leads to no trusted CA', () => {
    const result = judge(linux, { reference: { tpmCas: [] } });
    expect(result.reasons).toHaveLength(1);
    expect(result.reasons[0]).toMatchObject({ code: 'EndorsementKeyUntrusted' });
    expect(result.reasons[0]?.subject).toMatch(/\w/);
  });
  it('refuses a certificate before it begins', () => {
    const result = judge(linux, { at: '2001-01-01T00:00:00.000Z' });
    expect(result.reasons[0]?.code).toBe('EndorsementCertificateNotYetValid');
  });
  it('refuses a signing key in the endorsement key’s place', () =>
    expect(codes({ evidence: { ekPublic: goodTpm.akPublic } }, listed())).toContain('EndorsementKeyUnfit'));
  it('refuses an endorsement key that was revoked', () => {
    const digest = keyDigest(goodTpm.ekPublic);
    const setting = listed();
    const reference = { ...setting.reference, revokedEndorsementKeys: [digest] };
    expect(reasons({}, { ...setting, reference })).toEqual([`EndorsementKeyRevoked ${digest}`]);
  });
});

describe('trap 10: name and credential', () => {
  it('refuses a quote by another key than the certified one', () => {
    const result = judged({}, { ...listed(), host: { certifiedAkName: `000b${'00'.repeat(32)}` } });
    expect(result.reasons.map(({ code }) => code)).toEqual(['AttestationKeyNotCertified']);
    expect(result.hostsOwn).toBe(false);
  });
  it('refuses an endorsement key that the attestation key was not certified with', () => {
    const result = judged({}, { ...listed(), host: { boundEndorsementKey: 'ab'.repeat(32) } });
    expect(result.reasons.map(({ code }) => code)).toEqual(['EndorsementKeyNotBound']);
  });
});

describe('trap 12: signatures', () => {
  it.each([
    ['rsa', 'rsassa'],
    ['rsa', 'rsapss'],
    ['ecc', 'ecdsa'],
  ] as const)('refuses one changed byte in a signature: %s %s', (kind, scheme) => {
    const tpm = softwareTpm({ kind, scheme });
    const good = forged(linux, { tpm });
    expect(reasonsOf(judge(good, listed(tpm)))).toEqual([]);
    const signature = good.evidence.signature ?? new Uint8Array();
    const last = signature.length - 1;
    const file = {
      ...good,
      evidence: { ...good.evidence, signature: edited(signature, last, (signature[last] ?? 0) ^ 1) },
    };
    expect(reasonsOf(judge(file, listed(tpm)))).toEqual(['QuoteSignatureInvalid']);
  });
  it('refuses a signature with another scheme than the key’s own', () => {
    const [rsassa, rsapss] = [
      softwareTpm({ kind: 'rsa', scheme: 'rsassa' }),
      softwareTpm({ kind: 'rsa', scheme: 'rsapss' }),
    ];
    const good = forged(linux, { tpm: rsassa });
    const signature = rsapss.signAnything(good.evidence.quote ?? new Uint8Array());
    const result = judge({ ...good, evidence: { ...good.evidence, signature } }, listed(rsassa));
    expect(result.reasons.map(({ code }) => code)).toEqual(['QuoteSignatureInvalid']);
  });
  it('refuses SHA-1 in a signature unless policy allows it', () => {
    const tpm = softwareTpm({ kind: 'ecc', hash: 'sha1' });
    expect(codes({ tpm })).toEqual(['QuoteSignatureSha1']);
    const setting = listed(tpm);
    expect(codes({ tpm }, { ...setting, policy: { ...setting.policy, allowSha1Signatures: true } })).toEqual([]);
  });
  it('refuses a missing signature and a signature that cannot be read', () => {
    expect(codes({ evidence: { signature: undefined } })).toEqual(['QuoteSignatureInvalid']);
    expect(codes({ evidence: { signature: Uint8Array.of(0, 1, 2) } })).toEqual(['QuoteSignatureInvalid']);
  });
  it('refuses evidence without a quote as that of no TPM 2.0', () => {
    expect(codes({ evidence: { quote: undefined, signature: undefined } })).toEqual(['NoTpm20']);
  });
  it('refuses a malformed attestation key, and checks nothing with it', () => {
    expect(codes({ evidence: { akPublic: Uint8Array.of(0, 1, 2) } })).toEqual(['AttestationKeyMalformed']);
  });
  it('names a log that ends too early, is filled up, is missing or is no log', () => {
    const log = linux.evidence.bootLog;
    const pcrs = pcrsAfter(log);
    expect(codes({ pcrs, bootLog: log.subarray(0, log.length - 3) })).toEqual(['BootLogTruncated']);
    expect(codes({ pcrs, bootLog: concat(log, new Uint8Array(64).fill(0xff)) })).toEqual(['BootLogPadded']);
    expect(codes({ pcrs, bootLog: new Uint8Array() })).toEqual(['BootLogMissing']);
    expect(judged({ pcrs, bootLog: new Uint8Array(100).fill(1) }).verdict).toBe('contraindicated');
  });
});

describe('for the ledger: stored time', () => {
  it('judges a certificate by the time it is given, whatever today is', () => {
    expect(judge(linux, { at: '2500-01-01T00:00:00.000Z' }).verdict).toBe('affirming');
    expect(judge(linux, { at: '2001-01-01T00:00:00.000Z' }).verdict).toBe('contraindicated');
  });
});
