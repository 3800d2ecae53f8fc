import type { Who } from './answers.js';
import { askJson, type Reply } from './ask.js';

/** Who looks, and by what token; none: a certificate of the browser speaks for them. */
export interface Session {
  readonly token: string | undefined;
  readonly who: Who;
}

/** Kept for this tab alone, and only where that was chosen. */
const PLACE = 'sekisho-token';

export const keptToken = (): string | undefined => {
  try {
    return sessionStorage.getItem(PLACE) ?? undefined;
  } catch {
    return undefined;
  }
};

export const keepToken = (token: string | undefined): void => {
  try {
    if (token === undefined) sessionStorage.removeItem(PLACE);
    else sessionStorage.setItem(PLACE, token);
  } catch {
    // A browser that keeps nothing keeps no token either.
  }
};

export const whoIs = (token: string | undefined): Promise<Reply<Who>> => askJson<Who>(token, 'v1/whoami');
