import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Console, ConsoleProvider } from './context.js';
import { type Live, listen } from './live.js';
import { LiveSign } from './live-sign.js';
import { fragmentOf, momentOf, momentParams, type Place, placeOf } from './place.js';
import type { Session } from './session.js';
import { Shown } from './shown.js';
import { TimeBar } from './time-bar.js';
import { VIEWS, viewFor } from './views.js';

const usePlace = (): readonly [Place, (place: Place, how?: 'replace') => void] => {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  useEffect(() => {
    const moved = (): void => setPlace(placeOf(location.hash));
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  const go = (next: Place, how?: 'replace'): void => {
    if (how === 'replace') history.replaceState(null, '', fragmentOf(next));
    else history.pushState(null, '', fragmentOf(next));
    setPlace(next);
  };
  return [place, go];
};

/** A burst of entries is one reason to ask again; and time goes by where nothing is recorded. */
const GATHER_MS = 400;
const BEAT_MS = 30_000;

const useLive = ({ token }: Session): readonly [Live, number] => {
  const [live, setLive] = useState<Live>({ _tag: 'Connecting' });
  const [tick, setTick] = useState(0);
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const bump = (): void => {
      due ??= setTimeout(() => {
        due = undefined;
        setTick((before) => before + 1);
      }, GATHER_MS);
    };
    const end = listen(token, { state: setLive, recorded: bump });
    const beat = setInterval(bump, BEAT_MS);
    return () => {
      end();
      clearTimeout(due);
      clearInterval(beat);
    };
  }, [token]);
  return [live, tick];
};

const consoleOf = (
  session: Session,
  [place, go]: ReturnType<typeof usePlace>,
  [live, tick]: ReturnType<typeof useLive>,
  expelled: () => void,
): Console => {
  const moment = momentOf(place);
  return {
    session,
    place,
    moment,
    live,
    tick,
    expelled,
    href: (path, query = {}) =>
      fragmentOf({
        path,
        query: new Map([...('at' in query || 'index' in query ? [] : momentParams(moment)), ...Object.entries(query)]),
      }),
    amend: (query, how) => go({ path: place.path, query: new Map([...place.query, ...Object.entries(query)]) }, how),
  };
};

const Who = ({ session: { who }, leave }: { readonly session: Session; readonly leave: () => void }): JSX.Element => (
  <details class="who">
    <summary>
      <Shown text={who.subject} most={40} />
    </summary>
    <div class="panel">
      <p>
        <b>{who.role.replaceAll('-', ' ')}</b>, by {who.via}
        {who.scope === null ? '' : ', limited to a part'}
      </p>
      {who.scope === null ? null : <Shown text={JSON.stringify(who.scope)} />}
      <p class="hint">May, though never from this page, which only reads:</p>
      <ul class="permissions">
        {who.permissions.map((permission) => (
          <li key={permission}>{permission}</li>
        ))}
      </ul>
      <button type="button" onClick={leave}>
        Forget the token
      </button>
    </div>
  </details>
);

const Nav = ({ at, href }: { readonly at: string; readonly href: Console['href'] }): JSX.Element => (
  <nav aria-label="Views">
    <ul>
      {VIEWS.map(({ name, title }) => (
        <li key={name}>
          <a href={href([name])} {...(at === name ? { 'aria-current': 'page' as const } : {})}>
            {title}
          </a>
        </li>
      ))}
    </ul>
  </nav>
);

/** What surrounds every view: where one is, who looks, and the moment that everything is shown as of. */
export const Frame = ({
  session,
  leave,
  expelled,
}: {
  readonly session: Session;
  readonly leave: () => void;
  readonly expelled: () => void;
}): JSX.Element => {
  const where = usePlace();
  const live = useLive(session);
  const shared = useMemo(() => consoleOf(session, where, live, expelled), [session, where[0], live[0], live[1]]);
  const view = viewFor(where[0]);
  useEffect(() => {
    document.title = `${view.title} · Sekisho`;
  }, [view.title]);
  return (
    <ConsoleProvider value={shared}>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        To the content
      </a>
      <header class="top">
        <a class="brand" href={shared.href(['hosts'])}>
          Sekisho
        </a>
        <Nav at={view.name} href={shared.href} />
        <LiveSign />
        <Who session={session} leave={leave} />
      </header>
      <TimeBar />
      <main id="main" tabIndex={-1}>
        <view.View path={where[0].path.slice(1)} />
      </main>
    </ConsoleProvider>
  );
};
