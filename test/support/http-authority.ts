import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import type { OpenOptions } from '../../adapters/authority/authority-parts.js';
import { type FoundOptions, foundFolder } from '../../adapters/authority/found.js';
import { joinCluster } from '../../adapters/authority/join.js';
import type { StoreChoice } from '../../adapters/authority/store-file.js';
import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import type { HostLimits } from '../../adapters/http/host-gate.js';
import type { Tls } from '../../adapters/http/server.js';
import { type OpenedAuthority, openAuthority } from '../../adapters/main.js';
import { pcrTexts } from '../../domain/appraisal/evidence-manifest.js';
import { fromBase64, fromHex, toBase64, toHex } from '../../domain/encoding/bytes.js';
import { plusSeconds } from '../../domain/encoding/instant.js';
import { qualifyingData } from '../../domain/host/challenge.js';
import { GOOD_BOOT, imageOf, TEST_POLICY } from './authority.js';
import { keyDigest, pcrsAfter } from './forged-evidence.js';
import { right } from './ledger.js';
import { openCredential } from './open-credential.js';
import type { SoftwareTpm } from './software-tpm.js';

export const PEOPLE: FoundOptions['operators'] = [
  { subject: 'alice', role: 'trust-administrator' },
  { subject: 'bob', role: 'trust-administrator' },
  { subject: 'wendy', role: 'workload-administrator' },
  { subject: 'kim', role: 'key-administrator' },
  { subject: 'arthur', role: 'auditor' },
];

export type Person = 'alice' | 'bob' | 'wendy' | 'kim' | 'arthur';

export const PASSPHRASE = 'correct horse battery';

/** An authority in a folder of its own, with a clock that is moved by hand. */
export interface HttpAuthority {
  readonly dir: string;
  readonly opened: OpenedAuthority;
  readonly app: FastifyInstance;
  readonly tokens: ReadonlyMap<string, string>;
  readonly now: { at: string };
  readonly lines: Array<string>;
  readonly ask: (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    options?: Asking,
  ) => Promise<LightMyRequestResponse>;
  readonly size: () => Promise<number>;
  readonly close: () => Promise<void>;
}

