import type { JSX, TargetedInputEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AsOf, HostsAnswer, TrustHistoryAnswer } from './answers.js';
import { type Console, useConsole } from './context.js';
import { isNow, readOf } from './place.js';
import { TrueAt, timeText, When } from './shown.js';
import { isState, STATES, StateMark } from './state.js';
import { TrustHistory } from './trust-history.js';
import { Answered, useAnswer } from './use-answer.js';

/** Fine enough for a hand; single entries have buttons of their own. */
const POSITIONS = 1000;
const SETTLE_MS = 60;

const SPANS = [
  ['all', 'All', ''],
  ['month', '30 days', String(30 * 86_400)],
  ['week', '7 days', String(7 * 86_400)],
  ['day', '24 hours', '86400'],
  ['hour', '1 hour', '3600'],
] as const;

const positionOf = ({ from, to }: TrustHistoryAnswer, time: string): number => {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  const share = (Date.parse(time) - begin) / (end - begin);
  return Math.round(POSITIONS * Math.min(1, Math.max(0, share)));
};

const timeAt = ({ from, to }: TrustHistoryAnswer, position: number): string => {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  return new Date(begin + ((end - begin) * position) / POSITIONS).toISOString();
};

/** Everybody else is shown the moment a little after the hand stopped moving. */
const useSettling = (amend: Console['amend']): ((at: string) => void) => {
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  return (at) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => amend({ at, index: '' }, 'replace'), SETTLE_MS);
  };
};

const Slider = ({
  history,
  shown,
}: {
  readonly history: TrustHistoryAnswer;
  readonly shown: string | null;
}): JSX.Element => {
  const { amend, moment } = useConsole();
  const [held, setHeld] = useState<number>();
  const settle = useSettling(amend);
  const settled = isNow(moment) || shown === null ? POSITIONS : positionOf(history, shown);
  useEffect(() => setHeld(undefined), [settled]);
  const position = held ?? settled;
  const move = (event: TargetedInputEvent<HTMLInputElement>): void => {
    const to = Number(event.currentTarget.value);
    setHeld(to);
    settle(to >= POSITIONS ? '' : timeAt(history, to));
  };
  // Positions are coarser than moments: only a hand that is moving is told by its position.
  const time = held === undefined ? shown : timeAt(history, held);
  const atNow = held === undefined ? isNow(moment) : held >= POSITIONS;
  const text = atNow || time === null ? 'now' : `${timeText(time)} UTC`;
  return (
    <div class="slider">
      <TrustHistory history={history} position={position / POSITIONS} />
      <input
        type="range"
        id="moment"
        min={0}
        max={POSITIONS}
        value={position}
        aria-label="The moment that is shown"
        aria-valuetext={text}
        onInput={move}
      />
      <div class="ends">
        <When at={history.from} />
        <output for="moment">{text}</output>
        <When at={history.to} />
      </div>
    </div>
  );
};

/** Single entries, one by one; and back to now. */
const Steps = ({ asOf, last }: { readonly asOf: AsOf; readonly last: number }): JSX.Element => {
  const { amend, moment } = useConsole();
  const go = (index: number): void =>
    amend(index >= last ? { index: '', at: '' } : { index: String(Math.max(0, index)), at: '' });
  return (
    <div class="steps" role="group" aria-label="Entry by entry">
      <button type="button" onClick={() => go(asOf.index - 1)} disabled={asOf.index <= 0} aria-label="One entry back">
        ‹
      </button>
      <input
        type="text"
        inputMode="numeric"
        class="entry"
        aria-label="Entry of the ledger"
        value={asOf.index}
        onChange={({ currentTarget: { value } }) => {
          if (/^\d{1,15}$/.test(value)) go(Number(value));
        }}
      />
      <button type="button" onClick={() => go(asOf.index + 1)} disabled={isNow(moment)} aria-label="One entry on">
        ›
      </button>
      <button
        type="button"
        class="now"
        aria-pressed={isNow(moment)}
        onClick={() => amend({ index: '', at: '' })}
        title="Go back to now, and follow what is recorded"
      >
        Now
      </button>
    </div>
  );
};

const Counts = ({ counts }: Pick<HostsAnswer, 'counts'>): JSX.Element => {
  const { href } = useConsole();
  return (
    <ul class="counts">
      {STATES.filter((state) => (counts[state] ?? 0) > 0 || state === 'trusted').map((state) => (
        <li key={state} class={state}>
          <a href={href(['hosts'], { state })}>
            <StateMark state={state} />
            <b>{counts[state] ?? 0}</b> {state}
          </a>
        </li>
      ))}
      {Object.keys(counts).some((state) => !isState(state)) ? <li>and states that this page does not know</li> : null}
    </ul>
  );
};

const Bar = ({ now, history }: { readonly now: HostsAnswer; readonly history: TrustHistoryAnswer }): JSX.Element => {
  const { moment } = useConsole();
  return (
    <>
      <Slider history={history} shown={moment.at ?? now.asOf.time} />
      <div class="told">
        <Counts counts={now.counts} />
        <TrueAt asOf={now.asOf} />
        <Steps asOf={now.asOf} last={history.asOf.index} />
      </div>
    </>
  );
};

/** The moment that everything else is shown as of: a picture of all hosts through time, and a hand on it. */
export const TimeBar = (): JSX.Element => {
  const { moment } = useConsole();
  const [span, setSpan] = useState('');
  const history = useAnswer<TrustHistoryAnswer>(readOf('v1/trust-history', {}, { steps: '96', last: span }));
  const now = useAnswer<HostsAnswer>(readOf('v1/hosts', moment, { limit: '1' }));
  return (
    <section class="time-bar" aria-label="Time">
      <label class="span">
        <span class="hidden">How far back</span>
        <select value={span} onChange={({ currentTarget: { value } }) => setSpan(value)}>
          {SPANS.map(([key, label, seconds]) => (
            <option key={key} value={seconds}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <Answered asked={history}>
        {(steps) => <Answered asked={now}>{(hosts) => <Bar now={hosts} history={steps} />}</Answered>}
      </Answered>
    </section>
  );
};
