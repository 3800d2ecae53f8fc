import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Clusters, HostsAnswer, HostView } from '../answers.js';
import { useConsole } from '../context.js';
import { readOf } from '../place.js';
import { Reasons } from '../reasons.js';
import { Shown, TrueAt, When } from '../shown.js';
import { STATES, StateMark, StateWord } from '../state.js';
import { Answered, useAnswer } from '../use-answer.js';
import { Host } from './host.js';

const PAGE = 50;
const SETTLE_MS = 150;

/** What is typed is asked for when the typing stops. */
const Search = (): JSX.Element => {
  const { place, amend } = useConsole();
  const asked = place.query.get('search') ?? '';
  const [text, setText] = useState(asked);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => setText(asked), [asked]);
  const type = (value: string): void => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => amend({ search: value, cursor: '' }, 'replace'), SETTLE_MS);
  };
  return (
    <label class="search">
      <span class="hidden">Search hosts by name</span>
      <input
        type="search"
        placeholder="Name of a host"
        maxLength={256}
        value={text}
        onInput={({ currentTarget: { value } }) => type(value)}
      />
    </label>
  );
};

const ClusterChoice = (): JSX.Element => {
  const { place, amend, moment } = useConsole();
  const chosen = place.query.get('cluster') ?? '';
  const { reply } = useAnswer<Clusters>(readOf('v1/clusters', moment));
  const clusters = reply?._tag === 'Answer' ? reply.body.clusters.map(({ id }) => id) : [];
  const all = chosen === '' || clusters.includes(chosen) ? clusters : [chosen, ...clusters];
  return (
    <label>
      <span class="hidden">Cluster</span>
      <select
        value={chosen}
        disabled={all.length === 0}
        onChange={({ currentTarget: { value } }) => amend({ cluster: value, cursor: '' })}
      >
        <option value="">All clusters</option>
        {all.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
    </label>
  );
};

const StateChoice = ({ counts }: Pick<HostsAnswer, 'counts'>): JSX.Element => {
  const { place, href } = useConsole();
  const others = Object.fromEntries(place.query);
  const chosen = place.query.get('state') ?? '';
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const link = (state: string): { readonly href: string; readonly 'aria-current'?: 'true' } => ({
    href: href(['hosts'], { ...others, state, cursor: '' }),
    ...(chosen === state ? { 'aria-current': 'true' } : {}),
  });
  return (
    <ul class="chips" aria-label="State">
      <li>
        <a {...link('')}>
          All <b>{all}</b>
        </a>
      </li>
      {STATES.map((state) => (
        <li key={state} class={(counts[state] ?? 0) === 0 && chosen !== state ? 'none' : ''}>
          <a {...link(state)}>
            <StateMark state={state} /> {state} <b>{counts[state] ?? 0}</b>
          </a>
        </li>
      ))}
    </ul>
  );
};

const Row = ({ host }: { readonly host: HostView }): JSX.Element => {
  const { href } = useConsole();
  return (
    <tr>
      <th scope="row">
        <a href={href(['hosts', host.id])}>{host.id}</a>
        {host.displayName === null ? null : (
          <small>
            <Shown text={host.displayName} most={80} />
          </small>
        )}
      </th>
      <td>
        <StateWord state={host.state} />
        <small>
          since <When at={host.since} />
        </small>
      </td>
      <td data-label="Why">
        <Reasons codes={host.reasons} />
        {host.quarantine === null ? null : (
          <small>
            <Shown text={host.quarantine.reason} most={120} />
          </small>
        )}
      </td>
      <td data-label="Image">
        {host.verdict?.image == null ? null : <Shown text={host.verdict.image.version} most={40} />}
      </td>
      <td data-label="Cluster">
        {host.cluster === null ? null : <a href={href(['hosts'], { cluster: host.cluster })}>{host.cluster}</a>}
      </td>
      <td data-label="Counts until">
        {host.verdict?.verdict === 'affirming' ? <When at={host.verdict.notAfter} /> : null}
      </td>
    </tr>
  );
};

const Pages = ({ total, nextCursor }: HostsAnswer): JSX.Element | null => {
  const { place, href } = useConsole();
  const from = Number(place.query.get('cursor') ?? 0);
  if (total <= PAGE && from === 0) return null;
  const to = (cursor: number): string =>
    href(['hosts'], { ...Object.fromEntries(place.query), cursor: cursor === 0 ? '' : String(cursor) });
  return (
    <nav class="pages" aria-label="Pages">
      {from > 0 ? <a href={to(Math.max(0, from - PAGE))}>‹ Before</a> : <span />}
      <span>
        {from + 1} – {nextCursor ?? total} of {total}
      </span>
      {nextCursor === null ? <span /> : <a href={to(nextCursor)}>Next ›</a>}
    </nav>
  );
};

const Table = ({ answer }: { readonly answer: HostsAnswer }): JSX.Element => (
  <table class="rows">
    <caption class="hidden">Hosts by name</caption>
    <thead>
      <tr>
        {['Host', 'State', 'Why', 'Image', 'Cluster', 'Counts until'].map((title) => (
          <th key={title} scope="col">
            {title}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {answer.hosts.map((host) => (
        <Row key={host.id} host={host} />
      ))}
    </tbody>
  </table>
);

const Nobody = ({ filtered }: { readonly filtered: boolean }): JSX.Element => (
  <div class="empty">
    {filtered ? (
      <p>No host is like that at this moment.</p>
    ) : (
      <>
        <p>No host is enrolled at this moment.</p>
        <p class="hint">
          <code>sekisho host enrol NAME</code> enrols one; its agent does the rest.
        </p>
      </>
    )}
  </div>
);

/** Every host of the moment, found by its state, its name or its cluster. */
const HostTable = (): JSX.Element => {
  const { place, moment } = useConsole();
  const given = (name: string): string | undefined => place.query.get(name);
  const [state, search, cluster, cursor] = ['state', 'search', 'cluster', 'cursor'].map(given);
  const asked = useAnswer<HostsAnswer>(
    readOf('v1/hosts', moment, { state, search, cluster, cursor, limit: String(PAGE) }),
  );
  const filtered = [state, search, cluster].some((value) => (value ?? '') !== '');
  return (
    <section class="hosts">
      <h1 class="hidden">Hosts</h1>
      <div class="filters">
        <Search />
        <ClusterChoice />
      </div>
      <Answered asked={asked}>
        {(answer) => (
          <>
            <StateChoice counts={answer.counts} />
            {answer.hosts.length === 0 ? <Nobody filtered={filtered} /> : <Table answer={answer} />}
            <Pages {...answer} />
            <TrueAt asOf={answer.asOf} />
          </>
        )}
      </Answered>
    </section>
  );
};

export const Hosts = ({ path: [id, revision = 'latest'] }: { readonly path: ReadonlyArray<string> }): JSX.Element =>
  id === undefined ? <HostTable /> : <Host key={id} id={id} revision={revision} />;