export interface Asking {
  readonly as?: Person;
  readonly body?: unknown;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const START = '2026-12-01T00:00:00.000Z';

/** Tests that are not about rates must not meet one. */
const GENEROUS: HostLimits = {
  perAddress: { rate: 1e6, burst: 1e6 },
  refusedPerAddressAndHost: { rate: 1e6, burst: 1e6 },
  refusedPerHost: { rate: 1e6, burst: 1e6 },
};

export const openHttpAuthority = async (
  start: string = START,
  store?: StoreChoice,
  tls?: Tls,
  settings?: Partial<OpenOptions>,
): Promise<HttpAuthority> => {
  const dir = join(mkdtempSync(join(tmpdir(), 'sekisho-http-')), 'authority');
  const now = { at: start };
  const clock = { now: () => now.at };
  const founding = { dir, name: 'Test', group: 'test', policy: TEST_POLICY, operators: PEOPLE, store };
  const { tokens } = right(await foundFolder({ ...founding, passphrase: PASSPHRASE, keepPassphrase: true, clock })());
  return openFolder(dir, tokens, now, { ...settings, tls });
};

/** One more node of an authority that keeps its ledger in a cluster, with that one's keys and clock. */
export const joinHttpAuthority = async (
  first: HttpAuthority,
  store: StoreChoice,
  keys = join(first.dir, 'keys.json'),
): Promise<HttpAuthority> => {
  const dir = join(mkdtempSync(join(tmpdir(), 'sekisho-http-')), 'authority');
  right(await joinCluster({ dir, store, keys, passphrase: PASSPHRASE })());
  return openFolder(dir, first.tokens, first.now);
};

/** Serves a folder that is there already. */
export const openFolder = async (
  dir: string,
  tokens: ReadonlyMap<string, string>,
  now: { at: string },
  settings?: Partial<OpenOptions>,
): Promise<HttpAuthority> => {
  const clock = { now: () => now.at };
  const lines: Array<string> = [];
  const log = { level: 'debug' as const, stream: { write: (line: string) => void lines.push(line) } };
  const opened = right(
    await openAuthority({ dir, passphrase: PASSPHRASE, clock, limits: GENEROUS, log, ...settings })(),
  );
  const { app, close } = opened;
  const ask: HttpAuthority['ask'] = (method, url, { as, body, raw, headers = {} } = {}) => {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    return app.inject({
      method,
      url,
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${tokens.get(as) ?? ''}` }),
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    });
  };
  const size = async (): Promise<number> => right(await opened.deps.store.size()());
  return { dir, opened, app, tokens, now, lines, ask, size, close };
};

const done = (reply: LightMyRequestResponse): LightMyRequestResponse => {
  if (reply.statusCode >= 300) throw new Error(`${String(reply.statusCode)} ${reply.body}`);
  return reply;
};

/** Enrolled, its endorsement key listed, its AK certified: all over HTTP. */
export const certifiedOverHttp = async ({ ask }: HttpAuthority, host: string, tpm: SoftwareTpm): Promise<void> => {
  const key = { name: `key of ${host}`, publicKeyDigest: keyDigest(tpm.ekPublic) };
  done(await ask('POST', '/v1/endorsement-keys', { as: 'alice', body: key }));
  done(await ask('POST', '/v1/hosts', { as: 'wendy', body: { id: host } }));
  const offer = { ekPublic: toBase64(tpm.ekPublic), akPublic: toBase64(tpm.akPublic) };
  const path = `/v1/hosts/${host}/attestation-key`;
  const challenge = done(await ask('POST', `${path}/challenges`, { body: offer })).json();
  const secret = openCredential(tpm, fromBase64(challenge.credentialBlob), fromBase64(challenge.encryptedSecret));
  done(await ask('POST', path, { body: { activation: challenge.activation, secret: toBase64(secret) } }));
};

export const approvedOverHttp = async ({ ask }: HttpAuthority, version: string): Promise<void> => {
  done(await ask('POST', '/v1/base-images', { as: 'alice', body: { image: imageOf(version) } }));
  done(await ask('POST', `/v1/base-images/${version}/approve`, { as: 'bob', body: {} }));
};

/** What the host's agent would send for this challenge. */
export const evidenceFor = (
  nonce: string,
  tpm: SoftwareTpm,
  at: string,
  boot: typeof GOOD_BOOT = GOOD_BOOT,
  clock = BigInt(Date.parse(at) - Date.parse(START) + 1000),
  wrappingKey?: Uint8Array,
): Readonly<Record<string, unknown>> => {
  const { bootLog } = boot.evidence;
  const pcrs = pcrsAfter(bootLog);
  const data = qualifyingData(nodeHashing, fromHex(nonce), wrappingKey);
  const { quote, signature } = tpm.quote({ qualifyingData: data, pcrs, clock: { clock } });
  return {
    nonce,
    quote: toBase64(quote),
    signature: toBase64(signature),
    pcrs: pcrTexts(pcrs),
    eventLog: toBase64(bootLog),
    ...(wrappingKey === undefined ? {} : { wrappingKey: toBase64(wrappingKey) }),
  };
};

export const challengeFor = async ({ ask }: HttpAuthority, host: string, tpm: SoftwareTpm): Promise<string> =>
  done(await ask('POST', `/v1/hosts/${host}/challenges`, { body: { akName: toHex(tpm.akName) } })).json().nonce;

export const attestOverHttp = async (
  authority: HttpAuthority,
  host: string,
  tpm: SoftwareTpm,
  boot: typeof GOOD_BOOT = GOOD_BOOT,
  wrappingKey?: Uint8Array,
): Promise<LightMyRequestResponse> => {
  authority.now.at = plusSeconds(authority.now.at, 1);
  const nonce = await challengeFor(authority, host, tpm);
  const body = evidenceFor(nonce, tpm, authority.now.at, boot, undefined, wrappingKey);
  return authority.ask('POST', `/v1/hosts/${host}/attestations`, { body });
};
