import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { dataFolder } from '../../adapters/authority/data-folder.js';
import { foundFolder } from '../../adapters/authority/found.js';
import { openLedgerFiles, readerOf } from '../../adapters/authority/open-ledger.js';
import { appraisalEngines } from '../../adapters/crypto/engines.js';
import { createInTurn } from '../../adapters/event-store/in-turn.js';
import { headFileOf } from '../../adapters/event-store/sqlite/head-file.js';
import { openSealer } from '../../adapters/event-store/sqlite/sealer.js';
import { openKeyStore } from '../../adapters/key-store/key-store.js';
import { DEFAULT_POLICY } from '../../domain/appraisal/policy.js';
import { toVerdictRecord } from '../../domain/appraisal/verdict-record.js';
import { instantOf } from '../../domain/encoding/instant.js';
import { type HostEvent, hostCatalogue } from '../../domain/host/events.js';
import type { ChainTip } from '../../domain/ledger/chain.js';
import type { Basis } from '../../domain/ledger/envelope.js';
import type { LedgerWriter } from '../../domain/ledger/ledger.js';
import { signBatch } from '../../domain/ledger/sign-batch.js';
import { appraisalOf, judge, orThrow, recordedBoot } from './recorded-boot.js';

export const HOSTS = 10_000;
const AT_ONCE = 512;
/** Time that passes between two events. */
const STEP_MS = 20;
const PASSPHRASE = 'bench bench bench bench';

const OPERATORS = [
  { subject: 'trust-admin-1', role: 'trust-administrator' },
  { subject: 'auditor-1', role: 'auditor' },
] as const;

export const hostOf = (i: number): string => `host-${String(i % HOSTS)}`;

export const digest = (i: number): string => i.toString(16).padStart(64, '0');

/** A real verdict, so that events weigh what they weigh. */
export const verdictAt = (at: string): ((i: number) => HostEvent) => {
  const engines = appraisalEngines();
  const result = judge(engines, appraisalOf(engines, recordedBoot('linux-secure-boot-ecdsa')));
  const record = toVerdictRecord('challenged', 1, at, result, {
    claims: digest(1),
    evidence: digest(2),
    nonceDigest: digest(3),
  });
  return (i) => ({
    type: 'HostAttested',
    data: { challenge: digest(i), challengeExpires: at, wrappingKey: null, record: { ...record, evidence: digest(i) } },
  });
};

export const certified = (i: number, at: string): HostEvent => ({
  type: 'AttestationKeyCertified',
  data: {
    akName: `000b${digest(i)}`,
    akPublic: digest(i),
    endorsementKey: digest(i),
    ekPublic: digest(i),
    ekCertificate: null,
    intermediates: [],
    tpm: null,
    activation: digest(i),
    activationExpires: at,
  },
});

/** What happens, in which order: one event after the other, each to the next host. */
export type History = (began: string) => (
  i: number,
  at: string,
) => {
  readonly event: HostEvent;
  readonly basis: Basis;
};

export const enrolled: HostEvent = { type: 'HostEnrolled', data: { displayName: null, endorsementKey: null } };

/** Each host enrols, has its key certified, and then attests as often as it takes. */
const attesting: History = (began) => {
  const attested = verdictAt(began);
  return (i, at) => {
    if (i < HOSTS) return { event: enrolled, basis: {} };
    return { event: i < 2 * HOSTS ? certified(i, at) : attested(i), basis: {} };
  };
};

export interface LargeLedger {
  readonly dir: string;
  readonly passphrase: string;
  /** Appends, signed one by one, until there are so many events. */
  readonly growTo: (size: number) => Promise<void>;
}

const commandOf = (i: number): string => `00000000-0000-4000-8000-${i.toString(16).padStart(12, '0')}`;

const fill = async (
  { dir, history }: { readonly dir: string; readonly history: History },
  tips: Map<string, ChainTip | null>,
  from: number,
  size: number,
): Promise<void> => {
  const folder = dataFolder(dir);
  const files = orThrow(await openLedgerFiles(folder)());
  const reader = orThrow(await readerOf(files)());
  const keys = orThrow(await openKeyStore(folder.keys, PASSPHRASE)());
  const began = Date.now() - 1_000_000 * STEP_MS;
  const at = { now: instantOf(began) };
  const writer: LedgerWriter = {
    ...reader,
    signer: () => keys.signer('event'),
    clock: { now: () => at.now },
    inTurn: createInTurn(),
  };
  const eventOf = history(instantOf(began));
  const append = async (i: number): Promise<void> => {
    const stream = `host/${hostOf(i)}`;
    at.now = instantOf(began + i * STEP_MS);
    const tip = tips.get(stream) ?? null;
    const actor = { subject: hostOf(i), role: 'host' as const };
    const { event, basis } = eventOf(i, at.now);
    const place = { catalogue: hostCatalogue, stream, commandId: commandOf(i), actor, basis, tip };
    const batch = orThrow(await signBatch(writer, place, [event])());
    tips.set(stream, batch.tip);
    const done = await reader.store.append({ stream, expectedRevision: tip?.revision ?? -1, entries: batch.entries })();
    if (E.isLeft(done)) throw new Error(JSON.stringify(done.left));
  };
  for (let i = from; i < size; i += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, size - i) }, (_, k) => append(i + k)));
  }
  const sealing = { ...writer, file: headFileOf(folder.ledger), every: 0, onFault: () => undefined };
  orThrow(await orThrow(await openSealer(sealing)()).close());
  await files.store.close();
};

/** An authority's folder with as many events as asked for, of 10,000 hosts. */
export const foundLargeLedger = async (dir: string, history: History = attesting): Promise<LargeLedger> => {
  const named = { name: 'Bench', group: 'default', policy: DEFAULT_POLICY, operators: OPERATORS };
  orThrow(await foundFolder({ dir, ...named, passphrase: PASSPHRASE, keepPassphrase: true })());
  const tips = new Map<string, ChainTip | null>();
  let held = 0;
  return {
    dir,
    passphrase: readFileSync(dataFolder(dir).passphrase, 'utf8').trim(),
    growTo: async (size) => {
      await fill({ dir, history }, tips, held, size);
      held = size;
    },
  };
};
