import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import { closed } from '../../../domain/encoding/closed.js';
import { catalogue, eventType, upcast } from '../../../domain/ledger/event-type.js';

const V1 = closed({ host: t.string }, 'RenamedV1');
const V2 = closed({ name: t.string }, 'RenamedV2');
const V3 = closed({ name: t.string, by: t.string }, 'RenamedV3');
const Renamed = eventType({
  type: 'Renamed',
  version: 3,
  data: V3,
  upcasts: [upcast(V1, ({ host }) => ({ name: host })), upcast(V2, ({ name }) => ({ name, by: 'unknown' }))],
});
const Removed = eventType({ type: 'Removed', version: 1, data: closed({}, 'Removed') });
const { decode } = catalogue([Renamed, Removed]);

describe('a catalogue of events', () => {
  it('lifts data of every old version to the newest, each read with its own codec', () => {
    const newest = E.right({ type: 'Renamed', data: { name: 'a', by: 'unknown' } });
    expect(decode('Renamed', 1, { host: 'a' })).toEqual(newest);
    expect(decode('Renamed', 2, { name: 'a' })).toEqual(newest);
    expect(decode('Renamed', 3, { name: 'a', by: 'b' })).toEqual(
      E.right({ type: 'Renamed', data: { name: 'a', by: 'b' } }),
    );
  });

  it('refuses data of one version under the number of another', () => {
    expect(decode('Renamed', 1, { name: 'a' })).toMatchObject({ left: { _tag: 'EventDataInvalid', version: 1 } });
    expect(decode('Renamed', 2, { host: 'a' })).toMatchObject({ left: { _tag: 'EventDataInvalid', version: 2 } });
    expect(decode('Renamed', 3, { name: 'a' })).toMatchObject({
      left: { _tag: 'EventDataInvalid', version: 3, faults: [{ field: 'by' }] },
    });
  });

  it('refuses fields that a version does not have', () => {
    expect(E.isLeft(decode('Removed', 1, { extra: 1 }))).toBe(true);
    expect(E.isLeft(decode('Renamed', 1, { host: 'a', extra: 1 }))).toBe(true);
  });

  it('says so when it knows no such event or version', () => {
    expect(decode('Unheard', 1, {})).toEqual(E.left({ _tag: 'UnknownEventType', type: 'Unheard' }));
    for (const version of [0, -1, 4, 1.5]) {
      expect(decode('Renamed', version, { host: 'a' })).toEqual(
        E.left({ _tag: 'UnknownEventVersion', type: 'Renamed', version }),
      );
    }
    expect(decode('toString', 1, {})).toEqual(E.left({ _tag: 'UnknownEventType', type: 'toString' }));
  });

  it('refuses what a wrong step makes instead of believing it', () => {
    const Wrong = eventType({ type: 'Wrong', version: 2, data: V3, upcasts: [upcast(V1, () => ({ nothing: true }))] });
    expect(catalogue([Wrong]).decode('Wrong', 1, { host: 'a' })).toMatchObject({
      left: { _tag: 'EventDataInvalid', version: 2 },
    });
    const Missing = eventType({ type: 'Missing', version: 2, data: V2 });
    expect(catalogue([Missing]).decode('Missing', 1, { host: 'a' })).toMatchObject({
      left: { _tag: 'UnknownEventVersion' },
    });
  });
});
