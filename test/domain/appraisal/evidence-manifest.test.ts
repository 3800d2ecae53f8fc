import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { canonicalize } from '../../../adapters/crypto/canonicalize.js';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { claimsDocument } from '../../../domain/appraisal/claims-document.js';
import type { Evidence } from '../../../domain/appraisal/evidence.js';
import {
  blobsOf,
  decodeManifest,
  type EvidenceManifest,
  evidenceToManifest,
  manifestToEvidence,
} from '../../../domain/appraisal/evidence-manifest.js';
import { reason } from '../../../domain/appraisal/reason-codes.js';
import { RuleResult } from '../../../domain/appraisal/result.js';
import {
  reasonsOf,
  recordedTpm,
  TpmIdentity,
  toVerdictRecord,
  VerdictRecord,
} from '../../../domain/appraisal/verdict-record.js';
import { toHex } from '../../../domain/encoding/bytes.js';
import { judge, LATER, recorded } from '../../support/appraisal.js';

const sha256 = (bytes: Uint8Array): string => toHex(nodeHashing.hash('sha256', bytes));

const kept = (evidence: Evidence) => {
  const blobs = [
    evidence.bootLog,
    ...evidence.intermediates,
    ...(evidence.ekCertificate === undefined ? [] : [evidence.ekCertificate]),
  ];
  const manifest = evidenceToManifest(evidence, {
    ekCertificate: evidence.ekCertificate === undefined ? undefined : sha256(evidence.ekCertificate),
    intermediates: evidence.intermediates.map(sha256),
    bootLog: sha256(evidence.bootLog),
  });
  return { manifest, blobs: new Map(blobs.map((blob) => [sha256(blob), blob])) };
};

/** Through its canonical text, as the evidence store keeps it. */
const stored = (manifest: EvidenceManifest): EvidenceManifest => {
  const text = canonicalize(manifest);
  if (E.isLeft(text)) throw new Error(text.left);
  const decoded = decodeManifest(JSON.parse(text.right));
  if (E.isLeft(decoded)) throw new Error(JSON.stringify(decoded.left));
  return decoded.right;
};

describe('an evidence manifest', () => {
  it('brings back any evidence exactly', () => {
    const some = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const maybe = fc.option(some, { nil: undefined });
    const evidence: fc.Arbitrary<Evidence> = fc.record({
      ekCertificate: maybe,
      intermediates: fc.array(some, { maxLength: 3 }),
      ekPublic: maybe,
      akPublic: some,
      quote: maybe,
      signature: maybe,
      pcrs: fc
        .dictionary(fc.constantFrom('sha1', 'sha256', 'sha384'), fc.uniqueArray(fc.nat({ max: 23 })))
        .map(
          (banks) =>
            new Map(
              Object.entries(banks).map(([bank, pcrs]) => [
                bank as 'sha256',
                new Map(pcrs.sort((a, b) => a - b).map((pcr) => [pcr, new Uint8Array(32).fill(pcr)])),
              ]),
            ),
        ),
      bootLog: fc.uint8Array({ maxLength: 200 }),
    });
    fc.assert(
      fc.property(evidence, (value) => {
        const { manifest, blobs } = kept(value);
        const back = manifestToEvidence(stored(manifest), blobs);
        expect(E.isRight(back) && back.right).toEqual({ ...value, pcrs: expect.anything() });
        const sorted = (e: Evidence) =>
          [...e.pcrs].map(([bank, v]) => [bank, [...v]] as const).sort(([a], [b]) => (a < b ? -1 : 1));
        expect(E.isRight(back) && sorted(back.right)).toEqual(sorted(value));
      }),
    );
  });
  it('names the blob that is missing', () => {
    const { manifest } = kept(recorded('esxi-8.0.3-rsa').evidence);
    const [first] = blobsOf(manifest);
    expect(manifestToEvidence(manifest, new Map())).toEqual(E.left({ _tag: 'BlobMissing', sha256: first }));
  });
  it('makes the same verdict as the evidence it was made from', () => {
    const file = recorded('linux-secure-boot-two-banks');
    const { manifest, blobs } = kept(file.evidence);
    const back = manifestToEvidence(stored(manifest), blobs);
    if (E.isLeft(back)) throw new Error();
    expect(judge({ ...file, evidence: back.right })).toEqual(judge(file));
  });
});

