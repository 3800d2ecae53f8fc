import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { LogKeys } from '../answers.js';
import { askJson } from '../ask.js';
import { may, useConsole } from '../context.js';
import { type PinnedLog, pinLog, pinnedLog } from '../pinned-log.js';
import type { Proved } from '../proof/prove.js';
import type { Step } from '../proof/step.js';
import { Digest, Panel, Shown, timeText } from '../shown.js';

const OUTCOMES = {
  proved: ['✓', 'proved', 'passed'],
  failed: ['✕', 'failed', 'failed'],
  open: ['–', 'not shown', 'open'],
} as const;

const StepLine = ({ step: { title, outcome, text } }: { readonly step: Step }): JSX.Element => {
  const [sign, word, mark] = OUTCOMES[outcome];
  return (
    <li class={`rule ${mark} step`}>
      <span class="outcome">
        <span aria-hidden="true">{sign}</span> {word}
      </span>
      <div>
        <h3>{title}</h3>
        <p>
          <Shown text={text} most={2048} />
        </p>
      </div>
    </li>
  );
};

/** Nothing may look better than it is: a contradiction with what was seen before comes before everything else. */
const Outcome = ({
  found: { steps, text },
  index,
}: {
  readonly found: Proved;
  readonly index: number;
}): JSX.Element => {
  const fork = steps.find((step) => step.fork === true);
  const bad = steps.some(({ outcome }) => outcome === 'failed');
  return (
    <div role="status">
      {fork === undefined ? null : (
        <div class="fork" role="alert">
          <b>This is not the log that this browser saw before.</b> <Shown text={fork.text} most={2048} /> Keep this
          page, and tell whoever audits the authority. What was seen before stays remembered.
        </div>
      )}
      <p class={`banner ${bad ? 'bad' : 'good'}`}>
        <b>{bad ? 'Not proved.' : 'Proved.'}</b>{' '}
        {bad ? `Entry ${String(index)} does not count.` : `Entry ${String(index)} stands in the log.`}
      </p>
      <ul class="rules">
        {steps.map((step) => (
          <StepLine key={step.title} step={step} />
        ))}
      </ul>
      {text === undefined ? null : (
        <details>
          <summary>The entry, exactly as it was signed</summary>
          <pre>
            <Shown text={text} most={70_000} />
          </pre>
        </details>
      )}
    </div>
  );
};

/** Whose log it is, is said before anything is proved by it. */
const firstUse = async (token: string | undefined): Promise<PinnedLog | undefined> => {
  const reply = await askJson<LogKeys>(token, 'v1/log/keys');
  const vkey = reply._tag === 'Answer' ? reply.body.signing.at(-1) : undefined;
  if (vkey === undefined) return undefined;
  const pinned = { vkey, how: 'first use', since: new Date().toISOString(), seen: undefined, policy: '' } as const;
  pinLog(pinned);
  return pinned;
};

const run = async (token: string | undefined, index: number, pinned: PinnedLog): Promise<Proved> => {
  const { prove } = await import('../proof/prove.js');
  const found = await prove(token, index, pinned);
  if (found.seen !== undefined) pinLog({ ...pinned, seen: found.seen });
  return found;
};

