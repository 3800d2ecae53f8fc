import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Operation } from '../../http/permissions.js';
import type { AddCommand, Cli } from '../action.js';
import type { CliFailure } from '../failure.js';
import { keyFormOf, withKeyForms } from '../key-form.js';
import { type Online, online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { addHostReads } from './host-reads.js';

const enrol = (group: Command, cli: Cli): void => {
  const command = group
    .command('enrol <host>')
    .description('enrol a host, so that its agent may certify a key and attest')
    .option('--display-name <text>', 'what people call it')
    .option('--pin <digest>', 'SHA-256 of the only endorsement key it may ever have (publicKeyDigest)')
    .addHelpText('after', '\nExample:\n  $ sekisho host enrol web-1 --display-name "front end 1"');
  online(cli, command, (given) => {
    const body = { id: given.args[0], displayName: given.options['displayName'], endorsementKey: given.options['pin'] };
    return sendCommand(
      given,
      { operation: 'enrolHost', method: 'POST', path: '/v1/hosts', body },
      `Next, on the host: sekisho agent --url URL --host ${String(given.args[0])}`,
    );
  });
};

const change = (group: Command, cli: Cli, name: string, operation: Operation, description: string): void => {
  const command = group
    .command(`${name} <host>`)
    .description(description)
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, command, (given) =>
    sendCommand(given, {
      operation,
      method: 'POST',
      path: `/v1/hosts/${segment(given.args[0])}/${name}`,
      body: { reason: given.options['reason'] },
    }),
  );
};

const replaceKey = (given: Online): ReturnType<typeof sendCommand> =>
  pipe(
    keyFormOf(given.options),
    TE.flatMap(
      (key): TE.TaskEither<CliFailure, 0 | 1 | 2 | 3 | 4> =>
        sendCommand(given, {
          operation: 'replaceEndorsementKey',
          method: 'POST',
          path: `/v1/hosts/${segment(given.args[0])}/endorsement-key`,
          body: { ...key, reason: given.options['reason'] },
        }),
    ),
  );

export const hostCommand: AddCommand = (parent, cli) => {
  const group = parent.command('host').description('enrol hosts, look at their trust, withhold or end it');
  enrol(group, cli);
  addHostReads(group, cli);
  change(group, cli, 'quarantine', 'quarantineHost', 'withhold trust, whatever the evidence says, until a release');
  change(group, cli, 'release', 'releaseHost', 'end a quarantine');
  change(group, cli, 'retire', 'retireHost', 'end the history of a host and free its endorsement key');
  const replace = group
    .command('replace-endorsement-key <host>')
    .description('the host has another TPM from now on')
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, withKeyForms(replace), replaceKey);
};
