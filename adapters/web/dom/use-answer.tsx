import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { askJson, type Reply } from './ask.js';
import { useConsole } from './context.js';
import { isNow } from './place.js';

/** The last answer stays while the next one is asked for, so that nothing flickers; `busy` says that it is. */
export interface Asked<A> {
  readonly reply: Reply<A> | undefined;
  readonly busy: boolean;
}

interface Kept<A> {
  readonly path: string | undefined;
  readonly reply: Reply<A> | undefined;
  readonly busy: boolean;
}

const subjectOf = (path: string | undefined): string | undefined => path?.split('?', 1)[0];

/** Of something else, the last answer says nothing about this. */
const keptFor = <A,>(kept: Kept<A>, path: string | undefined): Reply<A> | undefined =>
  subjectOf(kept.path) === subjectOf(path) ? kept.reply : undefined;

/** Asks again whenever the path changes, and with every tick while now is shown. Undefined: nothing is asked. */
export const useAnswer = <A,>(path: string | undefined): Asked<A> => {
  const { session, moment, tick, expelled } = useConsole();
  const [kept, setKept] = useState<Kept<A>>({ path, reply: undefined, busy: true });
  const beat = isNow(moment) ? tick : 0;
  useEffect(() => {
    if (path === undefined) return undefined;
    const gone = new AbortController();
    setKept((before) => ({ path, reply: keptFor(before, path), busy: true }));
    void askJson<A>(session.token, path, gone.signal).then((reply) => {
      if (gone.signal.aborted) return;
      if (reply._tag === 'Refused' && reply.status === 401) expelled();
      setKept({ path, reply, busy: false });
    });
    return () => gone.abort();
  }, [path, beat, session.token]);
  return { reply: keptFor(kept, path), busy: kept.busy };
};

const Refusal = ({ reply }: { readonly reply: Exclude<Reply<unknown>, { _tag: 'Answer' }> }): JSX.Element => (
  <p class="refusal" role="alert">
    {reply._tag === 'Unreachable' ? (
      'The authority can not be reached. This goes on as soon as it can.'
    ) : (
      <>
        {reply.detail} <code>{reply.code}</code>
      </>
    )}
  </p>
);

/** An answer as a view, or what there is instead of one. */
export const Answered = <A,>({
  asked: { reply, busy },
  children,
}: {
  readonly asked: Asked<A>;
  readonly children: (body: A) => JSX.Element;
}): JSX.Element => {
  if (reply === undefined) return <p class="waiting">Asking …</p>;
  if (reply._tag !== 'Answer') return <Refusal reply={reply} />;
  return (
    <div class="answered" aria-busy={busy}>
      {children(reply.body)}
    </div>
  );
};
