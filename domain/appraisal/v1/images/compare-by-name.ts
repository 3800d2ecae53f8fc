import { type ReasonCode, reason } from '../../reason-codes.js';
import type { Reason } from '../../result.js';
import { onceForEach } from './once-for-each.js';

/** A name that the log claims, beside a digest that the quote covers. */
interface Measured {
  readonly name: string;
  readonly pcr: number;
  readonly digest: string;
  readonly event: number;
}

interface Reference {
  readonly name: string;
  readonly pcr: number;
  /** Empty: any content, once. */
  readonly digests: ReadonlyArray<string>;
  readonly requirement: 'required' | 'optional';
}

interface Codes {
  readonly unknown: ReasonCode;
  readonly missing: ReasonCode;
  readonly mismatch: ReasonCode;
  readonly repeated: ReasonCode;
  readonly wrongPcr: ReasonCode;
}

const grouped = <A extends { readonly name: string }>(items: ReadonlyArray<A>): ReadonlyMap<string, Array<A>> => {
  const groups = new Map<string, Array<A>>();
  for (const item of items) {
    const group = groups.get(item.name);
    if (group === undefined) groups.set(item.name, [item]);
    else group.push(item);
  }
  return groups;
};

const byName = onceForEach((references: ReadonlyArray<Reference>) => grouped(references));

const NONE: ReadonlyArray<never> = [];

const faultOf = (measured: Measured, references: ReadonlyArray<Reference>, codes: Codes): Reason | undefined => {
  const { name, pcr, digest, event } = measured;
  if (references.length === 0) return reason(codes.unknown, { subject: name, pcr, event, actual: digest });
  const here = references.filter((reference) => reference.pcr === pcr);
  const [first] = references;
  if (here.length === 0)
    return reason(codes.wrongPcr, { subject: name, pcr, event, expected: String(first?.pcr), actual: String(pcr) });
  if (here.some(({ digests }) => digests.length === 0 || digests.includes(digest))) return undefined;
  return reason(codes.mismatch, { subject: name, pcr, event, expected: here[0]?.digests[0], actual: digest });
};

/**
 * The name is an attacker's to choose: each entry of "any content" explains one measurement only, or else anything at all
 * could be loaded under such a name a second time.
 */
const repeatedOf = (
  measured: ReadonlyArray<Measured>,
  references: ReadonlyArray<Reference>,
  codes: Codes,
): ReadonlyArray<Reason> => {
  const anyContent = references.filter(({ digests }) => digests.length === 0).length;
  if (anyContent === 0) return [];
  const pinned = new Set(references.flatMap(({ digests }) => digests));
  return measured
    .filter(({ digest }) => !pinned.has(digest))
    .slice(anyContent)
    .map(({ name, pcr, digest, event }) => reason(codes.repeated, { subject: name, pcr, event, actual: digest }));
};

const satisfies = ({ digests }: Reference, measured: ReadonlyArray<Measured>): boolean =>
  measured.some(({ digest }) => digests.length === 0 || digests.includes(digest));

/** Every measurement on its own, whatever the order; one of each name that is required. */
export const compareByName = (
  measured: ReadonlyArray<Measured>,
  references: ReadonlyArray<Reference>,
  codes: Codes,
): ReadonlyArray<Reason> => {
  const known = byName(references);
  const seen = grouped(measured);
  const faults = measured.flatMap((one) => faultOf(one, known.get(one.name) ?? NONE, codes) ?? NONE);
  const repeated = [...seen].flatMap(([name, group]) => repeatedOf(group, known.get(name) ?? NONE, codes));
  const faulty = new Set(faults.map((fault) => fault.subject));
  const missing = references.filter(
    (reference) =>
      reference.requirement === 'required' &&
      !satisfies(reference, seen.get(reference.name) ?? NONE) &&
      !(seen.has(reference.name) && faulty.has(reason(codes.missing, { subject: reference.name }).subject)),
  );
  return [
    ...faults,
    ...repeated,
    ...missing.map(({ name, pcr, digests }) => reason(codes.missing, { subject: name, pcr, expected: digests[0] })),
  ];
};
