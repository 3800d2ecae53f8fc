/** The authority's answer to one question, or why there is none. */
export type Reply<A> =
  | { readonly _tag: 'Answer'; readonly body: A }
  | { readonly _tag: 'Refused'; readonly status: number; readonly code: string; readonly detail: string }
  | { readonly _tag: 'Unreachable' };

/** The API lies beside the console, wherever both are. */
export const addressOf = (path: string): string => new URL(`../${path}`, document.baseURI.replace(/#.*/, '')).href;

/** The token goes into this header and nowhere else. */
export const headersOf = (token: string | undefined): Readonly<Record<string, string>> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

const textField = (problem: unknown, name: string, otherwise: string): string => {
  if (typeof problem !== 'object' || problem === null) return otherwise;
  const value = Object.entries(problem).find(([key]) => key === name)?.[1] as unknown;
  return typeof value === 'string' ? value : otherwise;
};

const refusalOf = async (response: Response): Promise<Reply<never>> => {
  const problem: unknown = await response.json().catch(() => null);
  const { status } = response;
  return {
    _tag: 'Refused',
    status,
    code: textField(problem, 'code', String(status)),
    detail: textField(problem, 'detail', 'The server gave no reason.'),
  };
};

/** Asks, never tells: the console sends nothing but GET. */
const asked = async <A>(
  token: string | undefined,
  path: string,
  read: (response: Response) => Promise<A>,
  signal?: AbortSignal,
): Promise<Reply<A>> => {
  try {
    const response = await fetch(addressOf(path), {
      headers: headersOf(token),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      ...(signal === undefined ? {} : { signal }),
    });
    return response.ok ? { _tag: 'Answer', body: await read(response) } : await refusalOf(response);
  } catch {
    return { _tag: 'Unreachable' };
  }
};

/** The server's own answer to its own page is taken at its word: what must not be is checked, not decoded. */
export const askJson = <A>(token: string | undefined, path: string, signal?: AbortSignal): Promise<Reply<A>> =>
  asked(token, path, (response) => response.json() as Promise<A>, signal);

export const askBytes = (
  token: string | undefined,
  path: string,
  signal?: AbortSignal,
): Promise<Reply<Uint8Array<ArrayBuffer>>> =>
  asked(token, path, async (response) => new Uint8Array(await response.arrayBuffer()), signal);
