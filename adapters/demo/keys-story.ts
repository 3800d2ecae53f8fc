import { randomBytes } from 'node:crypto';
import type { Reply } from './player.js';
import { keepToken, type Story } from './story.js';

const [TRUST, WORKLOAD, AUDITOR] = ['trust-admin-1', 'workload-admin-1', 'auditor-1'] as const;
const PATH = '/v1/key-providers/vault';
const [TRUSTED, LEFT_OUT] = ['linux-01', 'esx-02'] as const;

interface Wrapped {
  readonly keyId: string;
  readonly ciphertext: string;
}

interface Holding {
  readonly host: string;
  readonly key: string;
  readonly state: string;
  readonly first: { readonly time: string };
  readonly verdict: { readonly index: number };
}

const reasonsOf = ({ body }: Reply): string =>
  ((body['reasons'] ?? []) as ReadonlyArray<{ readonly code: string }>).map(({ code }) => code).join(', ');

/** A host brings a key of its own: the recorded ones attested without a key that another could be sealed to. */
const wrap = ({ player }: Story, host: string): Promise<Reply> =>
  player.ask('POST', `${PATH}/encrypt`, host, { plaintext: randomBytes(32).toString('base64'), purpose: 'disk' });

const refused = async (story: Story, host: string): Promise<void> => {
  const { stage } = story;
  const reply = await wrap(story, host);
  if (reply.status < 400) throw new Error(`${host} was given a key`);
  stage.bad(`${stage.paint.bold(host)} asks: ${stage.paint.red('no key')}  ${stage.paint.yellow(reasonsOf(reply))}`);
};

const whoHadWhat = async ({ player, stage }: Story): Promise<void> => {
  const { body } = await player.must('GET', '/v1/key-ledger', AUDITOR);
  for (const { host, key, state, first, verdict } of body['holdings'] as ReadonlyArray<Holding>) {
    const colour = state === 'usable' ? stage.paint.green : stage.paint.red;
    const when = `since ${first.time.slice(0, 16)}, on the verdict of entry ${String(verdict.index)}`;
    stage.line(`  ${AUDITOR} reads: ${stage.paint.bold(host)} had key ${key.slice(0, 16)} ${when}: ${colour(state)}`);
  }
};

/** On Wednesday, after esx-02 has lost its image. Tokens are of the hosts' last verdicts, whether or not those still count. */
export const releaseKeys = async (story: Story): Promise<void> => {
  const { stage, player, clock } = story;
  stage.scene(
    'Keys, only for the trusted',
    'The same token opens nothing by itself: whether a host may have a key is decided from the ledger at the moment it asks, and each answer is an event that names the verdict it relied on.',
  );
  clock.set('2026-11-18T14:00:00.000Z');
  await player.must('POST', '/v1/key-providers', TRUST, { id: 'vault', kind: 'software' });
  await player.must('PUT', `${PATH}/primary-key`, TRUST, { create: 'first' });
  const { body: renewed } = await player.must('POST', `/v1/hosts/${TRUSTED}/tokens`, TRUSTED, {});
  keepToken(story, TRUSTED, renewed);
  const { body } = await wrap(story, TRUSTED);
  const { keyId } = body as unknown as Wrapped;
  stage.good(`${stage.paint.bold(TRUSTED)} has its disk key wrapped: ${keyId.slice(0, 16)}`);
  await refused(story, LEFT_OUT);
  await player.must('POST', `/v1/hosts/${TRUSTED}/quarantine`, TRUST, { reason: 'its rack was opened' });
  stage.line(`  ${TRUST} puts ${TRUSTED} in quarantine; its token is not expired`);
  await refused(story, TRUSTED);
  await player.must('POST', `/v1/hosts/${TRUSTED}/release`, TRUST, { reason: 'it was the electrician' });
  await player.must('POST', `/v1/keys/${keyId}/revoke`, TRUST, { reason: 'to be sure' });
  const guard = await player.ask('POST', `/v1/keys/${keyId}/revoke`, WORKLOAD, { reason: 'try' });
  stage.good(`${TRUST} revokes the key, to be sure; ${WORKLOAD} could not: ${String(guard.body['code'])}`);
  await whoHadWhat(story);
};
