import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { DEFAULT_POLICY } from '../../domain/appraisal/policy.js';
import { fromHex, toHex } from '../../domain/encoding/bytes.js';
import { qualifyingData } from '../../domain/host/challenge.js';
import { imageOf } from '../cli/image-from-evidence.js';
import { appraiseFile } from '../cli/offline-appraisal.js';
import { nodeHashing } from '../crypto/node/hashing.js';
import type { Player, StoryClock } from './player.js';
import { bodyOf, type Exchange, isAttestation, type Recording } from './recording.js';
import type { Stage } from './stage.js';

export interface Story {
  readonly dir: string;
  readonly stage: Stage;
  readonly clock: StoryClock;
  readonly player: Player;
  readonly recording: Recording;
  /** What hosts ask for keys with, by host: of their last favourable verdict. */
  readonly hostTokens: Map<string, string>;
}

const [FIRST, SECOND, WORKLOAD, AUDITOR] = ['trust-admin-1', 'trust-admin-2', 'workload-admin-1', 'auditor-1'] as const;
const TUESDAY_NOON = '2026-11-17T12:00:00.000Z';
const WEDNESDAY_EVENING = '2026-11-18T18:00:00.000Z';

/** What runs where; the authority is told none of it. */
const HOSTS: Readonly<Record<string, string>> = {
  'linux-01': 'Debian, Secure Boot on, RSA TPM keys',
  'linux-02': 'Debian, Secure Boot on, ECC TPM keys',
  'linux-03': 'Debian, Secure Boot off',
  'linux-04': 'Debian, started with init=/bin/sh',
  'esx-01': 'ESXi-shaped 8.0.3, RSA TPM keys',
  'esx-02': 'ESXi-shaped 8.0.2, ECC TPM keys',
  'esx-03': 'ESXi-shaped 8.0.3 with one module too many',
};

const IMAGES: ReadonlyArray<readonly [from: string, version: string]> = [
  ['linux-01', 'debian-12'],
  ['esx-01', 'esxi-8.0.3'],
  ['esx-02', 'esxi-8.0.2'],
];

interface Judged {
  readonly verdict: string;
  readonly reasons: ReadonlyArray<{ readonly code: string; readonly subject?: string }>;
  readonly index: number;
}

const reasonsOf = ({ reasons }: Judged): string =>
  [...new Set(reasons.map(({ code, subject }) => (subject === undefined ? code : `${code} ${subject}`)))].join(', ');

const firstOf = ({ recording }: Story, host: string, path: string): Exchange => {
  const found = recording.exchanges.find((each) => each.host === host && each.path.endsWith(path));
  if (found === undefined) throw new Error(`the recording has no ${path} of ${host}`);
  return found;
};