describe('a verdict record', () => {
  const digests = { claims: 'aa'.repeat(32), evidence: 'bb'.repeat(32), nonceDigest: 'cc'.repeat(32) };
  it.each([
    'linux-secure-boot-rsassa',
    'esxi-8.0.3-extra-module',
    'linux-no-secure-boot',
    'linux-secure-boot-sha1-bank',
  ])('of %s passes its own codec, canonical and small enough for an event', (name) => {
    const record = toVerdictRecord('challenged', 1, LATER, judge(recorded(name)), digests);
    const text = canonicalize(record);
    if (E.isLeft(text)) throw new Error(text.left);
    expect(text.right.length).toBeLessThan(16_384);
    const decoded = VerdictRecord.decode(JSON.parse(text.right));
    expect(E.isRight(decoded) && decoded.right).toEqual(record);
    expect(reasonsOf(record)).toEqual(judge(recorded(name)).reasons);
  });
  it('holds so many reasons only that it fits an event, and says how many it left out', () => {
    const long = 'x'.repeat(1000);
    const result = judge(recorded('linux-no-secure-boot'));
    const reasons = Array.from({ length: 200 }, () =>
      reason('UnknownModule', { subject: long, expected: long, actual: long }),
    );
    const rules = [...result.rules, { rule: 'modules', outcome: 'failed' as const, reasons }];
    const record = toVerdictRecord('challenged', 1, LATER, { ...result, rules }, digests);
    expect(JSON.stringify(record).length).toBeLessThan(60_000);
    expect(reasonsOf(record).at(-1)).toEqual({ code: 'MoreReasons', actual: '137' });
    expect(E.isRight(VerdictRecord.decode(JSON.parse(JSON.stringify(record))))).toBe(true);
  });
  it('refuses keys that it does not know', () => {
    const record = toVerdictRecord('challenged', 1, LATER, judge(recorded('esxi-8.0.3-rsa')), digests);
    expect(E.isLeft(VerdictRecord.decode({ ...record, more: 1 }))).toBe(true);
  });
  it('carries a certificate’s words about a TPM without what they must not hold', () => {
    const tpm = recordedTpm({
      manufacturer: 'id:1\u0007',
      manufacturerName: undefined,
      model: 'm\ud800',
      firmwareVersion: '1',
      specificationFamily: '2.0',
    });
    expect(tpm).toEqual({
      manufacturer: 'id:1\\u{7}',
      model: 'm\\u{d800}',
      firmwareVersion: '1',
      specificationFamily: '2.0',
    });
    expect(TpmIdentity.is(tpm)).toBe(true);
  });
});

describe('reasons', () => {
  it('with any text from a log are fit for events and terminals', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 700 }), (subject) => {
        const made = { rule: 'modules', outcome: 'failed' as const, reasons: [reason('UnknownModule', { subject })] };
        expect(RuleResult.is(made)).toBe(true);
        expect(made.reasons[0]?.subject ?? '').toMatch(/^[\x20-\x7e]*$/);
      }),
    );
  });
});

describe('a claims document', () => {
  it('is canonical whatever a log holds', () => {
    const { claims } = judge(recorded('esxi-8.0.3-rsa'));
    const odd = { ...claims, akName: 'a\ud800b' };
    expect(E.isRight(canonicalize(claimsDocument(odd)))).toBe(true);
    expect(JSON.stringify(claimsDocument(claims))).toContain('"vmx.v00"');
  });
});
