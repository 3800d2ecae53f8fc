import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type FollowerState, openFollowerState } from '../../../adapters/consumer/follower-state.js';
import { receive } from '../../../adapters/consumer/receive.js';
import { settle } from '../../../adapters/consumer/settle.js';
import { createMemoryEventStore } from '../../../adapters/event-store/memory/memory-event-store.js';
import type { AnyProjection } from '../../../adapters/projection-store/memory.js';
import type { AuthorityDeps } from '../../../domain/authority-deps.js';
import { fromUtf8, utf8 } from '../../../domain/encoding/bytes.js';
import { enrolHost } from '../../../domain/host/enrol-host.js';
import { leafBytes } from '../../../domain/ledger/leaf.js';
import { appendLeaf, emptyFrontier, rootOf } from '../../../domain/ledger/merkle.js';
import type { StoredEntry } from '../../../domain/ports.js';
import { checkpointMessage } from '../../../domain/publication/checkpoint-message.js';
import { eventMessage } from '../../../domain/publication/event-message.js';
import type { Message } from '../../../domain/publication/message.js';
import type { ReceivedMessage } from '../../../domain/publication/read-message.js';
import { formatCheckpoint } from '../../../domain/transparency/checkpoint.js';
import type { SignedCheckpoint } from '../../../domain/transparency/log-state.js';
import { formatNote } from '../../../domain/transparency/note.js';
import { signNote } from '../../../domain/transparency/sign-note.js';
import { hostTrust } from '../../../projections/host-trust.js';
import { asks, openTestAuthority } from '../../support/authority.js';
import { engines, keyFromSeed } from '../../support/engines.js';
import { left, right } from '../../support/ledger.js';
import { recordNewer } from '../../support/newer-event.js';
import { noteEngines, noteSigner, verifierKey } from '../../support/note-signers.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const LOG = noteSigner('sekisho/test', 7);
const PINNED = keyFromSeed(1).kid;
const PROJECTIONS = [hostTrust] as unknown as ReadonlyArray<AnyProjection>;

const signedOver = async (entries: ReadonlyArray<StoredEntry>, by = LOG): Promise<SignedCheckpoint> => {
  const leaves = entries.map(({ bytes }) => leafBytes(engines.hashing, bytes));
  const tree = leaves.reduce((grown, leaf) => appendLeaf(engines.hashing, grown, leaf), emptyFrontier);
  const root = rootOf(engines.hashing, tree);
  const checkpoint = { origin: LOG.name, size: entries.length, root, extensions: [] };
  const text = formatCheckpoint(checkpoint);
  return { checkpoint, bytes: formatNote({ text, signatures: [right(await signNote(noteEngines, by)(text)())] }) };
};

const received = ({ key, value, headers }: Message): ReceivedMessage => ({
  key: utf8(key),
  value,
  header: (name) => (headers[name] === undefined ? undefined : utf8(headers[name])),
});

const messageOf = (stored: StoredEntry): Message => right(eventMessage(engines.hashing, LOG.name, stored)).message;

const HOSTS = ['a', 'b', 'c', 'd'];

const setUp = async (more: (deps: AuthorityDeps) => Promise<void> = () => Promise.resolve()) => {
  const store = createMemoryEventStore();
  const { deps } = await openTestAuthority(store);
  for (const id of HOSTS) right(await enrolHost(deps)({ ...asks('wendy'), host: id })());
  await more(deps);
  const entries = right(await store.readAll(0, 1000)());
  const file = join(temporaryFolder(), 'followed.db');
  const open = (): FollowerState => {
    const state = openFollowerState(file, PROJECTIONS, 'test');
    if (state === undefined) throw new Error('foreign state');
    return state;
  };
  const refused: Array<string> = [];
  const onRefused = (why: string): void => void refused.push(why);
  const key = verifierKey(LOG, 'ed25519');
  const intake = { engines, origin: LOG.name, key, onRefused, onRepeated: () => refused.push('repeated') };
  const hear = (
    state: FollowerState,
    messages: ReadonlyArray<Message>,
    kind: 'events' | 'checkpoints' = 'events',
  ): void => receive(state, intake, { kind, partition: 0, messages: messages.map(received), next: '9' });
  const settled = (state: FollowerState, { checkpoint }: SignedCheckpoint) =>
    settle(state, { engines, pinned: PINNED, onRefused }, checkpoint);
  return { entries, open, refused, hear, settled };
};

