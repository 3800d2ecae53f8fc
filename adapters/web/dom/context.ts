import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Live } from './live.js';
import type { Moment, Place } from './place.js';
import type { Session } from './session.js';

/** What every view has at hand. */
export interface Console {
  readonly session: Session;
  readonly place: Place;
  readonly moment: Moment;
  readonly live: Live;
  /** Goes up whenever something was recorded, or time went by, while now is shown. */
  readonly tick: number;
  /** Where a link leads: the moment is kept, unless the parameters name another. */
  readonly href: (path: ReadonlyArray<string>, query?: Readonly<Record<string, string>>) => string;
  /** Other parameters of the same place; an empty one is left out. `replace`: it is not a step that is gone back to. */
  readonly amend: (query: Readonly<Record<string, string>>, how?: 'replace') => void;
  /** The token is not taken any more. */
  readonly expelled: () => void;
}

const Context = createContext<Console | undefined>(undefined);
export const ConsoleProvider = Context.Provider;

export const useConsole = (): Console => {
  const found = useContext(Context);
  if (found === undefined) throw new Error('outside of the console');
  return found;
};

export const may = ({ session }: Console, permission: string): boolean => session.who.permissions.includes(permission);