const Pin = ({
  pinned,
  changed,
}: {
  readonly pinned: PinnedLog;
  readonly changed: (log: PinnedLog) => void;
}): JSX.Element => {
  const [trouble, setTrouble] = useState('');
  const submit = (form: HTMLFormElement): void => {
    const given = new FormData(form);
    const field = (name: string): string => {
      const value = given.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    void import('../proof/prove.js').then(({ logKey }) => {
      const key = logKey(field('vkey'));
      if (key._tag === 'Left') {
        setTrouble(key.left);
        return;
      }
      const same = field('vkey') === pinned.vkey;
      const next: PinnedLog = {
        ...pinned,
        ...(same ? {} : { vkey: field('vkey'), seen: undefined, since: new Date().toISOString() }),
        how: 'hand',
        policy: field('policy'),
      };
      pinLog(next);
      setTrouble('');
      changed(next);
    });
  };
  return (
    <details class="pinned">
      <summary>
        {pinned.how === 'hand' ? 'A key that somebody brought' : 'The key that the server named at first use'}, since{' '}
        {timeText(pinned.since)} UTC
      </summary>
      <form
        class="pin"
        onSubmit={(event) => {
          event.preventDefault();
          submit(event.currentTarget);
        }}
      >
        <p class="hint">
          {pinned.how === 'hand'
            ? 'What is proved here rests on this key.'
            : 'The server was taken at its word once. It can not change the log since then unseen, but it could have named any key: hold it against the one that the operator hands out by another way.'}
        </p>
        <label for="vkey">Key of the log</label>
        <input id="vkey" name="vkey" type="text" spellcheck={false} autocomplete="off" defaultValue={pinned.vkey} />
        <label for="policy">Witnesses to ask for, as lines of a C2SP tlog-policy; none: leave it empty</label>
        <textarea id="policy" name="policy" spellcheck={false} defaultValue={pinned.policy} />
        <p role="alert" class="trouble">
          {trouble}
        </p>
        <div class="actions">
          <button type="submit">I checked this key: pin it</button>
        </div>
      </form>
    </details>
  );
};

const useProof = (
  index: number,
): {
  readonly pinned: PinnedLog | undefined;
  readonly found: Proved | string | undefined;
  readonly pin: (log: PinnedLog) => void;
} => {
  const { session } = useConsole();
  const [pinned, setPinned] = useState(pinnedLog);
  const [found, setFound] = useState<Proved | string>();
  useEffect(() => {
    if (pinned !== undefined) return;
    void firstUse(session.token).then((log) => {
      if (log === undefined) setFound('The server names no key of its log.');
      else setPinned(log);
    });
  }, [pinned, session.token]);
  useEffect(() => {
    if (pinned === undefined) return undefined;
    const gone = new AbortController();
    const show = (what: Proved | string): void => {
      if (!gone.signal.aborted) setFound(what);
    };
    setFound(undefined);
    // Another tab may have seen more of the log meanwhile.
    run(session.token, index, pinnedLog() ?? pinned).then(show, () =>
      show('This browser could not finish the check. Nothing was proved.'),
    );
    return () => gone.abort();
  }, [index, pinned, session.token]);
  return { pinned, found, pin: setPinned };
};

const Entry = ({ index }: { readonly index: number }): JSX.Element => {
  const { pinned, found, pin } = useProof(index);
  return (
    <>
      <Panel title={`Entry ${String(index)}`}>
        {found === undefined ? <p class="waiting">Checking …</p> : null}
        {typeof found === 'string' ? <p class="refusal">{found}</p> : null}
        {typeof found === 'object' ? <Outcome found={found} index={index} /> : null}
      </Panel>
      {pinned === undefined ? null : (
        <Panel title="By which key" aside={<Digest text={pinned.vkey} length={40} />}>
          <Pin key={pinned.vkey} pinned={pinned} changed={pin} />
        </Panel>
      )}
    </>
  );
};

const Choose = (): JSX.Element => {
  const { href } = useConsole();
  return (
    <form
      class="panel pin"
      onSubmit={(event) => {
        event.preventDefault();
        const text = new FormData(event.currentTarget).get('index');
        if (typeof text === 'string' && /^\d{1,15}$/.test(text)) location.hash = href(['proof', text]);
      }}
    >
      <label for="index">Entry of the ledger to prove</label>
      <input id="index" name="index" type="text" inputMode="numeric" required pattern="\d{1,15}" />
      <div class="actions">
        <button type="submit">Prove it</button>
      </div>
    </form>
  );
};

/** Proves in this browser that an entry stands where the server says it does. */
export const Proof = ({ path: [index = ''] }: { readonly path: ReadonlyArray<string> }): JSX.Element => {
  const shared = useConsole();
  return (
    <article class="proof">
      <h1>Proof</h1>
      <p class="hint">
        The same checks as <code>sekisho verify</code>, on this machine: signature, stream, place in the log, that the
        log only grew, and witnesses. This page comes from the server that is checked, so it convinces those who trust
        the page; others check a bundle offline.
      </p>
      {may(shared, 'AuditLedger') ? (
        /^\d{1,15}$/.test(index) ? (
          <Entry key={index} index={Number(index)} />
        ) : (
          <Choose />
        )
      ) : (
        <p class="refusal">Entries are for auditors: they name who did what (AuditLedger).</p>
      )}
    </article>
  );
};
