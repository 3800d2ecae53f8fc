import * as TE from 'fp-ts/lib/TaskEither.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { withFreshMemos } from '../../../adapters/caches/fresh-memos.js';
import { currentAccess } from '../../../domain/access/access-stream.js';
import { grantOperator } from '../../../domain/access/change-operators.js';
import type { AuthorityDeps } from '../../../domain/authority-deps.js';
import { attestHost } from '../../../domain/host/attest-host.js';
import { approveBaseImage, withdrawBaseImage } from '../../../domain/reference/change-reference.js';
import { loadImage, referenceValuesAt } from '../../../domain/reference/load-reference-values.js';
import { proposeBaseImage } from '../../../domain/reference/propose-base-image.js';
import { currentReference, referenceAt } from '../../../domain/reference/reference-stream.js';
import { trustEndorsementKey } from '../../../domain/reference/trust-endorsement-key.js';
import { trustTpmCa } from '../../../domain/reference/trust-tpm-ca.js';
import { recorded } from '../../support/appraisal.js';
import {
  answerOf,
  approveImage,
  asks,
  certifiedHost,
  imageOf,
  ledgerSize,
  openTestAuthority,
  type TestAuthority,
} from '../../support/authority.js';
import { eventsOf } from '../../support/fold.js';
import { keyDigest } from '../../support/forged-evidence.js';
import { left, right } from '../../support/ledger.js';
import { softwareTpm } from '../../support/software-tpm.js';

const file = recorded('linux-secure-boot-rsassa');
const pem = file.ekIssuersPem.join('\n');

const valuesNow = async (deps: AuthorityDeps) => {
  const { state, revision } = right(await currentReference(deps)());
  return right(await referenceValuesAt(withFreshMemos(deps))('reference/test', revision, state)());
};

