import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { parseJson } from '../../../domain/encoding/json.js';
import { ServicesFile } from '../../http/codecs/cluster-services.js';
import { type Cli, done } from '../action.js';
import { badInput, type CliFailure, type ExitCode } from '../failure.js';
import { readText } from '../input.js';
import { type Online, online } from '../online.js';
import { withForce, writeOut } from '../out-file.js';
import { segment, sendCommand } from '../send-command.js';
import { serviceAddress } from '../service-address.js';

const pathOf = ({ args }: Online, rest: string): string => `/v1/clusters/${segment(args[0])}${rest}`;
const REASON = ['--reason <text>', 'why, for those who read the history'] as const;

const withAddress = (command: Command): Command =>
  command
    .requiredOption('--kind <kind>', 'attestation or key-provider')
    .requiredOption('--address <host:port>', 'where hosts reach it', serviceAddress);

const listOf = (value: unknown): ReadonlyArray<string> => (Array.isArray(value) ? value.map(String) : []);

const advertise = (group: Command, cli: Cli): void => {
  const command = withAddress(group.command('advertise <cluster>'))
    .description('what an authority cluster offers')
    .requiredOption('--group <name>', 'ties key providers to the attestation services whose word they take')
    .option('--ca <file...>', 'the CAs that its TLS certificate may lead to, PEM')
    .addHelpText(
      'after',
      '\nExample:\n  $ sekisho cluster advertise gate --kind attestation --address gate.example:8750 --group main --ca tls-ca.pem',
    );
  online(cli, command, (given) => {
    const { kind, address, group: name, ca } = given.options;
    return pipe(
      listOf(ca),
      TE.traverseArray(readText),
      TE.flatMap((trustedCa) =>
        sendCommand(given, {
          operation: 'advertiseService',
          method: 'POST',
          path: pathOf(given, '/services'),
          body: { kind, ...(address as object), group: name, trustedCa },
        }),
      ),
    );
  });
};

const withdraw = (group: Command, cli: Cli): void => {
  const command = withAddress(group.command('withdraw <cluster>'))
    .description('offer a service no longer')
    .requiredOption(...REASON)
    .option('--while-used', 'although hosts of a trusted cluster shall use it');
  online(cli, command, (given) => {
    const { kind, address, reason, whileUsed } = given.options;
    return sendCommand(given, {
      operation: 'withdrawService',
      method: 'POST',
      path: pathOf(given, '/services/withdraw'),
      body: { kind, ...(address as object), reason, whileUsed },
    });
  });
};

const attach = (group: Command, cli: Cli): void => {
  const command = group
    .command('attach <cluster>')
    .description('the hosts of a trusted cluster shall use what an authority cluster offers')
    .requiredOption('--from <cluster>', 'the authority cluster');
  online(cli, command, (given) =>
    sendCommand(given, {
      operation: 'attachServices',
      method: 'PUT',
      path: pathOf(given, '/desired-services'),
      body: { from: given.options['from'] },
    }),
  );
  const detach = group
    .command('detach <cluster>')
    .description('nothing is desired of its hosts any more')
    .requiredOption(...REASON);
  online(cli, detach, (given) =>
    sendCommand(given, {
      operation: 'detachServices',
      method: 'DELETE',
      path: pathOf(given, '/desired-services'),
      body: { reason: given.options['reason'] },
    }),
  );
};

const exportFile = (given: Online): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    given.client.call(
      { operation: 'exportServices', method: 'GET', path: pathOf(given, '/services-file') },
      ServicesFile,
    ),
    TE.flatMap(({ body }) =>
      writeOut(String(given.options['out']), `${JSON.stringify(body, null, 2)}\n`, given.options),
    ),
    TE.map(() => {
      const file = String(given.options['out']);
      given.print(given.json ? JSON.stringify({ file }) : `Written to ${file}. Next: sekisho cluster import-services.`);
      return done;
    }),
  );

const importFile = (given: Online): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    readText(given.args[1] ?? ''),
    TE.flatMapEither((text) =>
      E.mapLeft(() => badInput('FileMalformed', `${String(given.args[1])} is no services file`))(parseJson(text)),
    ),
    TE.flatMap((body) =>
      sendCommand(given, {
        operation: 'importServices',
        method: 'PUT',
        path: pathOf(given, '/services-file'),
        body,
      }),
    ),
  );

export const addClusterServices = (group: Command, cli: Cli): void => {
  advertise(group, cli);
  withdraw(group, cli);
  online(
    cli,
    withForce(group.command('export-services <cluster>'))
      .description('what an authority cluster offers, as a file for the side that shall use it')
      .requiredOption('--out <file>', 'where to write it'),
    exportFile,
  );
  online(
    cli,
    group
      .command('import-services <cluster> <file>')
      .description('the hosts of a trusted cluster shall use what a services file holds'),
    importFile,
  );
  attach(group, cli);
};
