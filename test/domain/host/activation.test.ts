import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../domain/appraisal/policy.js';
import { toHex } from '../../../domain/encoding/bytes.js';
import { replaceEndorsementKey, retireHost } from '../../../domain/host/change-host.js';
import { finishActivation } from '../../../domain/host/finish-activation.js';
import { issueChallenge } from '../../../domain/host/issue-challenge.js';
import { startActivation } from '../../../domain/host/start-activation.js';
import { changePolicy, revokeEndorsementKey, revokeTpmCa } from '../../../domain/reference/change-reference.js';
import { trustTpmCa } from '../../../domain/reference/trust-tpm-ca.js';
import { recorded } from '../../support/appraisal.js';
import {
  approveImage,
  asks,
  attest,
  certifiedHost,
  certify,
  enrol,
  later,
  ledgerSize,
  listKey,
  openTestAuthority,
  startWith,
  type TestAuthority,
} from '../../support/authority.js';
import { eventsOf } from '../../support/fold.js';
import { keyDigest } from '../../support/forged-evidence.js';
import { left, right } from '../../support/ledger.js';
import { softwareTpm } from '../../support/software-tpm.js';

const tpm = softwareTpm({ kind: 'ecc', seed: 'h1' });
const other = softwareTpm({ kind: 'rsa', seed: 'h2' });
const file = recorded('linux-secure-boot-rsassa');

const lastEvent = async ({ deps }: TestAuthority) => (await eventsOf(deps.store)).at(-1)!;

