import { InvalidArgumentError } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { Instant } from '../../../domain/encoding/primitives.js';
import type { KeyChange } from '../../../domain/ledger/authority.js';
import { KeyHoldersAnswer } from '../../http/routes/key-holders.js';
import type { SigningKeysAnswer } from '../../http/routes/signing-keys.js';
import { KEY_KINDS, type KeyKind } from '../../key-store/key-file.js';
import { type AddCommand, done } from '../action.js';
import { placeOf, withAuthorityKey } from '../authority-key-options.js';
import type { CliFailure, ExitCode } from '../failure.js';
import { followKey, inUse, type NextKey } from '../follow-key.js';
import { handOverKey, nodeName, withHandOver } from '../hand-over-key.js';
import { authorityPlace, type KeyPlace, keysOf, submitChanges } from '../key-changes.js';
import { type Online, online } from '../online.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { type Paint, tableOf } from '../terminal.js';
import { addNode } from './signing-key-add-node.js';
import { addDoubt } from './signing-key-doubt.js';
import { offlineKeyCommands } from './signing-key-offline.js';

const rangeOf = ({ from, until }: SigningKeysAnswer['keys'][number]): string =>
  until === null ? `from ${String(from)}` : `${String(from)} to ${String(until - 1)}`;

const statusOf = ({ compromised, until, signsHere }: SigningKeysAnswer['keys'][number]): string => {
  if (compromised !== null) return `COMPROMISED since ${compromised.since}`;
  if (until !== null) return 'retired';
  return signsHere ? 'in use, signs here' : 'in use';
};

const listText = (paint: Paint, answer: SigningKeysAnswer): string =>
  [
    tableOf(
      paint,
      ['key', 'purpose', 'node', 'entries', 'status', 'follows'],
      answer.keys.map((key) => [key.kid, key.purpose, key.node ?? '', rangeOf(key), statusOf(key), key.replaces ?? '']),
    ),
    asOfText(answer),
  ].join('\n');

const addList: AddCommand = (parent, cli) => {
  const command = parent.command('list').description('every key of the authority, and which entries it may sign');
  online(cli, command, ({ client, json, paint, print }) =>
    pipe(
      keysOf(client),
      TE.map((answer) => {
        print(json ? JSON.stringify(answer) : listText(paint, answer));
        return done;
      }),
    ),
  );
};

const parsePurpose = (text: string): KeyKind => {
  const kind = KEY_KINDS.find((each) => each === text);
  if (kind === undefined) throw new InvalidArgumentError(`It must be one of ${KEY_KINDS.join(', ')}.`);
  return kind;
};

const afterRotation = (purpose: KeyKind, old: string | undefined): ReadonlyArray<string> => {
  switch (purpose) {
    case 'event':
      return ['Events are signed with the new key from now on; what the old one signed stays good.'];
    case 'log':
      return [
        'Checkpoints carry the signatures of both keys from now on. Give the new key (sekisho ledger vkey) to auditors',
        `and witnesses; when they have it: sekisho signing-key retire ${old ?? 'KID'}`,
      ];
    case 'token':
      return [`When tokens of the old key have expired: sekisho signing-key retire ${old ?? 'KID'}`];
    case 'authority':
      return ['The new authority key signs from now on. What others pinned stays valid: it leads to the new key.'];
  }
};

/** Before it is recorded: who reads the event of a key has that key already. */
const handOver = (
  given: Online,
  purpose: KeyKind,
  { kid, publicKey }: NextKey,
  urgent: boolean,
): TE.TaskEither<CliFailure, ReadonlyArray<string>> =>
  purpose === 'log' || purpose === 'token' ? handOverKey(given, { kid, publicKey, purpose }, urgent) : TE.right([]);

const rotate = (given: Online, own: KeyPlace, purpose: KeyKind): ReturnType<typeof submitChanges> =>
  pipe(
    TE.Do as TE.TaskEither<CliFailure, object>,
    TE.bind('answer', () => keysOf(given.client)),
    TE.bind('place', () => (purpose === 'authority' ? authorityPlace(given.options, own) : TE.right(own))),
    TE.bind('next', ({ answer, place }) => followKey(place, answer, { purpose, endorsed: true })),
    TE.bind('behind', ({ next }) => handOver(given, purpose, next, false)),
    TE.flatMap(({ answer, next, behind }) => {
      const old = inUse(answer, purpose)?.kid;
      const retired = purpose === 'event' && old !== undefined ? [{ type: 'RetireSigningKey' as const, kid: old }] : [];
      return submitChanges(given, own, [...next.changes, ...retired], [...behind, ...afterRotation(purpose, old)]);
    }),
  );

const addRotate: AddCommand = (parent, cli) => {
  const command = parent
    .command('rotate')
    .description('make the next key of a purpose and bring it into use; the old key endorses it')
    .argument('<purpose>', 'event, log, token or authority', parsePurpose);
  online(cli, withHandOver(withAuthorityKey(command)), (given) =>
    pipe(
      placeOf(given, cli.terminal.env),
      TE.flatMap((own) => rotate(given, own, parsePurpose(given.args[0] ?? ''))),
    ),
  );
};

