import { createHash, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { VerdictRecord } from '../../domain/appraisal/verdict-record.js';
import { instantOf, millisOf, plusSeconds } from '../../domain/encoding/instant.js';
import type { HostCommand } from '../../domain/host/commands.js';
import { currentHost, executeHost } from '../../domain/host/host-stream.js';
import { contextOf } from '../../domain/host/state.js';
import type { ReferenceCommand } from '../../domain/reference/commands.js';
import { currentReference, executeReference } from '../../domain/reference/reference-stream.js';
import { OPERATORS, type TestAuthority } from './authority.js';
import { wrappingPair } from './key-service.js';
import { right } from './ledger.js';

type Who = 'alice' | 'bob' | 'wendy';

/** What may happen in an authority, in whatever order: much of it is refused. */
export type Step =
  | { readonly do: 'enrol' | 'quarantine' | 'release' | 'retire'; readonly host: string; readonly who: Who }
  | { readonly do: 'certify' | 'replace-key'; readonly host: string; readonly ek: number; readonly who: Who }
  | { readonly do: 'attest'; readonly host: string; readonly image: string; readonly good: boolean }
  | { readonly do: 'propose' | 'approve' | 'withdraw'; readonly image: string; readonly who: Who }
  | { readonly do: 'trust-ca' | 'revoke-ca'; readonly who: Who }
  | { readonly do: 'revoke-key'; readonly ek: number; readonly who: Who }
  | { readonly do: 'wait'; readonly seconds: number };

const HOSTS = ['h1', 'h2', 'h3'];
const host = fc.constantFrom(...HOSTS);
const who = fc.constantFrom<Who>('alice', 'bob', 'bob', 'wendy');
const image = fc.constantFrom('v1', 'v2');
const ek = fc.integer({ min: 1, max: 3 });

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('enrol' as const), host, who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('quarantine', 'release', 'retire'), host, who }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('certify' as const), host, ek, who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replace-key' as const), host, ek, who }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('attest' as const), host, image, good: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('propose', 'approve', 'withdraw'), image, who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('trust-ca', 'revoke-ca'), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke-key' as const), ek, who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 30, 4000) }) },
);

/** Begins with what makes trust possible at all, so that random steps have something to break. */
export const steps: fc.Arbitrary<ReadonlyArray<Step>> = fc.array(step, { minLength: 5, maxLength: 40 }).map((rest) => [
  { do: 'propose', image: 'v1', who: 'alice' },
  { do: 'approve', image: 'v1', who: 'bob' },
  { do: 'trust-ca', who: 'alice' },
  ...HOSTS.slice(0, 2).flatMap(
    (name, i): ReadonlyArray<Step> => [
      { do: 'enrol', host: name, who: 'wendy' },
      { do: 'certify', host: name, ek: i + 1, who: 'alice' },
      { do: 'attest', host: name, image: 'v1', good: true },
    ],
  ),
  ...rest,
]);

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const digestOfBytes = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const recordOf = (
  at: string,
  ekDigest: string,
  version: string | null,
  digest: string,
  affirming: boolean,
): VerdictRecord => ({
  grade: 'challenged',
  appraiser: 1,
  verdict: affirming ? 'affirming' : 'contraindicated',
  at,
  notAfter: plusSeconds(at, 3600),
  rules: affirming ? [] : [{ rule: 'base-image', outcome: 'failed', reasons: [{ code: 'BaseImageUnknown' }] }],
  image: affirming && version !== null ? { version, digest } : null,
  reliedOn: { tpmCa: 'ca', endorsementKey: ekDigest },
  exceptions: [],
  clock: { resetCount: 1, restartCount: 0, clock: String(millisOf(at)), safe: true, firmwareVersion: '1' },
  bootPcrs: {},
  secureBoot: 'enabled',
  claims: digestOf('claims'),
  evidence: digestOf(`evidence ${at}`),
  nonceDigest: digestOf(`nonce ${at}`),
});

const runHost = (authority: TestAuthority, name: string, command: HostCommand, basis = {}): Promise<unknown> =>
  executeHost(authority.deps)({
    host: name,
    commandId: randomUUID(),
    actor: 'by' in command ? command.by : { subject: name, role: 'host' },
    prepare: () => TE.right({ command, basis }),
  })();

const certify = ({ now }: TestAuthority, { ek: key }: { readonly ek: number }): HostCommand => ({
  type: 'CertifyAttestationKey',
  now: now.at,
  key: {
    akName: `000b${digestOf(`ak ${String(key)} ${now.at}`)}`,
    akPublic: digestOf('ak'),
    endorsementKey: digestOf(`ek ${String(key)}`),
    ekPublic: digestOf('ek'),
    ekCertificate: null,
    intermediates: [],
    tpm: null,
    activation: digestOf(randomUUID()),
    activationExpires: plusSeconds(now.at, 60),
  },
});