const hostsOf = ({ memory }: FollowerState): ReadonlyArray<string> => [...(memory.folded[0]?.rows.keys() ?? [])].sort();

it('shows nothing before a signed tree holds it, whatever the order and however often it came', async () => {
  const { entries, open, hear, settled } = await setUp();
  const state = open();
  hear(state, entries.toReversed().map(messageOf));
  hear(state, entries.map(messageOf));
  expect(state.memory.next).toBe(0);
  expect(right(await settled(state, await signedOver(entries.slice(0, -1))))).toBe(true);
  expect([state.memory.next, hostsOf(state)]).toEqual([entries.length - 1, ['host/a', 'host/b', 'host/c']]);
});

it('keeps what waits and what it believes across a restart, and goes on from there', async () => {
  const { entries, open, hear, settled, refused } = await setUp();
  const first = open();
  hear(first, entries.slice(0, -1).map(messageOf));
  right(await settled(first, await signedOver(entries.slice(0, 3))));
  first.database.close();
  const second = open();
  expect([second.memory.next, second.frontier.size]).toEqual([3, 3]);
  hear(second, entries.map(messageOf));
  expect(right(await settled(second, await signedOver(entries)))).toBe(true);
  expect(hostsOf(second)).toEqual(HOSTS.map((host) => `host/${host}`));
  expect(refused.filter((why) => why !== 'repeated')).toEqual([]);
});

it('waits where an entry is missing', async () => {
  const { entries, open, hear, settled } = await setUp();
  const state = open();
  hear(state, entries.filter((_, i) => i !== 2).map(messageOf));
  expect(right(await settled(state, await signedOver(entries)))).toBe(false);
  expect(state.memory.next).toBe(0);
});

it('refuses and counts messages that are not what a publisher makes', async () => {
  const { entries, open, hear, refused } = await setUp();
  const state = open();
  const good = messageOf(entries[0]!);
  const withoutLeaf = Object.fromEntries(Object.entries(good.headers).filter(([name]) => name !== 'ce_leaf'));
  const variants: ReadonlyArray<readonly [string, Message]> = [
    ['oversize', { ...good, value: new Uint8Array(65_536) }],
    ['oversize', { ...good, value: new Uint8Array() }],
    ['source', { ...good, headers: { ...good.headers, ce_source: 'sekisho/other' } }],
    ['headers', { ...good, headers: { ...good.headers, ce_index: '-1' } }],
    ['headers', { ...good, headers: { ...good.headers, ce_index: '1e3' } }],
    ['headers', { ...good, headers: { ...good.headers, ce_revision: '7' } }],
    ['headers', { ...good, headers: { ...good.headers, ce_specversion: '0.3' } }],
    ['headers', { ...good, headers: { ...good.headers, ce_id: `${good.headers['ce_id'] ?? ''}0` } }],
    ['headers', { ...good, headers: withoutLeaf }],
    ['key', { ...good, key: 'host/other' }],
    ['leaf', { ...good, value: utf8('{}') }],
    ['ahead', { ...good, headers: { ...good.headers, ce_index: '9007199254740991' } }],
  ];
  for (const [, message] of variants) hear(state, [message]);
  expect(refused).toEqual(variants.map(([why]) => why));
  expect(state.tables.from(0, 10)).toEqual([]);
});

