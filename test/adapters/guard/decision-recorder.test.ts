import { randomUUID } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { createDecisionRecorder, type RecordLimits } from '../../../adapters/guard/decision-recorder.js';
import type { RecordedDecision } from '../../../domain/guard/events.js';
import { OPERATORS, openTestAuthority } from '../../support/authority.js';
import { eventsOf } from '../../support/fold.js';
import { right } from '../../support/ledger.js';

const { wendy, alice } = OPERATORS;

const decision = (workload: string, allowed: boolean): RecordedDecision => ({
  question: { ask: 'start', workload: { id: workload }, host: 'h1' },
  allowed,
  reasons: allowed ? [] : [{ code: 'HostUnknown', part: 'host' }],
  reliedOn: [],
  keyProvider: null,
  index: 1,
  at: '2026-12-01T00:00:00.000Z',
});
const yes = (workload: string) => decision(workload, true);
const no = (workload: string) => decision(workload, false);

const LIMITS: RecordLimits = { refusals: { rate: 1, burst: 3 }, all: { rate: 1, burst: 20 } };

const world = async () => {
  const { deps } = await openTestAuthority();
  const time = { ms: 0 };
  const away = { now: false };
  const store: typeof deps.store = {
    ...deps.store,
    append: (request) =>
      away.now ? TE.left({ _tag: 'StoreUnavailable', detail: 'test' }) : deps.store.append(request),
  };
  const recorder = createDecisionRecorder({ ...deps, store, newCommandId: randomUUID }, () => time.ms, LIMITS);
  const kept = async () =>
    (await eventsOf(deps.store)).flatMap(({ event, actor, index }) =>
      event.type === 'WorkloadsDecided'
        ? [
            {
              index,
              by: actor.subject,
              unrecorded: event.data.unrecorded,
              workloads: event.data.decisions.map(({ question }) =>
                'workload' in question ? question.workload.id : '',
              ),
            },
          ]
        : [],
    );
  return { recorder, time, away, kept };
};

describe('the recorder of decisions', () => {
  it('keeps what the policy wants kept, durable before it answers, and says where', async () => {
    const { recorder, kept } = await world();
    expect(right(await recorder.record(wendy, 'none', [yes('a'), no('b')])())).toEqual([null, null]);
    expect(await kept()).toEqual([]);
    const places = right(await recorder.record(wendy, 'refusals', [yes('a'), no('b'), yes('c'), no('d')])());
    const [event] = await kept();
    expect(event).toMatchObject({ by: 'wendy', unrecorded: 0, workloads: ['b', 'd'] });
    expect(places).toEqual([null, event?.index, null, event?.index]);
    const all = right(await recorder.record(wendy, 'all', [yes('e'), no('f')])());
    expect((await kept()).at(-1)).toMatchObject({ index: all[0], workloads: ['e', 'f'] });
  });

  it('writes together what is asked while it writes, each asker for themselves', async () => {
    const { recorder, kept } = await world();
    const asked = [
      recorder.record(wendy, 'all', [yes('1')])(),
      recorder.record(wendy, 'all', [yes('2')])(),
      recorder.record(wendy, 'all', [yes('3'), yes('4')])(),
      recorder.record(alice, 'all', [yes('5')])(),
    ];
    const places = (await Promise.all(asked)).flatMap((outcome) => right(outcome));
    const events = await kept();
    expect(events.map(({ workloads }) => workloads.join('')).sort()).toEqual(['1', '234', '5']);
    const placeOf = (workload: string) => events.find(({ workloads }) => workloads.includes(workload))?.index;
    expect(places).toEqual(['1', '2', '3', '4', '5'].map(placeOf));
  });

  it('only counts refusals beyond what one asker may have kept, and says how many in the next event', async () => {
    const { recorder, kept, time } = await world();
    const places = right(await recorder.record(wendy, 'refusals', ['1', '2', '3', '4', '5'].map(no))());
    expect(places.filter((each) => each === null)).toHaveLength(2);
    expect(await kept()).toMatchObject([{ unrecorded: 2, workloads: ['1', '2', '3'] }]);
    expect(right(await recorder.record(wendy, 'refusals', [no('6')])())).toEqual([null]);
    expect(right(await recorder.record(alice, 'refusals', [no('7')])())[0]).not.toBeNull();
    time.ms = 1000;
    right(await recorder.record(wendy, 'refusals', [no('8')])());
    expect((await kept()).at(-1)).toMatchObject({ by: 'wendy', unrecorded: 1, workloads: ['8'] });
    time.ms = 2000;
    right(await recorder.record(wendy, 'refusals', [no('9')])());
    expect((await kept()).at(-1)).toMatchObject({ unrecorded: 0 });
  });

  it('refuses the question where all has to be kept and can not be', async () => {
    const { recorder, away, kept } = await world();
    away.now = true;
    expect(await recorder.record(wendy, 'all', [yes('a')])()).toMatchObject({ left: { _tag: 'StoreUnavailable' } });
    away.now = false;
    const many = Array.from({ length: 30 }, (_, i) => yes(String(i)));
    expect(await recorder.record(wendy, 'all', many)()).toMatchObject({ left: { _tag: 'RateLimited' } });
    expect(await kept()).toEqual([]);
  });

  it('lets a no out that can not be kept, and counts it', async () => {
    const { recorder, away, kept } = await world();
    away.now = true;
    expect(await recorder.record(wendy, 'refusals', [no('a'), yes('b')])()).toEqual(E.right([null, null]));
    away.now = false;
    right(await recorder.record(wendy, 'refusals', [no('c')])());
    expect(await kept()).toMatchObject([{ unrecorded: 1, workloads: ['c'] }]);
  });
});
