import { type JSX, render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Frame } from './frame.js';
import { keepToken, keptToken, type Session, whoIs } from './session.js';
import { SignIn } from './sign-in.js';

/** A token that this tab kept, or a certificate that the browser shows, opens the console without being asked. */
const begin = async (): Promise<Session | undefined> => {
  const token = keptToken();
  if (token === undefined && location.protocol !== 'https:') return undefined;
  const reply = await whoIs(token);
  return reply._tag === 'Answer' ? { token, who: reply.body } : undefined;
};

const ENDED = 'The token that was used here is not taken any more.';

const Root = (): JSX.Element => {
  const [session, setSession] = useState<Session | null | undefined>(undefined);
  const [why, setWhy] = useState('');
  useEffect(() => {
    void begin().then((found) => setSession(found ?? null));
  }, []);
  const leave = (because: string): void => {
    keepToken(undefined);
    setWhy(because);
    setSession(null);
  };
  if (session === undefined) return <p class="waiting">Asking …</p>;
  if (session === null) return <SignIn entered={setSession} why={why} />;
  return <Frame session={session} leave={() => leave('')} expelled={() => leave(ENDED)} />;
};

const root = document.getElementById('console');
if (root !== null) render(<Root />, root);