it('drops a forged event and takes the true one, whichever came first', async () => {
  const { entries, open, hear, settled, refused } = await setUp();
  const state = open();
  const last = entries.at(-1)!;
  const forged = {
    ...last,
    bytes: utf8((fromUtf8(last.bytes) ?? '').replace('"displayName":null', '"displayName":"x"')),
  };
  hear(state, [forged, ...entries].map(messageOf));
  expect(right(await settled(state, await signedOver(entries)))).toBe(true);
  expect(hostsOf(state)).toHaveLength(HOSTS.length);
  expect(refused.filter((why) => why !== 'SignatureInvalid')).toEqual([]);
});

it('never shows a forged event that came alone: its signature is asked for when the tree differs', async () => {
  const { entries, open, hear, settled, refused } = await setUp();
  const state = open();
  const last = entries.at(-1)!;
  const forged = {
    ...last,
    bytes: utf8((fromUtf8(last.bytes) ?? '').replace('"displayName":null', '"displayName":"x"')),
  };
  hear(state, [...entries.slice(0, -1), forged].map(messageOf));
  expect(right(await settled(state, await signedOver(entries)))).toBe(false);
  expect([state.memory.next, refused]).toEqual([0, ['SignatureInvalid']]);
  hear(state, [messageOf(last)]);
  expect(right(await settled(state, await signedOver(entries)))).toBe(true);
});

it('does not show true events in wrong places', async () => {
  const { entries, open, hear, settled } = await setUp();
  const state = open();
  const [c, d] = entries.slice(-2) as [StoredEntry, StoredEntry];
  const swapped = [...entries.slice(0, -2), { ...c, index: d.index }, { ...d, index: c.index }];
  hear(state, swapped.map(messageOf));
  expect(left(await settled(state, await signedOver(entries)))).toMatchObject({ _tag: 'TreeDiffers' });
  expect(state.memory.next).toBe(0);
});

it('believes no other authority than the pinned one', async () => {
  const { entries, open, hear, refused } = await setUp();
  const state = open();
  hear(state, entries.map(messageOf));
  const onRefused = (why: string): void => void refused.push(why);
  const { checkpoint } = await signedOver(entries);
  expect(right(await settle(state, { engines, pinned: '0'.repeat(16), onRefused }, checkpoint))).toBe(false);
  expect([state.memory.next, refused]).toEqual([0, ['UnknownKey']]);
});

it('keeps only checkpoints that the key of the log signed', async () => {
  const { entries, open, hear, refused } = await setUp();
  const state = open();
  const foreign = await signedOver(entries, noteSigner(LOG.name, 8));
  hear(state, [checkpointMessage(foreign), { ...checkpointMessage(foreign), value: utf8('x') }], 'checkpoints');
  expect([refused, state.tables.notes()]).toEqual([['checkpoint', 'checkpoint'], []]);
  hear(state, [checkpointMessage(await signedOver(entries))], 'checkpoints');
  expect(state.tables.notes().map(({ size }) => size)).toEqual([entries.length]);
});

it('does not use a state that was made from another log or topic', async () => {
  const { open } = await setUp();
  open().database.close();
  const file = join(temporaryFolder(), 'x.db');
  openFollowerState(file, PROJECTIONS, 'one')?.database.close();
  expect(openFollowerState(file, PROJECTIONS, 'other')).toBeUndefined();
});

it('shows nothing of what an event of a newer version could have changed, and keeps it for the day it is upgraded', async () => {
  const { entries, open, hear, settled, refused } = await setUp((deps) => recordNewer(deps, 'host/a'));
  const state = open();
  hear(state, entries.map(messageOf));
  expect(right(await settled(state, await signedOver(entries.slice(0, -1))))).toBe(true);
  const shown = [state.memory.next, hostsOf(state)];
  const fault = { _tag: 'UnknownEventType', type: 'HostBlessed' };
  expect(left(await settled(state, await signedOver(entries)))).toMatchObject({ _tag: 'EventUnreadable', fault });
  expect([[state.memory.next, hostsOf(state)], refused]).toEqual([shown, []]);
  expect(state.tables.from(entries.length - 1, 10)).toHaveLength(1);
});