describe('reference values', () => {
  let authority: TestAuthority;

  beforeEach(async () => {
    authority = await openTestAuthority();
  });

  it('hold the documents of approved and of withdrawn images, proposals not', async () => {
    await approveImage(authority, 'v1');
    await approveImage(authority, 'v2');
    right(await withdrawBaseImage(authority.deps)({ ...asks('bob'), version: 'v2', reason: 'CVE' })());
    right(await proposeBaseImage(authority.deps)({ ...asks('alice'), image: imageOf('v3') })());
    const { images } = await valuesNow(authority.deps);
    expect(images.map(({ image, status }) => [image.version, status])).toEqual([
      ['v1', 'approved'],
      ['v2', 'withdrawn'],
    ]);
    expect(images[0]!.image).toEqual(imageOf('v1'));
  });

  it('are the same at a revision, whatever came after it', async () => {
    await approveImage(authority, 'v1');
    const { state, revision } = right(await currentReference(authority.deps)());
    right(await withdrawBaseImage(authority.deps)({ ...asks('bob'), version: 'v1', reason: 'CVE' })());
    expect(right(await referenceAt(authority.deps)(revision)())).toEqual(state);
    expect(right(await referenceAt(authority.deps)(-1)()).images.size).toBe(0);
  });

  it('keep a CA root first, with its intermediates', async () => {
    right(await trustTpmCa(authority.deps)({ ...asks('alice'), name: 'lab', pem })());
    const { tpmCas } = await valuesNow(authority.deps);
    const [root, issuing] = tpmCas[0]!.chain.map((der) => right(authority.deps.certificates.parse(der)));
    expect(root!.selfIssued).toBe(true);
    expect(issuing!.issuer).toBe(root!.subject);
  });

  it('take no CA that is none, and no text without certificates', async () => {
    const leaf = `-----BEGIN CERTIFICATE-----\n${Buffer.from(file.evidence.ekCertificate!).toString('base64')}\n-----END CERTIFICATE-----\n`;
    const size = await ledgerSize(authority);
    expect(left(await trustTpmCa(authority.deps)({ ...asks('alice'), name: 'x', pem: leaf })())._tag).toBe(
      'CertificateNotOfCa',
    );
    expect(left(await trustTpmCa(authority.deps)({ ...asks('alice'), name: 'x', pem: 'x' })())._tag).toBe(
      'CertificateUnreadable',
    );
    expect(await ledgerSize(authority)).toBe(size);
  });

  it('know an endorsement key by one digest, from certificate, key or digest', async () => {
    const certificate = file.evidence.ekCertificate!;
    right(await trustEndorsementKey(authority.deps)({ ...asks('alice'), name: 'k', key: { certificate } })());
    const { endorsementKeys } = await valuesNow(authority.deps);
    expect(endorsementKeys).toEqual([{ name: 'k', publicKeyDigest: keyDigest(file.evidence.ekPublic!) }]);
    const { publicKey } = right(authority.deps.certificates.parse(certificate));
    for (const key of [{ publicKey: publicKey! }, { publicKeyDigest: endorsementKeys[0]!.publicKeyDigest }]) {
      const fault = left(await trustEndorsementKey(authority.deps)({ ...asks('alice'), name: 'again', key })());
      expect(fault).toMatchObject({ _tag: 'AlreadyExists', name: 'k' });
    }
  });

  it('put nothing into the evidence store for those who may not', async () => {
    const put = { count: 0 };
    const deps: AuthorityDeps = {
      ...authority.deps,
      evidence: { ...authority.deps.evidence, put: (bytes) => (put.count++, authority.deps.evidence.put(bytes)) },
    };
    expect(left(await proposeBaseImage(deps)({ ...asks('wendy'), image: imageOf('v1') })())._tag).toBe(
      'PermissionRequired',
    );
    expect(left(await trustTpmCa(deps)({ ...asks('arthur'), name: 'x', pem })())._tag).toBe('PermissionRequired');
    const key = { certificate: file.evidence.ekCertificate! };
    expect(left(await trustEndorsementKey(deps)({ ...asks('wendy'), name: 'x', key })())._tag).toBe(
      'PermissionRequired',
    );
    expect(put.count).toBe(0);
  });

  it('that lost a document judge nobody, and say which document', async () => {
    const tpm = softwareTpm({ kind: 'ecc', seed: 'h1' });
    await approveImage(authority, 'v1');
    await certifiedHost(authority, 'h1', tpm);
    const { digest } = right(await currentReference(authority.deps)()).state.images.get('v1')!;
    const answer = await answerOf(authority, 'h1', tpm);
    const size = await ledgerSize(authority);
    const lost = withFreshMemos(authority.deps);
    const deps = {
      ...lost,
      evidence: {
        ...lost.evidence,
        get: (sha256: string) => (sha256 === digest ? TE.right(undefined) : lost.evidence.get(sha256)),
      },
    };
    expect(left(await attestHost(deps)(answer)())).toEqual({ _tag: 'DocumentMissing', digest });
    expect(left(await loadImage(deps, digest)())._tag).toBe('DocumentMissing');
    expect(await ledgerSize(authority)).toBe(size);
  });

  it('change once for a command, however often it is sent', async () => {
    const request = asks('alice');
    const first = right(await proposeBaseImage(authority.deps)({ ...request, image: imageOf('v1') })());
    const again = await authority.restarted();
    const second = right(await proposeBaseImage(again.deps)({ ...request, image: imageOf('v1') })());
    expect(second.events.map(({ id }) => id)).toEqual(first.events.map(({ id }) => id));
    expect(left(await proposeBaseImage(again.deps)({ ...asks('alice'), image: imageOf('v1') })())._tag).toBe(
      'AlreadyExists',
    );
    right(await approveBaseImage(again.deps)({ ...asks('bob'), version: 'v1' })());
  });
});

describe('a founded authority', () => {
  it('has its key, its event key, its policy and its operators in the ledger, in this order', async () => {
    const { deps } = await openTestAuthority();
    expect((await eventsOf(deps.store)).map(({ stream, event }) => `${stream} ${event.type}`)).toEqual([
      'authority AuthorityFounded',
      'authority SigningKeyIntroduced',
      'reference/test AttestationPolicyChanged',
      ...Array<string>(4).fill('access OperatorGranted'),
    ]);
    const roles = async () =>
      [...right(await currentAccess(deps)()).state.operators].map(([who, { role }]) => [who, role]);
    expect((await roles()).sort()).toEqual([
      ['alice', 'trust-administrator'],
      ['arthur', 'auditor'],
      ['bob', 'trust-administrator'],
      ['wendy', 'workload-administrator'],
    ]);
    right(await grantOperator(deps)({ ...asks('bob'), subject: 'carol', role: 'auditor' })());
    expect(await roles()).toContainEqual(['carol', 'auditor']);
  });
});
