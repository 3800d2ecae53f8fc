/** Where in the console somebody is. It is the page's fragment, which no server is ever told; a token is never in it. */
export interface Place {
  readonly path: ReadonlyArray<string>;
  readonly query: ReadonlyMap<string, string>;
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

export const placeOf = (fragment: string): Place => {
  const [path = '', query = ''] = fragment.replace(/^#?\/?/, '').split('?', 2);
  const segments = path.split('/').filter((segment) => segment !== '');
  return { path: segments.map(decoded), query: new Map(new URLSearchParams(query)) };
};

export const fragmentOf = ({ path, query }: Place): string => {
  const text = new URLSearchParams([...query].filter(([, value]) => value !== '')).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
};

/** The moment that everything is shown as of; neither: now. */
export interface Moment {
  readonly index?: number;
  readonly at?: string;
}

const INDEX = /^(?:0|[1-9]\d{0,14})$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

export const momentOf = ({ query }: Place): Moment => {
  const [index = '', at = ''] = [query.get('index'), query.get('at')];
  if (INDEX.test(index)) return { index: Number(index) };
  return INSTANT.test(at) ? { at } : {};
};

export const isNow = ({ index, at }: Moment): boolean => index === undefined && at === undefined;

/** As parameters of a fragment, or of a read of the API: they are spelt alike. */
export const momentParams = ({ index, at }: Moment): ReadonlyArray<readonly [string, string]> =>
  index !== undefined ? [['index', String(index)]] : at !== undefined ? [['at', at]] : [];

/** A read of the API, as of a moment. Parameters that are empty are left out. */
export const readOf = (
  path: string,
  moment: Moment = {},
  params: Readonly<Record<string, string | undefined>> = {},
): string => {
  const given = Object.entries(params).filter((pair): pair is [string, string] => (pair[1] ?? '') !== '');
  const query = new URLSearchParams(
    [...given, ...momentParams(moment)].map(([name, value]) => [name, value]),
  ).toString();
  return query === '' ? path : `${path}?${query}`;
};
