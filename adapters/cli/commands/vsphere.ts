import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { systemClock } from '../../system.js';
import { type Round, readOnce, watchInventory } from '../../vsphere/watch-inventory.js';
import { type AddCommand, type Cli, done } from '../action.js';
import { type CliFailure, type ExitCode, unavailable } from '../failure.js';
import { untilAsked } from '../listening.js';
import { observing } from '../observe-vsphere.js';
import { type Online, online } from '../online.js';
import { type VsphereConnection, vsphereConnection, withVsphereSettings } from '../vsphere-options.js';
import { addVsphereReads } from './vsphere-reads.js';

const lineOf = (inventory: string, round: Round): string => {
  switch (round._tag) {
    case 'Recorded':
      return `${inventory}: ${String(round.hosts)} hosts; ${round.changes === 0 ? 'nothing new' : `${String(round.changes)} recorded`}.`;
    case 'Blind':
      return `${inventory}: can not be read: ${round.fault.reason} (${round.fault.detail}).`;
    case 'AuthorityFailed':
      return `${inventory}: the authority did not take it: ${round.code}.`;
  }
};

/** Seconds; undefined where nothing failed, or nothing is tried again. */
type Retry = number | undefined;

const jsonOf = (inventory: string, round: Round, retryInSeconds: Retry): string => {
  const { _tag: outcome, ...rest } = round;
  const shown = 'fault' in rest ? { reason: rest.fault.reason, detail: rest.fault.detail } : rest;
  return JSON.stringify({ inventory, at: systemClock.now(), outcome, ...shown, retryInSeconds });
};

const say = ({ json, print }: Online, inventory: string, round: Round, retry?: Retry): void => {
  const again = retry === undefined ? '' : ` Tried again in ${String(retry)} s.`;
  print(json ? jsonOf(inventory, round, retry) : `${lineOf(inventory, round)}${again}`);
};

/** Ends the session whatever happened: a server keeps few of them. */
const connected = (
  cli: Cli,
  given: Online,
  use: (connection: VsphereConnection) => Promise<void>,
): TE.TaskEither<CliFailure, void> =>
  TE.bracket(
    vsphereConnection(cli.terminal.env, given.options),
    (connection) => TE.fromTask(() => use(connection)),
    ({ session, transport }) =>
      TE.fromTask(async () => {
        await session.end();
        transport.close();
      }),
  );

const FAILED: Readonly<Record<Exclude<Round['_tag'], 'Recorded'>, string>> = {
  Blind: 'the vCenter could not be read',
  AuthorityFailed: 'the authority did not take what was read',
};

const exitOf = (round: Round | undefined): TE.TaskEither<CliFailure, ExitCode> =>
  round === undefined || round._tag === 'Recorded'
    ? TE.right(done)
    : TE.left(unavailable(round._tag, FAILED[round._tag]));

const once = (group: Command, cli: Cli): void => {
  const command = withVsphereSettings(group.command('once').argument('<name>', 'what the vCenter is called here'))
    .description('read a vCenter once, and record what differs from the last time')
    .addHelpText(
      'after',
      '\nExample:\n  $ sekisho vsphere once east --server https://vcenter.example --user reader@vsphere.local \\\n      --password-file reader.password --ca-file vmca.pem --url https://gate.example --token-file workload.token',
    );
  online(cli, command, (given) => {
    let round: Round | undefined;
    const [name = ''] = given.args;
    return pipe(
      connected(cli, given, async (connection) => {
        round = await readOnce(observing(given.client, connection, name, systemClock.now));
        say(given, name, round);
      }),
      TE.flatMap(() => exitOf(round)),
    );
  });
};

/** A server that keeps silent may keep a watcher that was asked to end for this long, not for its whole time-out. */
const LAST_ANSWER_MILLIS = 5_000;

const watching = async (given: Online, name: string, connection: VsphereConnection): Promise<void> => {
  const over = new AbortController();
  void untilAsked().then(() => {
    over.abort();
    setTimeout(connection.transport.close, LAST_ANSWER_MILLIS).unref();
  });
  await watchInventory(observing(given.client, connection, name, systemClock.now), {
    intervalMilliseconds: connection.settings.interval * 1_000,
    random: Math.random,
    sleep: (millis) => sleep(millis, undefined, { signal: over.signal }).catch(() => undefined),
    isOver: () => over.signal.aborted,
    onRound: (round, pause) => {
      const again = round._tag !== 'Recorded' && !over.signal.aborted;
      say(given, name, round, again ? Math.ceil(pause / 1_000) : undefined);
    },
  });
};

const watch = (group: Command, cli: Cli): void => {
  const command = withVsphereSettings(group.command('watch').argument('<name>', 'what the vCenter is called here'))
    .description('read a vCenter again and again until asked to end')
    .option('--interval <seconds>', 'how long between two readings (default: 60)')
    .addHelpText(
      'after',
      '\nExample, with the password in a variable and the rest in a file:\n  $ SEKISHO_VSPHERE_PASSWORD=... sekisho vsphere watch east --config east.yaml --dir ./gate',
    );
  online(cli, command, (given) => {
    const [name = ''] = given.args;
    return pipe(
      connected(cli, given, (connection) => watching(given, name, connection)),
      TE.map(() => done),
    );
  });
};

export const vsphereCommand: AddCommand = (parent, cli) => {
  const group = parent
    .command('vsphere')
    .description('what a vCenter says of its hosts, beside what this authority knows; none of it is trusted');
  once(group, cli);
  watch(group, cli);
  addVsphereReads(group, cli);
};
