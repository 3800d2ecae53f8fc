import type { Command } from 'commander';
import { KeyAccessAnswer, KeyAnswer, KeyLedgerAnswer, KeysAnswer } from '../../http/codecs/keys.js';
import type { AddCommand, Cli } from '../action.js';
import { asOfQuery, wholeNumber, withAsOf } from '../as-of-options.js';
import { type Online, online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { addHistory } from '../show-history.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';

type Holding = (typeof KeyLedgerAnswer._A)['holdings'][number];

const paging = (command: Command): Command =>
  withAsOf(command)
    .option('--limit <n>', 'rows to show, at most 500', wholeNumber)
    .option('--cursor <n>', 'where to go on', wholeNumber);

const queryOf = ({ options }: Online, ...names: ReadonlyArray<string>): Record<string, string | number> => ({
  ...asOfQuery(options),
  ...Object.fromEntries(
    ['limit', 'cursor', ...names].flatMap((name) => {
      const value = options[name];
      return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [];
    }),
  ),
});

const more = (nextCursor: number | null): ReadonlyArray<string> =>
  nextCursor === null ? [] : [`More with --cursor ${String(nextCursor)}.`];

const stateText = (paint: Paint, state: string): string => (state === 'usable' ? state : paint.red(state));

const holdingsText = ({ paint }: Online, holdings: ReadonlyArray<Holding>): string =>
  tableOf(
    paint,
    ['host', 'key', 'state', 'provider', 'times', 'first', 'last', 'by', 'for', 'on verdict'],
    holdings.map(({ host, key, state, provider, count, first, last, operation, purpose, verdict }) => [
      printable(host),
      key.slice(0, 16),
      stateText(paint, state),
      printable(provider),
      String(count),
      when(first.time),
      when(last.time),
      operation,
      printable(purpose ?? '-'),
      `entry ${String(verdict.index)}`,
    ]),
  );

const addList = (group: Command, cli: Cli): void => {
  const command = paging(group.command('list').description('keys by their ids'))
    .option('--provider <name>', 'only of this one')
    .option('--primary-key <id>', 'only those that this one wrapped');
  online(cli, command, (given) => {
    const query = queryOf(given, 'provider', 'primaryKey');
    return showAnswer(given, { operation: 'listKeys', method: 'GET', path: '/v1/keys', query }, KeysAnswer, (answer) =>
      [
        tableOf(
          given.paint,
          ['key', 'provider', 'wrapped by', 'origin', 'made for', 'created', 'state'],
          answer.keys.map(({ key, provider, primaryKey, origin, host, created, state, revoked }) => [
            key,
            printable(provider),
            printable(primaryKey),
            origin,
            printable(host ?? '-'),
            when(created.time),
            revoked === null
              ? stateText(given.paint, state)
              : printable(`revoked by ${revoked.by} ${when(revoked.time)}: ${revoked.reason}`),
          ]),
        ),
        ...more(answer.nextCursor),
        asOfText(answer),
      ].join('\n'),
    );
  });
  online(cli, withAsOf(group.command('show <key>')).description('a key and who had it'), (given) => {
    const path = `/v1/keys/${segment(given.args[0])}`;
    const query = { ...asOfQuery(given.options) };
    return showAnswer(given, { operation: 'showKey', method: 'GET', path, query }, KeyAnswer, (answer) => {
      const { key, provider, primaryKey, origin, created, state, rekeyedAs, revoked } = answer.key;
      return [
        tableOf(
          given.paint,
          ['key', key],
          [
            ['provider', printable(provider)],
            ['wrapped by', printable(primaryKey)],
            ['origin', `${origin}, ${when(created.time)}`],
            ['state', stateText(given.paint, state)],
            ['wrapped anew as', rekeyedAs.join('\n') || '-'],
            ['revoked', revoked === null ? 'no' : printable(`${revoked.by} ${when(revoked.time)}: ${revoked.reason}`)],
          ],
        ),
        holdingsText(given, answer.holders),
        asOfText(answer),
      ].join('\n');
    });
  });
};

const addLedger = (group: Command, cli: Cli): void => {
  const ledger = paging(group.command('ledger').description('who had which key, when, on which verdict'))
    .option('--host <host>', 'only of this host')
    .option('--key <key>', 'only of this key')
    .option('--provider <name>', 'only of this provider')
    .addHelpText('after', '\nExample:\n  $ sekisho key ledger --host web-1 --at 2026-11-17T09:00:00Z');
  online(cli, ledger, (given) => {
    const query = queryOf(given, 'host', 'key', 'provider');
    const call = { operation: 'showKeyLedger', method: 'GET', path: '/v1/key-ledger', query } as const;
    return showAnswer(given, call, KeyLedgerAnswer, (answer) =>
      [holdingsText(given, answer.holdings), ...more(answer.nextCursor), asOfText(answer)].join('\n'),
    );
  });
  const access = paging(
    group.command('access').description('which hosts may have keys of which providers, and why not'),
  )
    .option('--host <host>', 'only of this host')
    .option('--provider <name>', 'only of this provider');
  online(cli, access, (given) => {
    const query = queryOf(given, 'host', 'provider');
    const call = { operation: 'showKeyAccess', method: 'GET', path: '/v1/key-access', query } as const;
    return showAnswer(given, call, KeyAccessAnswer, (answer) =>
      [
        tableOf(
          given.paint,
          ['host', 'provider', 'may have keys', 'until'],
          answer.access.map(({ host, provider, allowed, reasons, until }) => [
            printable(host),
            printable(provider),
            allowed ? given.paint.green('yes') : given.paint.red(reasons.join('\n')),
            when(until),
          ]),
        ),
        ...more(answer.nextCursor),
        asOfText(answer),
      ].join('\n'),
    );
  });
};

export const keyCommand: AddCommand = (parent, cli) => {
  const group = parent.command('key').description('keys that trusted hosts had, and may have');
  addList(group, cli);
  addLedger(group, cli);
  addHistory(group, cli, { what: 'key', operation: 'showKeyHistory', path: '/v1/keys' });
  const revoke = group
    .command('revoke <key>')
    .description('nobody gets this key any more, nor what it was wrapped anew as')
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, revoke, (given) =>
    sendCommand(given, {
      operation: 'revokeKey',
      method: 'POST',
      path: `/v1/keys/${segment(given.args[0])}/revoke`,
      body: { reason: given.options['reason'] },
    }),
  );
  const register = group
    .command('register <key>')
    .description('make a key known that the primary key wrapped before this authority knew of it')
    .requiredOption('--provider <name>', 'whose primary key wrapped it')
    .requiredOption('--primary-key <id>', 'which one')
    .requiredOption('--reason <text>', 'why, for those who read the history')
    .addHelpText(
      'after',
      '\nA key is named by the SHA-256 of its ciphertext:\n  $ sekisho key register $(sha256sum < kek.bin | cut -c1-64) --provider hsm --primary-key 17 --reason "moved here"',
    );
  online(cli, register, (given) => {
    const { provider, primaryKey, reason } = given.options;
    return sendCommand(given, {
      operation: 'registerKey',
      method: 'POST',
      path: '/v1/keys',
      body: { id: given.args[0], provider, primaryKey, reason },
    });
  });
};