const addRetire: AddCommand = (parent, cli) => {
  const command = parent
    .command('retire <kid>')
    .description('take a key out of use: what it signs later does not count, what it signed stays good');
  online(cli, withAuthorityKey(command), (given) =>
    pipe(
      placeOf(given, cli.terminal.env),
      TE.flatMap((own) => submitChanges(given, own, [{ type: 'RetireSigningKey', kid: given.args[0] ?? '' }])),
    ),
  );
};

const parseInstant = (text: string): string => {
  if (!Instant.is(text)) throw new InvalidArgumentError('It must be a time such as 2026-11-17T09:00:00.000Z.');
  return text;
};

const SILENT = { print: () => undefined };

/** The next authority key alone can declare the one before it, so that takes two requests. */
const handOverAuthority = (
  given: Online,
  own: KeyPlace,
  { changes }: NextKey,
  declareOld: TE.TaskEither<CliFailure, ExitCode>,
): TE.TaskEither<CliFailure, ExitCode> => {
  const elsewhere = given.options['requestOut'] !== undefined;
  const then = elsewhere ? ['When it was applied, run this command again: that declares the old key.'] : [];
  return pipe(
    submitChanges(elsewhere ? given : { ...given, ...SILENT }, own, changes),
    TE.tap(() => TE.fromIO(() => (given.json ? undefined : then.forEach(given.print)))),
    TE.flatMap((code) => (elsewhere ? TE.right(code) : declareOld)),
  );
};

/** A key that signs here is followed by another one first, which it does not get to endorse. */
const declare = (given: Online, own: KeyPlace, kid: string): TE.TaskEither<CliFailure, ExitCode> => {
  const { since, reason } = given.options;
  const declared = { type: 'DeclareKeyCompromised' as const, kid, since: String(since), reason: String(reason) };
  const ending = (
    before: ReadonlyArray<KeyChange>,
    behind: ReadonlyArray<string> = [],
  ): TE.TaskEither<CliFailure, ExitCode> =>
    submitChanges(
      given,
      own,
      [...before, declared],
      [...behind, `What it may have signed for somebody else: sekisho signing-key doubt ${kid}`],
    );
  return pipe(
    keysOf(given.client),
    TE.flatMap((answer) => {
      const purpose = KEY_KINDS.find((kind) => inUse(answer, kind)?.kid === kid);
      if (purpose === undefined) return ending([]);
      return pipe(
        purpose === 'authority' ? authorityPlace(given.options, own) : TE.right(own),
        TE.flatMap((place) => followKey(place, answer, { purpose, endorsed: false })),
        TE.bindTo('next'),
        TE.bind('behind', ({ next }) => handOver(given, purpose, next, true)),
        TE.flatMap(({ next, behind }) =>
          purpose === 'authority' ? handOverAuthority(given, own, next, ending([])) : ending(next.changes, behind),
        ),
      );
    }),
  );
};

const addDeclare: AddCommand = (parent, cli) => {
  const command = parent
    .command('declare-compromised <kid>')
    .description('record since when somebody else may have signed with a key, and end it')
    .requiredOption('--since <time>', 'the earliest time at which that may have begun', parseInstant)
    .requiredOption('--reason <text>', 'what happened, for those who read the history');
  online(cli, withHandOver(withAuthorityKey(command)), (given) =>
    pipe(
      placeOf(given, cli.terminal.env),
      TE.flatMap((own) => declare(given, own, given.args[0] ?? '')),
    ),
  );
};

const holdersText = (paint: Paint, { keys }: KeyHoldersAnswer): string =>
  keys.length === 0
    ? 'This authority has one node: there is nobody to hand keys to.'
    : tableOf(
        paint,
        ['key', 'purpose', 'node', 'has it'],
        keys.flatMap(({ kid, purpose, nodes }) =>
          nodes.map((node) => [kid, purpose, nodeName(node), node.holds ? 'yes' : 'NO']),
        ),
      );

const addHolders: AddCommand = (parent, cli) => {
  const command = parent
    .command('holders')
    .description('which nodes have the log and token keys that all of them need');
  online(cli, command, (given) => {
    const call = { operation: 'listKeyHolders', method: 'GET', path: '/v1/signing-keys/holders' } as const;
    return showAnswer(given, call, KeyHoldersAnswer, (answer) => holdersText(given.paint, answer));
  });
};

const HELP = `
Everything here is recorded and signed with the authority key. Where that key is kept on another machine, --request-out writes
what has to be signed; sekisho signing-key sign-request signs it there, and sekisho signing-key apply records it here.

Examples:
  $ sekisho signing-key list --dir ./authority
  $ sekisho signing-key rotate event --dir ./authority
  $ sekisho signing-key declare-compromised 3f2a9c0d51b7e846 --since 2026-11-17T09:00:00.000Z --reason "laptop stolen" --dir ./authority`;

/** The authority's signing keys: which there are, and how one follows another. `key` is about the keys that hosts get. */
export const signingKeyCommand: AddCommand = (parent, cli) => {
  const keys = parent
    .command('signing-key')
    .alias('keys')
    .description(
      "the authority's own keys, which sign the ledger: list, rotate, retire, what a lost one leaves in doubt",
    )
    .addHelpText('after', HELP);
  for (const add of [addList, addHolders, addRotate, addRetire, addDeclare, addDoubt, addNode, ...offlineKeyCommands])
    add(keys, cli);
};