/** As an appraiser would: affirming only if the reference values of this moment allow it. */
const attest = async (authority: TestAuthority, wanted: Extract<Step, { readonly do: 'attest' }>): Promise<unknown> => {
  const { deps, now } = authority;
  const { state } = right(await currentHost(deps)(wanted.host)());
  const { state: values, revision } = right(await currentReference(deps)());
  const key = state.attestationKey;
  if (key === undefined) return undefined;
  const entry = values.images.get(wanted.image);
  const trusted = values.tpmCas.has('ca') && !values.revokedEndorsementKeys.has(key.endorsementKey);
  const affirming = wanted.good && entry?.status === 'approved' && trusted;
  const record = recordOf(now.at, key.endorsementKey, wanted.image, entry?.digest ?? digestOf(''), affirming);
  const challenge = { digest: digestOf(randomUUID()), akName: key.akName, expires: plusSeconds(now.at, 60) };
  const command = {
    type: 'Attest',
    now: now.at,
    challenge,
    wrappingKey: digestOfBytes(wrappingPair(wanted.host).publicKey),
    host: contextOf(state),
    record,
  } as const;
  return runHost(authority, wanted.host, command, { 'reference/test': revision });
};

const referenceCommand = (wanted: Step): ReferenceCommand | undefined => {
  if (!('who' in wanted)) return undefined;
  const by = OPERATORS[wanted.who];
  switch (wanted.do) {
    case 'propose': {
      const version = wanted.image;
      const summary = { kind: 'golden-pcrs', displayName: version, bank: 'sha256' } as const;
      return { type: 'ProposeBaseImage', by, version, digest: digestOf(version), ...summary };
    }
    case 'approve':
      return {
        type: 'ApproveBaseImage',
        by,
        version: wanted.image,
        digest: undefined,
        persons: new Map(),
        alone: false,
      };
    case 'withdraw':
      return { type: 'WithdrawBaseImage', by, version: wanted.image, reason: 'test' };
    case 'trust-ca':
      return { type: 'TrustTpmCa', by, name: 'ca', chain: [digestOf('root')], subject: 'CN=root' };
    case 'revoke-ca':
      return { type: 'RevokeTpmCa', by, name: 'ca', reason: 'test' };
    case 'revoke-key':
      return {
        type: 'RevokeEndorsementKey',
        by,
        name: `key ${String(wanted.ek)}`,
        publicKeyDigest: digestOf(`ek ${String(wanted.ek)}`),
        reason: 'test',
      };
    case 'enrol':
    case 'quarantine':
    case 'release':
    case 'retire':
    case 'certify':
    case 'replace-key':
      return undefined;
  }
};

const hostCommand = (authority: TestAuthority, wanted: Step): HostCommand | undefined => {
  if (!('who' in wanted)) return undefined;
  const by = OPERATORS[wanted.who];
  switch (wanted.do) {
    case 'enrol':
      return { type: 'EnrolHost', by, displayName: undefined, endorsementKey: undefined };
    case 'quarantine':
      return { type: 'QuarantineHost', by, reason: 'test' };
    case 'release':
      return { type: 'ReleaseHost', by, reason: 'test' };
    case 'retire':
      return { type: 'RetireHost', by, reason: 'test' };
    case 'certify':
      return certify(authority, wanted);
    case 'replace-key':
      return { type: 'ReplaceEndorsementKey', by, endorsementKey: digestOf(`ek ${String(wanted.ek)}`), reason: 'test' };
    case 'propose':
    case 'approve':
    case 'withdraw':
    case 'trust-ca':
    case 'revoke-ca':
    case 'revoke-key':
      return undefined;
  }
};

/** Carries out a step, whatever comes of it; time goes on by a little each time. */
export const take = async (authority: TestAuthority, wanted: Step): Promise<void> => {
  const { deps, now } = authority;
  now.at = instantOf(millisOf(now.at) + (wanted.do === 'wait' ? wanted.seconds * 1000 : 5));
  if (wanted.do === 'attest') await attest(authority, wanted);
  const reference = referenceCommand(wanted);
  if (reference !== undefined) await executeReference(deps)({ by: reference.by, commandId: randomUUID() }, reference)();
  const command = hostCommand(authority, wanted);
  if (command !== undefined && 'host' in wanted) await runHost(authority, wanted.host, command);
};
