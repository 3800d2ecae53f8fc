/** Why a text is not the JSON that we accept; `at` is a character offset. */
export interface JsonError {
  readonly _tag: 'JsonError';
  readonly at: number;
  readonly rule: string;
}

export const DUPLICATE_KEY = 'keys of one object must differ';
const DEEPEST = 64;

/** A run of characters that need no second look. One class, so that matching a long text takes no stack. */
const PLAIN = /[^"\\\u0000-\u001f\ud800-\udfff]*/y;
/** A pair of surrogates, or an escape; `\u` for a surrogate only in pairs. */
const UNIT =
  /[\ud800-\udbff][\udc00-\udfff]|\\(?:["\\/bfnrt]|u(?:[0-9a-cA-CefEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}|[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}))/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;
const QUOTE = 0x22;

/** Where the match that begins exactly at `at` ends; -1 without one. */
const endOf = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
};

/** A position behind what was read, or the reason why it could not be. */
type Step = number | JsonError;

const refuse = (at: number, rule: string): JsonError => ({ _tag: 'JsonError', at, rule });

const skipSpace = (text: string, at: number): number => endOf(SPACE, text, at);

const stringEnd = (text: string, start: number): Step => {
  let at = start + 1;
  for (;;) {
    at = endOf(PLAIN, text, at);
    if (text.charCodeAt(at) === QUOTE) return at + 1;
    const next = endOf(UNIT, text, at);
    if (next < 0) return refuse(at, 'must be a closed string of well-formed Unicode');
    at = next;
  }
};

/** Two spellings of one key are one key. */
const keyOf = (text: string, start: number, end: number): string => {
  const raw = text.slice(start, end);
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
};

const keyEnd = (text: string, start: number, seen: Set<string>): Step => {
  if (text.charCodeAt(start) !== QUOTE) return refuse(start, 'must be a key in quotes');
  const end = stringEnd(text, start);
  if (typeof end !== 'number') return end;
  const key = keyOf(text, start, end);
  // An object that has it is mistaken for one that inherits by code further in.
  if (key === '__proto__') return refuse(start, 'must not be the key __proto__');
  if (seen.has(key)) return refuse(start, DUPLICATE_KEY);
  seen.add(key);
  const colon = skipSpace(text, end);
  return text[colon] === ':' ? skipSpace(text, colon + 1) : refuse(colon, 'must be a colon');
};

/** Items behind an opening bracket up to its closing one. */
const itemsEnd = (text: string, start: number, close: string, item: (at: number) => Step): Step => {
  let at = skipSpace(text, start + 1);
  if (text[at] === close) return at + 1;
  for (;;) {
    const end = item(at);
    if (typeof end !== 'number') return end;
    at = skipSpace(text, end);
    if (text[at] === close) return at + 1;
    if (text[at] !== ',') return refuse(at, `must be a comma or ${close}`);
    at = skipSpace(text, at + 1);
  }
};

/** The parser would make infinity of a number too large for a double. */
const numberEnd = (text: string, at: number): Step => {
  const end = endOf(NUMBER, text, at);
  if (end < 0) return refuse(at, 'must be a JSON value');
  return Number.isFinite(Number(text.slice(at, end))) ? end : refuse(at, 'must be a number that a double can hold');
};

const memberEnd = (text: string, at: number, depth: number, seen: Set<string>): Step => {
  const value = keyEnd(text, at, seen);
  return typeof value === 'number' ? valueEnd(text, value, depth) : value;
};

const valueEnd = (text: string, at: number, depth: number): Step => {
  if (depth > DEEPEST) return refuse(at, `must nest at most ${String(DEEPEST)} deep`);
  const first = text[at];
  if (first === '"') return stringEnd(text, at);
  if (first === '{') {
    const seen = new Set<string>();
    return itemsEnd(text, at, '}', (key) => memberEnd(text, key, depth + 1, seen));
  }
  if (first === '[') return itemsEnd(text, at, ']', (item) => valueEnd(text, item, depth + 1));
  const word = endOf(WORD, text, at);
  return word < 0 ? numberEnd(text, at) : word;
};

/** The first rule that a text breaks, in one pass without building anything; undefined when it is good. */
export const checkJson = (text: string): JsonError | undefined => {
  const end = valueEnd(text, skipSpace(text, 0), 0);
  if (typeof end !== 'number') return end;
  const last = skipSpace(text, end);
  return last === text.length ? undefined : refuse(last, 'must end here');
};
