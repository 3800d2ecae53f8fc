import type { JSX } from 'preact';
import type { HostEvent, HostTrustHistoryAnswer } from './answers.js';
import { useConsole } from './context.js';
import { kindOf } from './event-kinds.js';
import { timeText } from './shown.js';
import { isState, StateWord } from './state.js';

const WIDTH = 1000;

interface Scale {
  readonly from: number;
  readonly until: number;
}

/** A host that was enrolled just now has a timeline, too. */
const scaleOf = ({ bands }: HostTrustHistoryAnswer): Scale => {
  const from = Date.parse(bands[0]?.from ?? '');
  return { from, until: Math.max(from + 1000, Date.parse(bands.at(-1)?.until ?? '')) };
};

const xOf = ({ from, until }: Scale, time: string): number =>
  (WIDTH * (Math.min(until, Math.max(from, Date.parse(time))) - from)) / (until - from);

const Band = ({
  band,
  scale,
}: {
  readonly band: HostTrustHistoryAnswer['bands'][number];
  readonly scale: Scale;
}): JSX.Element => {
  const [left, right] = [xOf(scale, band.from), xOf(scale, band.until)];
  const label = `${band.state} from ${timeText(band.from)} until ${timeText(band.until)} UTC ${band.reasons.join(', ')}`;
  return (
    <rect
      x={left}
      y="22"
      width={Math.max(1, right - left)}
      height="34"
      class={`area ${isState(band.state) ? band.state : ''}`}
    >
      <title>{label}</title>
    </rect>
  );
};

/** Marks stand above the bands for what hosts do, and below for what people do. */
const Mark = ({ event, scale }: { readonly event: HostEvent; readonly scale: Scale }): JSX.Element => {
  const { label, by } = kindOf(event);
  const [x, y] = [xOf(scale, event.recordedAt), by === 'host' ? 11 : 67];
  return (
    <path
      class={`event ${by}`}
      d={by === 'host' ? `M${String(x)} ${String(y - 6)}v12` : `M${String(x - 5)} ${String(y + 5)}l5-9l5 9z`}
    >
      <title>{`${label}, ${timeText(event.recordedAt)} UTC, entry ${String(event.index)}`}</title>
    </path>
  );
};

/** The same as a list, for those who do not see the picture. */
const BandList = ({ bands }: HostTrustHistoryAnswer): JSX.Element => {
  const { amend } = useConsole();
  return (
    <ol class="band-list">
      {bands
        .map((band) => (
          <li key={band.from}>
            <button
              type="button"
              class="plain"
              title="Show this moment"
              onClick={() =>
                amend(band.index === null ? { at: band.from, index: '' } : { index: String(band.index), at: '' })
              }
            >
              <time dateTime={band.from}>{timeText(band.from)}</time>
            </button>
            <StateWord state={band.state} />
            <span class="hint">{band.reasons.join(', ')}</span>
          </li>
        ))
        .reverse()}
    </ol>
  );
};

/** What a host's trust was since it was enrolled, and what happened. A click shows that moment. */
export const HostTimeline = ({
  history,
  events,
  at,
}: {
  readonly history: HostTrustHistoryAnswer;
  readonly events: ReadonlyArray<HostEvent>;
  /** The moment that is shown; undefined: now. */
  readonly at: string | undefined;
}): JSX.Element => {
  const { amend } = useConsole();
  const scale = scaleOf(history);
  const pick = (event: MouseEvent & { readonly currentTarget: SVGSVGElement }): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const time = scale.from + ((scale.until - scale.from) * (event.clientX - left)) / width;
    amend({ at: new Date(time).toISOString(), index: '' });
  };
  const now = history.bands.at(-1)?.state ?? '';
  return (
    <div class="timeline">
      <svg viewBox={`0 0 ${String(WIDTH)} 78`} preserveAspectRatio="none" role="img" onClick={pick}>
        <title>{`Trust of ${history.host} through time: ${String(history.bands.length)} periods, at last ${now}`}</title>
        {history.bands.map((band) => (
          <Band key={band.from} band={band} scale={scale} />
        ))}
        {events.map((event) => (
          <Mark key={event.index} event={event} scale={scale} />
        ))}
        {at === undefined ? null : <path class="hand" d={`M${String(xOf(scale, at))} 0v78`} />}
      </svg>
      <div class="ends">
        <span>{timeText(history.bands[0]?.from ?? '')} UTC</span>
        <span class="hint">lines: what the host did · triangles: what people did · click to show a moment</span>
        <span>{timeText(history.bands.at(-1)?.until ?? '')} UTC</span>
      </div>
      <BandList {...history} />
    </div>
  );
};