describe('certifying an attestation key', () => {
  let authority: TestAuthority;

  beforeEach(async () => {
    authority = await openTestAuthority();
    await listKey(authority, 'key of h1', tpm);
    await enrol(authority, 'h1');
  });

  it('binds the endorsement key, then records the AK with what both were judged by', async () => {
    const size = await ledgerSize(authority);
    await certify(authority, 'h1', tpm);
    const events = (await eventsOf(authority.deps.store)).slice(size);
    const ek = keyDigest(tpm.ekPublic);
    expect(events.map(({ stream, event }) => [stream, event.type])).toEqual([
      [`endorsement-key/${ek}`, 'EndorsementKeyBound'],
      ['host/h1', 'AttestationKeyCertified'],
    ]);
    expect(events[1]).toMatchObject({
      actor: { subject: 'h1', role: 'host' },
      basis: { 'reference/test': 1, [`endorsement-key/${ek}`]: 0 },
      event: { data: { akName: toHex(tpm.akName), endorsementKey: ek, ekCertificate: null, tpm: null } },
    });
  });

  it('records nothing when it is started, nor when it is finished twice', async () => {
    const size = await ledgerSize(authority);
    const { activation } = right(await startWith(authority, 'h1', tpm));
    expect(await ledgerSize(authority)).toBe(size);
    const secret = authority.opened();
    const first = right(await finishActivation(authority.deps)({ host: 'h1', activation, secret })());
    const done = await ledgerSize(authority);
    const second = right(await finishActivation(authority.deps)({ host: 'h1', activation, secret })());
    expect(second).toEqual({ ...first, index: undefined });
    expect(await ledgerSize(authority)).toBe(done);
  });

  it('can be finished after a restart', async () => {
    const { activation } = right(await startWith(authority, 'h1', tpm));
    const again = await authority.restarted();
    right(await finishActivation(again.deps)({ host: 'h1', activation, secret: authority.opened() })());
  });

  it('says the same of a wrong secret, a changed token, and a token for another host', async () => {
    await enrol(authority, 'h2');
    const { activation } = right(await startWith(authority, 'h1', tpm));
    const secret = authority.opened();
    const size = await ledgerSize(authority);
    const finish = async (host: string, token: string, proof: Uint8Array): Promise<string> =>
      left(await finishActivation(authority.deps)({ host, activation: token, secret: proof })())._tag;
    expect(
      await finish(
        'h1',
        activation,
        secret.map((byte) => byte ^ 1),
      ),
    ).toBe('ActivationForged');
    expect(await finish('h1', activation, secret.subarray(1))).toBe('ActivationForged');
    expect(await finish('h1', activation, new Uint8Array())).toBe('ActivationForged');
    expect(await finish('h2', activation, secret)).toBe('ActivationForged');
    await fc.assert(
      fc.asyncProperty(fc.nat(activation.length - 1), fc.string({ maxLength: 3 }), async (at, text) => {
        const token = activation.slice(0, at) + text + activation.slice(at + 1);
        fc.pre(token !== activation);
        expect(await finish('h1', token, secret)).toBe('ActivationForged');
      }),
      { numRuns: 50 },
    );
    expect(await ledgerSize(authority)).toBe(size);
  });

  it('expires', async () => {
    const { activation } = right(await startWith(authority, 'h1', tpm));
    later(authority, 301);
    const fault = left(
      await finishActivation(authority.deps)({ host: 'h1', activation, secret: authority.opened() })(),
    );
    expect(fault._tag).toBe('ActivationExpired');
  });

  it('makes no credential for unknown hosts, untrusted endorsement keys and keys that are no AK', async () => {
    expect(left(await startWith(authority, 'h9', tpm))._tag).toBe('HostNotEnrolled');
    expect(left(await startWith(authority, 'h1', other))).toMatchObject({
      _tag: 'EndorsementKeyNotTrusted',
      reasons: [{ code: 'EndorsementKeyNotListed' }],
    });
    const unrestricted = softwareTpm({ kind: 'ecc', seed: 'h1', akAttributes: 0x00040072 });
    expect(left(await startWith(authority, 'h1', unrestricted))).toMatchObject({
      _tag: 'AttestationKeyUnfit',
      reasons: [{ code: 'AttestationKeyNotRestricted' }],
    });
    const garbage = { host: 'h1', akPublic: new Uint8Array(40), ekPublic: tpm.ekPublic, intermediates: [] };
    expect(left(await startActivation(authority.deps)(garbage)())).toMatchObject({ _tag: 'AttestationKeyUnfit' });
  });

  it('is refused when the endorsement key lost its trust in between', async () => {
    const { activation } = right(await startWith(authority, 'h1', tpm));
    right(await revokeEndorsementKey(authority.deps)({ ...asks('alice'), name: 'key of h1', reason: 'stolen' })());
    const fault = left(
      await finishActivation(authority.deps)({ host: 'h1', activation, secret: authority.opened() })(),
    );
    expect(fault._tag).toBe('EndorsementKeyNotTrusted');
  });

  it('gives an endorsement key to one host only, until that host retires', async () => {
    await certify(authority, 'h1', tpm);
    await enrol(authority, 'h2');
    const { activation } = right(await startWith(authority, 'h2', tpm));
    const secret = authority.opened();
    const finish = () => finishActivation(authority.deps)({ host: 'h2', activation, secret })();
    expect(left(await finish())._tag).toBe('EndorsementKeyTaken');
    right(await retireHost(authority.deps)({ ...asks('wendy'), host: 'h1', reason: 'scrapped' })());
    expect((await lastEvent(authority)).event.type).toBe('EndorsementKeyUnbound');
    right(await finish());
  });

  it('follows a host to another TPM only when a trust administrator says so', async () => {
    await approveImage(authority, 'good');
    await certify(authority, 'h1', tpm);
    await listKey(authority, 'new key', other);
    expect(left(await startWith(authority, 'h1', other))).toMatchObject({ _tag: 'EndorsementKeyChanged' });
    right(
      await replaceEndorsementKey(authority.deps)({
        ...asks('alice'),
        host: 'h1',
        endorsementKey: keyDigest(other.ekPublic),
        reason: 'new board',
      })(),
    );
    expect((await lastEvent(authority)).event.type).toBe('EndorsementKeyUnbound');
    expect(left(await issueChallenge(authority.deps)({ host: 'h1', akName: toHex(tpm.akName) })())._tag).toBe(
      'AttestationKeyNotCertified',
    );
    await certify(authority, 'h1', other);
    expect(right(await attest(authority, 'h1', other)).record.verdict).toBe('affirming');
  });

  it('keeps the certificates that lead to a trusted CA, and what they say of the TPM', async () => {
    right(await changePolicy(authority.deps)({ ...asks('alice'), policy: DEFAULT_POLICY })());
    right(await trustTpmCa(authority.deps)({ ...asks('alice'), name: 'lab', pem: file.ekIssuersPem.join('\n') })());
    await enrol(authority, 'real');
    const { akPublic, ekPublic, ekCertificate } = file.evidence;
    const offer = { host: 'real', akPublic, ekPublic: ekPublic!, ekCertificate, intermediates: [] };
    const { activation } = right(await startActivation(authority.deps)(offer)());
    const secret = authority.opened();
    right(await finishActivation(authority.deps)({ host: 'real', activation, secret })());
    const { event } = await lastEvent(authority);
    expect(event).toMatchObject({
      type: 'AttestationKeyCertified',
      data: { tpm: { manufacturer: expect.any(String) } },
    });
    const digest = event.type === 'AttestationKeyCertified' ? event.data.ekCertificate : null;
    expect(right(await authority.deps.evidence.get(digest!)())).toEqual(ekCertificate);
    right(await revokeTpmCa(authority.deps)({ ...asks('bob'), name: 'lab', reason: 'x' })());
    expect(left(await startActivation(authority.deps)(offer)())._tag).toBe('EndorsementKeyNotTrusted');
  });

  it('leaves a new AK without the continuity of the old one', async () => {
    await approveImage(authority, 'good');
    await certifiedHost(authority, 'h2', other);
    right(await attest(authority, 'h2', other, { clock: { resetCount: 9 } }));
    await certify(authority, 'h2', softwareTpm({ kind: 'rsa', seed: 'h2', scheme: 'rsapss' }));
    const pss = softwareTpm({ kind: 'rsa', seed: 'h2', scheme: 'rsapss' });
    expect(right(await attest(authority, 'h2', pss, { clock: { resetCount: 1 } })).record.verdict).toBe('affirming');
  });
});
