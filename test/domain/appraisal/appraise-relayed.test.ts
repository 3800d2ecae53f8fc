import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { appraiseRelayed, relayedClaimsDocument, toRelayedRecord } from '../../../domain/appraisal/appraise-relayed.js';
import { DEFAULT_POLICY } from '../../../domain/appraisal/policy.js';
import { VerdictRecord } from '../../../domain/appraisal/verdict-record.js';
import type { VcenterEvent, VcenterReport } from '../../../domain/boot-log/vcenter-report.js';
import { concat, utf8 } from '../../../domain/encoding/bytes.js';
import { LATER } from '../../support/appraisal.js';

const sha256 = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => nodeHashing.hash('sha256', ...parts);

const option = (index: number, text: string): VcenterEvent => ({
  index,
  pcr: 21,
  algorithm: 'sha256',
  digest: sha256(utf8(text), new Uint8Array(1)),
  details: { kind: 'boot-security-option', typeName: 'HostTpmBootSecurityOptionEventDetails', option: text },
});
const component = (index: number, name: string): VcenterEvent => ({
  index,
  pcr: 20,
  algorithm: 'sha256',
  digest: sha256(utf8(name)),
  details: { kind: 'software-component', componentName: name, vibName: 'vib', vibVersion: '1', vibVendor: 'VMW' },
});

const report = (events: ReadonlyArray<VcenterEvent>, more: Partial<VcenterReport> = {}): VcenterReport => ({
  registers: [20, 21].map((pcr) => ({
    pcr,
    algorithm: 'sha256' as const,
    value: events
      .filter((event) => event.pcr === pcr)
      .reduce<Uint8Array>((value, { digest }) => sha256(concat(value, digest)), new Uint8Array(32)),
  })),
  events,
  logReliable: true,
  ...more,
});

const GOOD = report([
  component(0, 'vmx.v00'),
  option(1, 'uefiSecureBootEnabled = TRUE'),
  option(2, 'execInstalledOnly = FALSE'),
]);
const judged = (of: VcenterReport, policy = DEFAULT_POLICY) => appraiseRelayed(nodeHashing, of, policy, LATER);
const codes = (of: VcenterReport) => judged(of).reasons.map(({ code }) => code);

describe('a relayed report', () => {
  it('is graded relayed whatever it says, and names what nobody checked', () => {
    const result = judged(GOOD);
    expect(result).toMatchObject({ grade: 'relayed', verdict: 'affirming' });
    const open = result.rules.filter(({ outcome }) => outcome === 'not-checked').map(({ rule }) => rule);
    expect(open).toEqual(['credential-activation', 'quote-signature', 'qualifying-data', 'endorsement-key']);
    expect(result.claims).toMatchObject({ secureBoot: 'enabled', execInstalledOnly: false });
    expect(result.claims.components).toMatchObject([{ name: 'vmx.v00', vib: 'vib 1', pcr: 20 }]);
  });
  it('is refused if the vCenter does not call its log reliable', () => {
    expect(codes({ ...GOOD, logReliable: false })).toEqual(['ReportNotReliable']);
    expect(codes({ ...GOOD, logReliable: undefined })).toEqual(['ReportNotReliable']);
  });
  it('is refused if a register is not what its events lead to, and then believes no option in it', () => {
    const cut = { ...GOOD, events: GOOD.events.slice(0, 2) };
    expect(judged(cut).reasons).toEqual([{ code: 'ReportDoesNotReplay', pcr: 21 }]);
    expect(judged(cut).rules.find(({ rule }) => rule === 'secure-boot')?.because).toBe('report-replay');
  });
  it('is refused without Secure Boot, unless policy does not ask for it', () => {
    const off = report([option(0, 'uefiSecureBootEnabled = FALSE')]);
    expect(codes(off)).toEqual(['SecureBootDisabled']);
    expect(codes(report([component(0, 'a')]))).toEqual(['SecureBootStateMissing']);
    expect(judged(off, { ...DEFAULT_POLICY, requireSecureBoot: false }).verdict).toBe('affirming');
  });
  it('is refused if an option’s digest is not of its text', () => {
    const lie = {
      ...option(0, 'uefiSecureBootEnabled = FALSE'),
      details: option(0, 'uefiSecureBootEnabled = TRUE').details,
    };
    expect(codes(report([lie]))).toContain('EventDataMismatch');
  });
  it('fits a record that has no clock, no image and no key behind it', () => {
    const record = toRelayedRecord(1, LATER, judged(GOOD), { claims: 'aa'.repeat(32), evidence: 'bb'.repeat(32) });
    expect(E.isRight(VerdictRecord.decode(JSON.parse(JSON.stringify(record))))).toBe(true);
    expect(record).toMatchObject({ grade: 'relayed', clock: null, image: null, nonceDigest: null });
    expect(relayedClaimsDocument(judged(GOOD).claims)).toMatchObject({ relayed: { secureBoot: 'enabled' } });
  });
});
