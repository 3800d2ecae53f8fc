import { randomBytes, randomUUID } from 'node:crypto';
import type * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { createForeignEvidenceCounter } from '../../adapters/caches/foreign-evidence-counter.js';
import { createMemo } from '../../adapters/caches/memo.js';
import { nodeCredentialEngine } from '../../adapters/crypto/node/credential-engine.js';
import { createInTurn } from '../../adapters/event-store/in-turn.js';
import { createMemoryEventStore } from '../../adapters/event-store/memory/memory-event-store.js';
import { createStateCache } from '../../adapters/event-store/state-cache.js';
import { createMemoryEvidenceStore } from '../../adapters/evidence-store/memory/memory-evidence-store.js';
import type { BaseImage } from '../../domain/appraisal/base-image.js';
import { imageFromClaims } from '../../domain/appraisal/image-from-evidence.js';
import { type AttestationPolicy, DEFAULT_POLICY } from '../../domain/appraisal/policy.js';
import { type AuthorityDeps, DEFAULT_SETTINGS, type Request } from '../../domain/authority-deps.js';
import { fromHex, toHex } from '../../domain/encoding/bytes.js';
import { plusSeconds } from '../../domain/encoding/instant.js';
import { foundAuthority } from '../../domain/found-authority.js';
import { type AttestHostInput, attestHost, type Judged } from '../../domain/host/attest-host.js';
import { qualifyingData } from '../../domain/host/challenge.js';
import { enrolHost } from '../../domain/host/enrol-host.js';
import { finishActivation } from '../../domain/host/finish-activation.js';
import { issueChallenge } from '../../domain/host/issue-challenge.js';
import { type StartedActivation, startActivation } from '../../domain/host/start-activation.js';
import type { Keyring } from '../../domain/ledger/keyring.js';
import { loadKeyring } from '../../domain/ledger/load-keyring.js';
import type { EventStore, EvidenceStore } from '../../domain/ports.js';
import { approveBaseImage } from '../../domain/reference/change-reference.js';
import { proposeBaseImage } from '../../domain/reference/propose-base-image.js';
import { trustEndorsementKey } from '../../domain/reference/trust-endorsement-key.js';
import { appraisalEngines, judge, recorded } from './appraisal.js';
import { engines, keyFromSeed } from './engines.js';
import { keyDigest, pcrsAfter } from './forged-evidence.js';
import { right } from './ledger.js';
import type { QuoteOptions, SoftwareTpm } from './software-tpm.js';

export const OPERATORS = {
  alice: { subject: 'alice', role: 'trust-administrator' },
  bob: { subject: 'bob', role: 'trust-administrator' },
  wendy: { subject: 'wendy', role: 'workload-administrator' },
  arthur: { subject: 'arthur', role: 'auditor' },
} as const;

export const asks = (who: keyof typeof OPERATORS): Request => ({ by: OPERATORS[who], commandId: randomUUID() });

export interface TestAuthority {
  readonly deps: AuthorityDeps;
  /** The clock of everything; move it by hand. */
  readonly now: { at: string };
  /** What the last credential held: a TPM opens only its own, which is tested where credentials are made. */
  readonly opened: () => Uint8Array;
  /** The same authority after a restart: stores and keys survive, memory does not. */
  readonly restarted: () => Promise<TestAuthority>;
}

interface Kept {
  readonly store: EventStore;
  readonly evidence: EvidenceStore;
  readonly challengeKey: Uint8Array;
  readonly now: { at: string };
}

const START = '2026-12-01T00:00:00.000Z';
const [authorityKey, eventKey] = [keyFromSeed(1), keyFromSeed(2)];

const open = async (kept: Kept): Promise<TestAuthority> => {
  const keyring: { now: Keyring } = { now: new Map() };
  let secret: Uint8Array = new Uint8Array();
  const deps: AuthorityDeps = {
    ...engines,
    ...appraisalEngines,
    ...kept,
    keyring: () => keyring.now,
    signer: () => eventKey,
    clock: { now: () => kept.now.at },
    inTurn: createInTurn(),
    random: { bytes: (size) => new Uint8Array(randomBytes(size)), uuid: () => randomUUID() },
    credentials: {
      ...nodeCredentialEngine,
      aesCfbEncrypt: (key, message) => {
        secret = message.slice(2);
        return nodeCredentialEngine.aesCfbEncrypt(key, message);
      },
    },
    group: 'test',
    caches: {
      host: createStateCache(100),
      reference: createStateCache(4),
      binding: createStateCache(100),
      access: createStateCache(1),
      approval: createStateCache(1),
      cluster: createStateCache(10),
      inventory: createStateCache(10),
      guard: createStateCache(2),
    },
    documents: {
      images: createMemo(100),
      blobs: createMemo(1000),
      referenceValues: createMemo(8),
      claims: createMemo(1000),
    },
    bootLogs: createMemo(16),
    foreignEvidence: createForeignEvidenceCounter(100),
    settings: DEFAULT_SETTINGS,
  };
  if (right(await kept.store.size()()) === 0) await found(deps);
  keyring.now = right(await loadKeyring(deps, authorityKey.kid)());
  return { deps, now: kept.now, opened: () => secret, restarted: () => open(kept) };
};

