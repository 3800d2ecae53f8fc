import type { JSX } from 'preact';
import type { TrustHistoryAnswer } from './answers.js';
import { STATES, type State } from './state.js';

const WIDTH = 1000;
const HEIGHT = 100;

type Step = TrustHistoryAnswer['steps'][number];

const countOf = ({ counts }: Step, state: State): number => counts[state] ?? 0;

/** Those that are out of service are no part of the picture. */
const STACKED: ReadonlyArray<State> = STATES.filter((state) => state !== 'retired');
const totalOf = (step: Step): number => STACKED.reduce((sum, state) => sum + countOf(step, state), 0);

interface Column {
  readonly step: Step;
  readonly left: number;
  readonly right: number;
}

/** What was true at the end of a step stands for all of it. */
const columnsOf = ({ from, to, steps }: TrustHistoryAnswer): ReadonlyArray<Column> => {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  let left = 0;
  return steps.map((step) => {
    const right = (WIDTH * (Date.parse(step.time) - begin)) / (end - begin);
    const column = { step, left, right };
    left = right;
    return column;
  });
};

/** All columns of one state as one outline. */
const outlineOf = (columns: ReadonlyArray<Column>, state: State, most: number): string => {
  const below = STACKED.slice(0, STACKED.indexOf(state));
  return columns
    .flatMap(({ step, left, right }) => {
      const count = countOf(step, state);
      if (count === 0) return [];
      const under = below.reduce((sum, other) => sum + countOf(step, other), 0);
      const y = (value: number): string => (HEIGHT - (HEIGHT * value) / most).toFixed(2);
      return [`M${left.toFixed(2)} ${y(under)}H${right.toFixed(2)}V${y(under + count)}H${left.toFixed(2)}Z`];
    })
    .join('');
};

const inWords = ({ steps }: TrustHistoryAnswer): string => {
  const last = steps.at(-1);
  const [first] = steps;
  if (first === undefined || last === undefined) return 'No hosts through time.';
  const words = (step: Step): string =>
    STACKED.filter((state) => countOf(step, state) > 0)
      .map((state) => `${String(countOf(step, state))} ${state}`)
      .join(', ') || 'no hosts';
  return `How many hosts were in which state. At first: ${words(first)}. At last: ${words(last)}.`;
};

/** Hosts by their state, one on the other, through time. `position`: the share of it that lies before the moment shown. */
export const TrustHistory = ({
  history,
  position,
}: {
  readonly history: TrustHistoryAnswer;
  readonly position: number;
}): JSX.Element => {
  const columns = columnsOf(history);
  const most = Math.max(1, ...history.steps.map(totalOf));
  return (
    <svg class="trust-history" viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} preserveAspectRatio="none" role="img">
      <title>{inWords(history)}</title>
      <defs>
        <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="7" height="7" class="hatch-ground" />
          <rect width="2" height="7" class="hatch-line" />
        </pattern>
      </defs>
      {STACKED.map((state) => (
        <path key={state} class={`area ${state}`} d={outlineOf(columns, state, most)} />
      ))}
      <rect class="later" x={position * WIDTH} y="0" width={(1 - position) * WIDTH} height={HEIGHT} />
      <line class="hand" x1={position * WIDTH} x2={position * WIDTH} y1="0" y2={HEIGHT} />
    </svg>
  );
};