/** A host's evidence as a file, as its administrator would bring it to make an image from. */
const evidenceFile = (story: Story, host: string): string => {
  const keys = firstOf(story, host, '/challenges').body;
  const { nonce, ...quoted } = bodyOf(story.recording, firstOf(story, host, '/attestations'));
  const expected = toHex(qualifyingData(nodeHashing, fromHex(String(nonce)), undefined));
  const file = join(story.dir, 'evidence', `${host}.json`);
  const { ekCertificate, ekPublic, akPublic } = keys;
  const evidence = { nonce: expected, ekCertificate, ekPublic, akPublic, ...quoted, ekIssuers: story.recording.tpmCa };
  mkdirSync(join(story.dir, 'evidence'), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(evidence, null, 1)}\n`, { mode: 0o600 });
  return file;
};

const imageFrom = async (story: Story, host: string, version: string): Promise<unknown> => {
  const file = evidenceFile(story, host);
  const appraised = await appraiseFile(file, { json: false, at: story.clock.now() })();
  if (E.isLeft(appraised)) throw new Error(appraised.left.message);
  const { evidence, result } = appraised.right;
  const wanted = { version, displayName: version, kind: undefined, pcrs: undefined, pinEverything: false };
  const image = imageOf(evidence, result, wanted);
  if (E.isLeft(image)) throw new Error(image.left.message);
  return image.right;
};

const setPolicy = async ({ player }: Story): Promise<void> => {
  const { etag } = await player.must('GET', '/v1/policy', FIRST);
  const policy = { ...DEFAULT_POLICY, evidenceMaxAgeSeconds: 26 * 3600 };
  await player.must('PUT', '/v1/policy', FIRST, policy, etag);
};

export const sayWhatIsGood = async (story: Story): Promise<void> => {
  const { stage, player, clock, recording } = story;
  stage.scene(
    'Monday: what is good',
    'A TPM maker is trusted. Three base images are made from reference hosts’ own evidence, proposed by one trust administrator and approved by another.',
  );
  clock.set('2026-11-16T08:10:00.000Z');
  await setPolicy(story);
  await player.must('POST', '/v1/tpm-cas', FIRST, { name: 'lab-maker', chain: recording.tpmCa.join('\n') });
  stage.good('TPM CA trusted: lab-maker; a verdict counts 26 hours');
  for (const [host, version] of IMAGES) {
    await player.must('POST', '/v1/base-images', FIRST, { image: await imageFrom(story, host, version) });
    const own = await player.ask('POST', `/v1/base-images/${version}/approve`, FIRST, {});
    if (version === IMAGES[0]?.[1])
      stage.bad(`${FIRST} approves the own proposal: refused, ${String(own.body['code'])}`);
    await player.must('POST', `/v1/base-images/${version}/approve`, SECOND, {});
    stage.good(`base image ${stage.paint.bold(version)} from ${host}: proposed by ${FIRST}, approved by ${SECOND}`);
  }
  const guard = await player.ask('POST', '/v1/base-images/debian-12/withdraw', WORKLOAD, { reason: 'try' });
  stage.bad(`${WORKLOAD} tries to withdraw an image: refused, ${String(guard.body['code'])}`);
};

interface Issued {
  readonly kind: string;
  readonly token: string;
}

/** An unfavourable verdict comes with none: then the host is left with the one it had. */
export const keepToken = ({ hostTokens }: Story, host: string, body: Readonly<Record<string, unknown>>): void => {
  for (const { kind, token } of (body['tokens'] ?? []) as ReadonlyArray<Issued>)
    if (kind === 'key-access') hostTokens.set(host, token);
};

/** Plays what hosts sent on one day, at the recorded times. */
const play = async (story: Story, day: string): Promise<ReadonlyMap<string, Judged>> => {
  const verdicts = new Map<string, Judged>();
  for (const exchange of story.recording.exchanges.filter(({ at }) => at.startsWith(day))) {
    story.clock.set(exchange.at);
    const { body } = await story.player.must('POST', exchange.path, undefined, bodyOf(story.recording, exchange));
    if (!isAttestation(exchange)) continue;
    verdicts.set(exchange.host, body as unknown as Judged);
    keepToken(story, exchange.host, body);
  }
  return verdicts;
};

const showVerdicts = ({ stage }: Story, verdicts: ReadonlyMap<string, Judged>): void => {
  const { paint } = stage;
  for (const [host, judged] of verdicts) {
    const what = `${paint.bold(host.padEnd(9))} ${(HOSTS[host] ?? '').padEnd(44)}`;
    if (judged.verdict === 'affirming') stage.good(`${what} ${paint.green('trusted')}`);
    else stage.bad(`${what} ${paint.red('refused')}  ${paint.yellow(reasonsOf(judged))}`);
  }
};

export const judgeSevenHosts = async (story: Story): Promise<void> => {
  const { stage, player, clock } = story;
  stage.scene(
    'Monday: seven hosts come to the gate',
    'Each certifies its attestation key by opening a credential that only its TPM can open, then signs a quote over a fresh challenge. The authority replays the boot log to the quoted registers and judges every rule.',
  );
  clock.set('2026-11-16T08:30:00.000Z');
  for (const [id, displayName] of Object.entries(HOSTS))
    await player.must('POST', '/v1/hosts', WORKLOAD, { id, displayName });
  showVerdicts(story, await play(story, '2026-11-16'));
};

const ledgerIndex = async ({ player }: Story): Promise<number> => {
  const { body } = await player.must('GET', '/v1/health');
  return Number(body['index']);
};

export const turnStrangersAway = async (story: Story): Promise<void> => {
  const { stage, player, recording } = story;
  stage.scene(
    'Strangers',
    'What the host’s own key did not sign over a live challenge is refused and leaves no event: strangers can not fill the ledger.',
  );
  const before = await ledgerIndex(story);
  const exchange = firstOf(story, 'linux-01', '/attestations');
  story.clock.set(exchange.at);
  const genuine = bodyOf(recording, exchange);
  const { body: again } = await player.ask('POST', exchange.path, undefined, genuine);
  stage.bad(`linux-01's evidence, sent a second time: ${String(again['code'])}`);
  const forged = { ...genuine, nonce: randomBytes(56).toString('hex') };
  const { body: other } = await player.ask('POST', exchange.path, undefined, forged);
  stage.bad(`a challenge that this authority never made: ${String(other['code'])}`);
  const second = story.recording.exchanges.find(
    ({ host, at, path }) => host === 'linux-01' && at > '2026-11-17' && path.endsWith('s'),
  );
  if (second !== undefined) {
    story.clock.set(second.at);
    const real = bodyOf(recording, second);
    const bytes = Buffer.from(String(real['quote']), 'base64');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const flipped = { ...real, quote: bytes.toString('base64') };
    const { body: bit } = await player.ask('POST', second.path, undefined, flipped);
    stage.bad(`a live challenge, one bit of the quote flipped: ${String(bit['code'])}`);
  }
  const after = await ledgerIndex(story);
  stage.good(`events recorded by all this: ${stage.paint.bold(String(after - before))}`);
};