/** Listed endorsement keys decide: the software TPMs of tests have no certificates. */
export const TEST_POLICY: AttestationPolicy = {
  ...DEFAULT_POLICY,
  requireEndorsementKeys: true,
  requireCertificateValidation: false,
};

const found = async (deps: AuthorityDeps): Promise<void> => {
  const keys = { authorityPublicKey: authorityKey.publicKey, eventPublicKey: eventKey.publicKey };
  const operators = Object.values(OPERATORS);
  right(
    await foundAuthority({ ...deps, ...keys, authoritySigner: authorityKey })({
      name: 'Test',
      policy: TEST_POLICY,
      operators,
    })(),
  );
};

export const openTestAuthority = (store: EventStore = createMemoryEventStore()): Promise<TestAuthority> =>
  open({
    store,
    evidence: createMemoryEvidenceStore(),
    challengeKey: new Uint8Array(32).fill(7),
    now: { at: START },
  });

export const later = ({ now }: TestAuthority, seconds: number): void => {
  now.at = plusSeconds(now.at, seconds);
};

/** A recorded boot that is good by the image made from it. */
export const GOOD_BOOT = recorded('linux-secure-boot-ecdsa');
export const BAD_BOOT = recorded('linux-other-command-line');

export const imageOf = (version: string): BaseImage => {
  const boot = judge(GOOD_BOOT).claims.boot;
  if (boot === undefined) throw new Error('no claims');
  return right(
    imageFromClaims({ version, displayName: `Image ${version}`, bank: 'sha256', claims: boot, kind: 'uefi-linux' }),
  );
};

export const approveImage = async ({ deps }: TestAuthority, version: string): Promise<void> => {
  right(await proposeBaseImage(deps)({ ...asks('alice'), image: imageOf(version) })());
  right(await approveBaseImage(deps)({ ...asks('bob'), version })());
};

export const listKey = async ({ deps }: TestAuthority, name: string, tpm: SoftwareTpm): Promise<void> => {
  right(
    await trustEndorsementKey(deps)({ ...asks('alice'), name, key: { publicKeyDigest: keyDigest(tpm.ekPublic) } })(),
  );
};

type Left<F> = F extends (...args: never) => (...args: never) => TE.TaskEither<infer L, unknown> ? L : never;

export const startWith = (
  { deps }: TestAuthority,
  host: string,
  tpm: SoftwareTpm,
): Promise<E.Either<Left<typeof startActivation>, StartedActivation>> =>
  startActivation(deps)({ host, akPublic: tpm.akPublic, ekPublic: tpm.ekPublic, intermediates: [] })();

export const certify = async (authority: TestAuthority, host: string, tpm: SoftwareTpm): Promise<void> => {
  const { activation } = right(await startWith(authority, host, tpm));
  right(await finishActivation(authority.deps)({ host, activation, secret: authority.opened() })());
};

export const enrol = async ({ deps }: TestAuthority, host: string): Promise<void> => {
  right(await enrolHost(deps)({ ...asks('wendy'), host })());
};

export interface Attempt {
  readonly boot?: typeof GOOD_BOOT;
  readonly wrappingKey?: Uint8Array;
  readonly clock?: QuoteOptions['clock'];
  readonly nonce?: string;
  readonly forge?: (input: AttestHostInput) => AttestHostInput;
}

/** What the host would send: a fresh challenge answered by its TPM, after this boot. */
export const answerOf = async (
  { deps, now }: TestAuthority,
  host: string,
  tpm: SoftwareTpm,
  attempt: Attempt = {},
): Promise<AttestHostInput> => {
  const akName = toHex(tpm.akName);
  const nonce = attempt.nonce ?? right(await issueChallenge(deps)({ host, akName })()).nonce;
  const { bootLog } = (attempt.boot ?? GOOD_BOOT).evidence;
  const { wrappingKey } = attempt;
  const pcrs = pcrsAfter(bootLog);
  const clock = { clock: BigInt(Date.parse(now.at) - Date.parse(START) + 1000), ...attempt.clock };
  const signed = tpm.quote({ qualifyingData: qualifyingData(deps.hashing, fromHex(nonce), wrappingKey), pcrs, clock });
  const input = { host, akName, nonce, wrappingKey, ...signed, pcrs, bootLog };
  return attempt.forge === undefined ? input : attempt.forge(input);
};

export const attest = async (
  authority: TestAuthority,
  host: string,
  tpm: SoftwareTpm,
  attempt: Attempt = {},
): Promise<E.Either<Left<typeof attestHost>, Judged>> =>
  attestHost(authority.deps)(await answerOf(authority, host, tpm, attempt))();

/** Enrolled, its endorsement key listed, its AK certified. */
export const certifiedHost = async (authority: TestAuthority, host: string, tpm: SoftwareTpm): Promise<void> => {
  await listKey(authority, `key of ${host}`, tpm);
  await enrol(authority, host);
  await certify(authority, host, tpm);
};

export const ledgerSize = async ({ deps }: TestAuthority): Promise<number> => right(await deps.store.size()());
