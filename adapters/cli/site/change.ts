import * as E from 'fp-ts/lib/Either.js';
import type { Json } from '../../../domain/encoding/json.js';
import { canonicalize } from '../../crypto/canonicalize.js';
import type { Call } from '../authority-client.js';

export type Kind =
  | 'operator'
  | 'token-issuer'
  | 'principal'
  | 'policy'
  | 'guard'
  | 'tpm-ca'
  | 'endorsement-key'
  | 'tpm-model'
  | 'base-image'
  | 'key-provider'
  | 'host'
  | 'cluster'
  | 'service'
  | 'desired-services'
  | 'cluster-host'
  | 'approvals';

/**
 * `+` to be made, `~` to be changed, `-` to be taken away; `=` as the file says; `?` not in the file, and left alone;
 * `!` waits for somebody, or differs in a way that applying does not mend.
 */
export type Mark = '+' | '~' | '-' | '=' | '?' | '!';

/** One request. `secret` names a file whose content the body needs; it is read when the request is sent. */
export interface Step {
  readonly call: Call;
  readonly secret?: { readonly file: string; readonly into: (text: string) => unknown };
}

/** What applying a site does about one thing. */
export interface Change {
  readonly mark: Mark;
  readonly kind: Kind;
  readonly name: string;
  readonly detail: string;
  /** One after the other; the next one only if the last one was done. */
  readonly steps: ReadonlyArray<Step>;
  /** What there was when this was planned: the same request about the same thing is the same command, and nothing else is. */
  readonly before: unknown;
  /** Applying it only asks for it: it is done once another person approved. */
  readonly secondPerson?: true;
}

/** How a list in the file is held against the list that there is. */
export interface Listed<W, P> {
  readonly kind: Kind;
  readonly nameOf: (wanted: W) => string;
  readonly presentName: (present: P) => string;
  /** Whether it was taken back, and is only remembered. */
  readonly isGone: (present: P) => boolean;
  readonly add: (wanted: W) => ReadonlyArray<Step>;
  readonly addDetail?: (wanted: W) => string;
  /** In words; undefined: as the file says. */
  readonly differs: (wanted: W, present: P) => string | undefined;
  /** Undefined: it has to be taken away and made anew. */
  readonly change?: (wanted: W, present: P) => ReadonlyArray<Step>;
  readonly take: (present: P, reason: string) => Step;
}

/** Nothing is taken away unless `prune` says why. */
export interface PlanOptions {
  readonly prune: string | undefined;
}

const differing = <W, P>(
  { kind, add, change, take }: Listed<W, P>,
  { prune }: PlanOptions,
  [wanted, present]: readonly [W, P],
  about: { readonly name: string; readonly detail: string },
): Change => {
  const common = { kind, ...about, before: present };
  if (change !== undefined) {
    const steps = change(wanted, present);
    return { ...common, mark: steps.length === 0 ? '!' : '~', steps };
  }
  return prune === undefined
    ? { ...common, mark: '!', detail: `${about.detail}; --prune takes the old one away first`, steps: [] }
    : { ...common, mark: '~', steps: [take(present, prune), ...add(wanted)] };
};

export const planList = <W, P>(
  list: Listed<W, P>,
  wanted: ReadonlyArray<W>,
  present: ReadonlyArray<P>,
  options: PlanOptions,
): ReadonlyArray<Change> => {
  const { kind, nameOf, presentName, isGone, add, addDetail = () => '', differs, take } = list;
  const held = new Map(present.map((each) => [presentName(each), each]));
  const named = new Set(wanted.map(nameOf));
  const { prune } = options;
  return [
    ...wanted.map((each): Change => {
      const name = nameOf(each);
      const there = held.get(name);
      if (there === undefined || isGone(there))
        return { mark: '+', kind, name, detail: addDetail(each), steps: add(each), before: there ?? null };
      const detail = differs(each, there);
      return detail === undefined
        ? { mark: '=', kind, name, detail: '', steps: [], before: there }
        : differing(list, options, [each, there], { name, detail });
    }),
    ...present
      .filter((each) => !isGone(each) && !named.has(presentName(each)))
      .map((each): Change => {
        const common = { kind, name: presentName(each), detail: '', before: each };
        return prune === undefined
          ? { ...common, mark: '?', steps: [] }
          : { ...common, mark: '-', steps: [take(each, prune)] };
      }),
  ];
};

/** Alike however the keys of objects are ordered. */
const text = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : E.getOrElse(() => '(not JSON)')(canonicalize((value === undefined ? null : value) as Json));

/** `a x -> y, b 1 -> 2` of what differs; undefined when nothing does. */
export const differenceText = (
  wanted: Readonly<Record<string, unknown>>,
  present: Readonly<Record<string, unknown>>,
): string | undefined => {
  const parts = Object.entries(wanted)
    .filter(([key, value]) => value !== undefined && text(value) !== text(present[key]))
    .map(([key, value]) => `${key} ${text(present[key])} -> ${text(value)}`);
  return parts.length === 0 ? undefined : parts.join(', ');
};
