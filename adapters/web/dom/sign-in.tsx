import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { keepToken, type Session, whoIs } from './session.js';

/** Blanks and line ends come along when a token is copied from a file. */
const trimmed = (text: string): string => text.replaceAll(/\s+/g, '');

const TOKEN = /^[\w.~+/=-]{1,8192}$/;

const sessionOf = async (token: string): Promise<Session | string> => {
  if (!TOKEN.test(token)) return 'This is no token: it has characters that no token has.';
  const reply = await whoIs(token);
  switch (reply._tag) {
    case 'Answer':
      return { token, who: reply.body };
    case 'Unreachable':
      return 'The authority can not be reached.';
    case 'Refused':
      return reply.status === 401
        ? 'Nobody has a role with this token: it is mistyped, ended, or was replaced.'
        : reply.detail;
  }
};

const useSignIn = (
  entered: (session: Session) => void,
): { readonly trouble: string; readonly busy: boolean; readonly submit: (form: HTMLFormElement) => void } => {
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = (form: HTMLFormElement): void => {
    const given = new FormData(form);
    const text = given.get('token');
    setBusy(true);
    void sessionOf(trimmed(typeof text === 'string' ? text : '')).then((session) => {
      setBusy(false);
      if (typeof session === 'string') {
        setTrouble(session);
        return;
      }
      keepToken(given.get('keep') === null ? undefined : session.token);
      entered(session);
    });
  };
  return { trouble, busy, submit };
};

const Explained = (): JSX.Element => (
  <p class="hint">
    The token of an operator, as <code>sekisho init</code> or <code>sekisho operator grant</code> wrote it into a file.
    It is sent to this server in a header and stands in no address. It is forgotten when this page is closed or loaded
    anew.
  </p>
);

/** `why`: what ended the session before, if one was ended. */
export const SignIn = ({
  entered,
  why,
}: {
  readonly entered: (session: Session) => void;
  readonly why: string;
}): JSX.Element => {
  const { trouble, busy, submit } = useSignIn(entered);
  return (
    <main class="sign-in">
      <h1>Sekisho</h1>
      <p class="lead">Which hosts were trusted, when, and why.</p>
      <form
        class="panel"
        onSubmit={(event) => {
          event.preventDefault();
          submit(event.currentTarget);
        }}
      >
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="off" spellcheck={false} required autofocus />
        <label class="check">
          <input type="checkbox" name="keep" /> Keep it until this tab is closed
        </label>
        <button type="submit" disabled={busy}>
          Look
        </button>
        <p role="alert" class="trouble">
          {trouble === '' ? why : trouble}
        </p>
        <Explained />
      </form>
      <p class="hint">
        This page only reads: it sends no command. It comes from the operator of the authority, and so does what it
        shows. Whoever must not have to believe them checks a bundle with <a href="../verifier">the verifier</a>, or
        offline.
      </p>
    </main>
  );
};
