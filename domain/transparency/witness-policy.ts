import * as E from 'fp-ts/lib/Either.js';
import { fromUtf8, toHex } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import { type Malformed, malformed } from './malformed.js';
import { type KeyType, parseVerifierKey, type VerifierKey } from './verifier-key.js';

export interface PolicyLog {
  readonly key: VerifierKey;
  readonly url: string | undefined;
}

export interface PolicyWitness {
  readonly name: string;
  readonly key: VerifierKey;
  readonly url: string | undefined;
}

/** When enough witnesses have cosigned. Names are resolved: a quorum needs no table to be evaluated. */
export type Quorum =
  | { readonly _tag: 'None' }
  | { readonly _tag: 'Witness'; readonly witness: PolicyWitness }
  | {
      readonly _tag: 'Group';
      readonly name: string;
      readonly threshold: number;
      readonly members: ReadonlyArray<Quorum>;
    };

/** C2SP tlog-policy: whose checkpoints count, and who must have cosigned them. */
export interface WitnessPolicy {
  readonly logs: ReadonlyArray<PolicyLog>;
  readonly witnesses: ReadonlyArray<PolicyWitness>;
  readonly quorum: Quorum;
}

export const MOST_POLICY_BYTES = 131_072;
const MOST_DEFINITIONS = 256;
const THRESHOLD = /^[1-9]\d{0,3}$/;

const fault = malformed('policy');

/** What the lines so far said. Mutated only while one file is read. */
interface Reading {
  readonly hashing: Hashing;
  readonly logs: Array<PolicyLog>;
  readonly witnesses: Array<PolicyWitness>;
  readonly named: Map<string, Quorum>;
  readonly members: Set<string>;
  readonly publicKeys: { readonly log: Set<string>; readonly witness: Set<string> };
  quorum: Quorum | undefined;
}

/** Names are opaque octets; those that are UTF-8 are shown as such. */
const shown = (octets: string): string => fromUtf8(Uint8Array.from(octets, (octet) => octet.charCodeAt(0))) ?? octets;

const keyOf = (reading: Reading, type: KeyType, text: string): E.Either<string, VerifierKey> => {
  const key = parseVerifierKey(reading.hashing, shown(text));
  if (E.isLeft(key)) return E.left(`has a key whose ${key.left.field} ${key.left.rule}`);
  if (key.right.type !== type) {
    return E.left(`needs a key of type ${type === 'ed25519' ? '0x01 (Ed25519)' : '0x04 (Ed25519 cosignature)'}`);
  }
  const seen = reading.publicKeys[type === 'ed25519' ? 'log' : 'witness'];
  const publicKey = toHex(key.right.publicKey);
  if (seen.has(publicKey)) return E.left('repeats a key');
  seen.add(publicKey);
  return key;
};

const isUrl = (url: string | undefined): boolean => url === undefined || /^https?:\/\/[!-~]+$/.test(url);

const readLog = (reading: Reading, [vkey = '', url, ...more]: ReadonlyArray<string>): string | undefined => {
  if (vkey === '' || more.length > 0 || !isUrl(url)) return 'must be: log <vkey> [<url>]';
  const key = keyOf(reading, 'ed25519', vkey);
  if (E.isLeft(key)) return key.left;
  reading.logs.push({ key: key.right, url });
  return undefined;
};

const define = (reading: Reading, name: string, quorum: Quorum): string | undefined => {
  if (name === 'none') return 'uses the name none, which means no quorum';
  if (reading.named.has(name)) return 'repeats a name';
  reading.named.set(name, quorum);
  return undefined;
};

const readWitness = (reading: Reading, items: ReadonlyArray<string>): string | undefined => {
  const [name = '', vkey = '', url, ...more] = items;
  if (vkey === '' || more.length > 0 || !isUrl(url)) return 'must be: witness <name> <vkey> [<url>]';
  const key = keyOf(reading, 'cosignature-v1', vkey);
  if (E.isLeft(key)) return key.left;
  const witness = { name: shown(name), key: key.right, url };
  reading.witnesses.push(witness);
  return define(reading, name, { _tag: 'Witness', witness });
};

const thresholdOf = (text: string, members: number): number | undefined => {
  const threshold = text === 'any' ? 1 : text === 'all' ? members : THRESHOLD.test(text) ? Number(text) : 0;
  return threshold >= 1 && threshold <= members ? threshold : undefined;
};

const readGroup = (reading: Reading, items: ReadonlyArray<string>): string | undefined => {
  const [name = '', thresholdText = '', ...names] = items;
  const threshold = thresholdOf(thresholdText, names.length);
  if (threshold === undefined) return 'must be: group <name> <all|any|k> <name>..., with 1 <= k <= members';
  const members: Array<Quorum> = [];
  for (const member of names) {
    const known = reading.named.get(member);
    if (known === undefined) return 'names a member that no line before it defines';
    if (reading.members.has(member)) return 'has a member that is listed already';
    reading.members.add(member);
    members.push(known);
  }
  return define(reading, name, { _tag: 'Group', name: shown(name), threshold, members });
};

const readQuorum = (reading: Reading, [name = '', ...more]: ReadonlyArray<string>): string | undefined => {
  if (name === '' || more.length > 0) return 'must be: quorum <name|none>';
  if (reading.quorum !== undefined) return 'is the second quorum line';
  const quorum: Quorum | undefined = name === 'none' ? { _tag: 'None' } : reading.named.get(name);
  if (quorum === undefined) return 'names what no line before it defines';
  reading.quorum = quorum;
  return undefined;
};

const readLine = (reading: Reading, line: string): string | undefined => {
  const [word = '', ...items] = line.split(/[\t ]+/).filter((item) => item !== '');
  if (word === '' || word.startsWith('#')) return undefined;
  if (reading.named.size + reading.logs.length >= MOST_DEFINITIONS)
    return `is beyond ${String(MOST_DEFINITIONS)} definitions`;
  switch (word) {
    case 'log':
      return readLog(reading, items);
    case 'witness':
      return readWitness(reading, items);
    case 'group':
      return readGroup(reading, items);
    case 'quorum':
      return readQuorum(reading, items);
    default:
      return 'must begin with log, witness, group, quorum or #';
  }
};

const octetsOf = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

/** Reads a whole policy file; the first line that breaks a rule is named and nothing of the file counts. */
export const parseWitnessPolicy = (hashing: Hashing, bytes: Uint8Array): E.Either<Malformed, WitnessPolicy> => {
  if (bytes.length > MOST_POLICY_BYTES)
    return E.left(fault('(whole)', `must be at most ${String(MOST_POLICY_BYTES)} bytes`));
  const text = octetsOf(bytes);
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text))
    return E.left(fault('(whole)', 'must hold no control characters but tab and newline'));
  if (text !== '' && !text.endsWith('\n')) return E.left(fault('(whole)', 'must end with a newline'));
  const publicKeys = { log: new Set<string>(), witness: new Set<string>() };
  const reading: Reading = {
    hashing,
    logs: [],
    witnesses: [],
    named: new Map(),
    members: new Set(),
    publicKeys,
    quorum: undefined,
  };
  for (const [i, line] of text.split('\n').entries()) {
    const rule = readLine(reading, line);
    if (rule !== undefined) return E.left(fault(`line ${String(i + 1)}`, rule));
  }
  const { logs, witnesses, quorum } = reading;
  return quorum === undefined
    ? E.left(fault('quorum', 'must be given by exactly one line'))
    : E.right({ logs, witnesses, quorum });
};
