import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { SharedKey } from '../../domain/hand-over/messages.js';
import { HandOverAnswer } from '../http/routes/key-holders.js';
import { type CliFailure, refused } from './failure.js';
import type { Online } from './online.js';
import { printable } from './terminal.js';

type Holder = HandOverAnswer['nodes'][number];

const DEFAULT_WAIT_S = 20;
const ASK_AGAIN_MS = 500;

const seconds = (text: string): number => {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of seconds.');
  return Number(text);
};

const listed = (name: string, before: ReadonlyArray<string>): ReadonlyArray<string> => [...before, name];
const NOBODY: ReadonlyArray<string> = [];

/** Options of what brings a new key into use that every node must have. */
export const withHandOver = (command: Command): Command =>
  command
    .option('--leave-behind <node>', 'go on although this node has not taken the new key (repeatable)', listed, NOBODY)
    .option('--wait <seconds>', 'how long to wait for the other nodes', seconds, DEFAULT_WAIT_S);

export const nodeName = ({ node, kid }: Pick<Holder, 'node' | 'kid'>): string =>
  node === null ? `the first node (${kid})` : printable(node);

const lacking = ({ options }: Online, { nodes }: HandOverAnswer): ReadonlyArray<Holder> => {
  const left = options['leaveBehind'] as ReadonlyArray<string>;
  return nodes.filter(({ node, kid, holds }) => !holds && !left.includes(node ?? kid) && !left.includes(kid));
};

const untilHeld = (given: Online, key: SharedKey): TE.TaskEither<CliFailure, HandOverAnswer> => {
  const until = performance.now() + 1000 * Number(given.options['wait']);
  const call = { operation: 'handOverKey', method: 'POST', path: '/v1/signing-keys/hand-overs', body: key } as const;
  return async () => {
    for (;;) {
      const asked = await given.client.call(call, HandOverAnswer)();
      if (E.isLeft(asked)) return asked;
      const { body } = asked.right;
      const missing = lacking(given, body);
      if (missing.length === 0 || performance.now() >= until) return E.right(body);
      given.progress(`Waiting for ${missing.map(nodeName).join(', ')} to take the new ${key.purpose} key`);
      await sleep(ASK_AGAIN_MS);
    }
  };
};

const EFFECT = { log: 'seals nothing', token: 'gives no token' } as const;

const NOT_GIVEN =
  'Its secret is not in the key file of this node (a signer has it), so it can not be handed over from here: give it to the signer of each node.';

const withoutKey = (
  { purpose, kid }: SharedKey,
  missing: ReadonlyArray<Holder>,
  { given }: HandOverAnswer,
): CliFailure => {
  const [first] = missing;
  const names = missing.map(nodeName).join(', ');
  const how = given ? 'A node takes it within seconds when it serves.' : NOT_GIVEN;
  return refused(
    'NodesWithoutKey',
    `nothing changed: ${names} did not take the new ${purpose} key ${kid}, and the old one stays in use`,
    `${how} Run the same command again then; or retire the event key of a node that is gone; or go on without: --leave-behind ${first?.node ?? first?.kid ?? 'NODE'} (until it takes the key, that node ${EFFECT[purpose]}).`,
  );
};

const leftBehind = ({ purpose, kid }: SharedKey, { nodes, given }: HandOverAnswer): ReadonlyArray<string> => [
  ...nodes
    .filter(({ holds }) => !holds)
    .map((node) => `${nodeName(node)} lacks ${purpose} key ${kid}: until it takes the key, it ${EFFECT[purpose]}.`),
  ...(given ? [] : [NOT_GIVEN]),
];

/**
 * Gives the next log or token key to every node before anything is recorded. `urgent`: the old key is lost, so that waiting for
 * whoever is away would be worse. The answer says who lacks it.
 */
export const handOverKey = (
  given: Online,
  key: SharedKey,
  urgent: boolean,
): TE.TaskEither<CliFailure, ReadonlyArray<string>> =>
  pipe(
    untilHeld(given, key),
    TE.flatMapEither((answer) => {
      const missing = lacking(given, answer);
      return missing.length === 0 || urgent
        ? E.right(leftBehind(key, answer))
        : E.left(withoutKey(key, missing, answer));
    }),
  );