export const withdrawAnImage = async (story: Story): Promise<void> => {
  const { stage, player, clock } = story;
  stage.scene(
    'Tuesday and Wednesday: an image is withdrawn',
    'On Tuesday the good hosts attest again. On Wednesday ESXi 8.0.2 turns out to be vulnerable; its image is withdrawn, and hosts that boot it lose trust at once. linux-02 falls silent.',
  );
  showVerdicts(story, await play(story, '2026-11-17'));
  clock.set('2026-11-18T08:00:00.000Z');
  await player.must('POST', '/v1/base-images/esxi-8.0.2/withdraw', FIRST, { reason: 'security advisory for 8.0.2' });
  stage.good(`${FIRST} withdraws esxi-8.0.2`);
  const { body } = await player.must('GET', '/v1/hosts/esx-02', AUDITOR);
  stage.line(`  esx-02 is ${stage.paint.red(stateOf(body))} before it even comes back`);
  showVerdicts(story, await play(story, '2026-11-18'));
};

const stateOf = (body: Readonly<Record<string, unknown>>): string =>
  String((body['host'] as { readonly state?: unknown } | undefined)?.state);

interface HostRow {
  readonly id: string;
  readonly state: string;
  readonly reasons: ReadonlyArray<string>;
}

const hostsAt = async ({ player }: Story, at: string): Promise<ReadonlyMap<string, HostRow>> => {
  const { body } = await player.must('GET', `/v1/hosts?at=${at}`, AUDITOR);
  return new Map((body['hosts'] as ReadonlyArray<HostRow>).map((row) => [row.id, row]));
};

export const askAboutTuesday = async (story: Story): Promise<void> => {
  const { stage, clock } = story;
  const { paint } = stage;
  stage.scene(
    '“Was this host trusted last Tuesday?”',
    'As of any time, from the same ledger. Silence is a finding: stale is not trusted.',
  );
  clock.set(WEDNESDAY_EVENING);
  const [tuesday, wednesday] = [await hostsAt(story, TUESDAY_NOON), await hostsAt(story, WEDNESDAY_EVENING)];
  const colour = (state: string): string =>
    (state === 'trusted' ? paint.green : state === 'stale' ? paint.yellow : paint.red)(state.padEnd(18));
  stage.line(paint.dim(`${'host'.padEnd(10)} ${'Tuesday noon'.padEnd(18)} ${'Wednesday evening'.padEnd(18)} why`));
  for (const [id, then] of tuesday) {
    const now = wednesday.get(id);
    stage.line(
      `${paint.bold(id.padEnd(10))} ${colour(then.state)} ${colour(now?.state ?? '')} ${paint.dim((now?.reasons ?? []).join(', '))}`,
    );
  }
};

export const replayEverything = async (story: Story): Promise<void> => {
  const { stage, player } = story;
  stage.scene(
    'Replay',
    'Every verdict is computed again from stored evidence, with the reference values and the time that its event names.',
  );
  const { body } = await player.must('POST', '/v1/replay', AUDITOR, {});
  const { checked, differences } = body as { readonly checked: number; readonly differences: ReadonlyArray<unknown> };
  const text = `${String(checked)} verdicts recomputed, ${String(differences.length)} differences`;
  if (differences.length === 0) stage.good(text);
  else throw new Error(text);
};
