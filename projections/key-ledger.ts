import type { LedgerEvent } from '../domain/catalogue.js';
import type { HostEvent } from '../domain/host/events.js';
import { hostOfStream } from '../domain/host/host-id.js';
import type { KeyEvent } from '../domain/key/events.js';
import { keyOfStream } from '../domain/key/key-id.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import { holdingKey, type KeyLedgerRow, type KeyLedgerRows, type KeyRow, keyRow, keyRowKey } from './key-row.js';
import { type Change, NOTHING, type Projection } from './projection.js';
import { actOf } from './reference.js';

type Changes = ReadonlyArray<Change<KeyLedgerRow>>;
type Delivered = Recorded<Extract<HostEvent, { readonly type: 'KeyDelivered' }>>;

const newKey = (recorded: Recorded<KeyEvent>, key: string): KeyRow | undefined => {
  const { event } = recorded;
  const fresh = { kind: 'key', key, created: actOf(recorded), rekeyedAs: [], revoked: null } as const;
  if (event.type === 'KeyCreated') {
    const { provider, primaryKey, origin, host } = event.data;
    return { ...fresh, provider, primaryKey, origin, host };
  }
  if (event.type !== 'KeyRegistered') return undefined;
  const { provider, primaryKey } = event.data;
  return { ...fresh, provider, primaryKey, origin: 'registered', host: null };
};

const evolveKey = (rows: KeyLedgerRows, recorded: Recorded<KeyEvent>, key: string): Changes => {
  const { event } = recorded;
  const row = keyRow(rows, key) ?? newKey(recorded, key);
  if (row === undefined) return NOTHING;
  switch (event.type) {
    case 'KeyCreated':
    case 'KeyRegistered':
      return [[keyRowKey(key), row]];
    case 'KeyRekeyed':
      return [[keyRowKey(key), { ...row, rekeyedAs: [...row.rekeyedAs, event.data.new] }]];
    case 'KeyRevoked':
      return [[keyRowKey(key), { ...row, revoked: { ...actOf(recorded), reason: event.data.reason } }]];
  }
};

/** Wrapping a key anew gives nobody a key. */
const evolveHolding = (rows: KeyLedgerRows, { event, index, recordedAt }: Delivered, host: string): Changes => {
  const { key, provider, operation, purpose, release, verdict } = event.data;
  if (operation === 'rekey') return NOTHING;
  const before = rows.get(holdingKey(host, key));
  const mark = { index, time: recordedAt };
  const held = before?.kind === 'holding' ? before : { first: mark, count: 0 };
  const row = {
    kind: 'holding',
    host,
    key,
    provider,
    first: held.first,
    last: mark,
    count: held.count + 1,
    operation,
    purpose,
    release,
    verdict,
  } as const;
  return [[holdingKey(host, key), row]];
};

/** Keys, and who had which of them on which verdict. */
export const keyLedger: Projection<KeyLedgerRow, LedgerEvent> = {
  name: 'key-ledger',
  version: 1,
  evolve: (rows, recorded) => {
    const key = keyOfStream(recorded.stream);
    if (key !== undefined) return evolveKey(rows, recorded as Recorded<KeyEvent>, key);
    const host = hostOfStream(recorded.stream);
    const { event } = recorded;
    return host !== undefined && event.type === 'KeyDelivered'
      ? evolveHolding(rows, { ...recorded, event }, host)
      : NOTHING;
  },
};
