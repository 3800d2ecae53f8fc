import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Operation } from '../../http/permissions.js';
import { type AddCommand, type Cli, done } from '../action.js';
import type { CliFailure, ExitCode } from '../failure.js';
import { type Online, online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { addClusterDrift } from './cluster-drift.js';
import { addClusterReads } from './cluster-reads.js';
import { addClusterServices } from './cluster-services.js';

const PATH = '/v1/clusters';
const REASON = ['--reason <text>', 'why, for those who read the history'] as const;

const register = (group: Command, cli: Cli): void => {
  const command = group
    .command('register <cluster>')
    .description('register a cluster; it counts once it is enabled')
    .requiredOption('--kind <kind>', 'trusted: its hosts prove themselves; authority: its hosts run the services')
    .option('--display-name <text>', 'what people call it')
    .option('--site <text>', 'where it stands')
    .addHelpText('after', '\nExample:\n  $ sekisho cluster register east-1 --kind trusted --site "Data centre east"');
  online(cli, command, (given) => {
    const { kind, displayName, site } = given.options;
    const body = { id: given.args[0], kind, displayName, site };
    return sendCommand(
      given,
      { operation: 'registerCluster', method: 'POST', path: PATH, body },
      `Next: sekisho cluster enable ${String(given.args[0])} --reason TEXT`,
    );
  });
};

/** Null: `--no-...` took it away. */
const given = (option: unknown): unknown => (option === false ? null : option);

const set = (group: Command, cli: Cli): void => {
  const command = group
    .command('set <cluster>')
    .description('change what people call a cluster and where it stands; its id stays')
    .option('--display-name <text>', 'what people call it')
    .option('--no-display-name', 'it is called by its id')
    .option('--site <text>', 'where it stands')
    .option('--no-site', 'nothing is said of where it stands')
    .addHelpText(
      'after',
      '\nExample:\n  $ sekisho cluster set east-1 --display-name "Payroll" --site "Data centre west"',
    );
  // Commander makes a --no-... option true by itself where its other half was not given.
  command.setOptionValue('displayName', undefined).setOptionValue('site', undefined);
  online(cli, command, (online) => {
    const { displayName, site } = online.options;
    const path = `${PATH}/${segment(online.args[0])}`;
    const body = { displayName: given(displayName), site: given(site) };
    return sendCommand(online, { operation: 'changeCluster', method: 'PUT', path, body });
  });
};

const turn = (group: Command, cli: Cli, name: string, operation: Operation, description: string): void => {
  const command = group
    .command(`${name} <cluster>`)
    .description(description)
    .requiredOption(...REASON);
  online(cli, command, (given) =>
    sendCommand(given, {
      operation,
      method: 'POST',
      path: `${PATH}/${segment(given.args[0])}/${name}`,
      body: { reason: given.options['reason'] },
    }),
  );
};

const decommission = (group: Command, cli: Cli): void => {
  const command = group
    .command('decommission <cluster>')
    .description('end a cluster; its name is not used again')
    .requiredOption(...REASON)
    .option('--with-hosts', 'although hosts are in it: they are in no cluster then')
    .option('--while-used', 'although hosts of a trusted cluster shall use what it offers');
  online(cli, command, (given) =>
    sendCommand(given, {
      operation: 'decommissionCluster',
      method: 'POST',
      path: `${PATH}/${segment(given.args[0])}/decommission`,
      body: {
        reason: given.options['reason'],
        withHosts: given.options['withHosts'],
        whileUsed: given.options['whileUsed'],
      },
    }),
  );
};

/** One host after the other; the first refusal ends it, and says how far it came. */
const eachHost = (
  given: Online,
  send: (host: string) => TE.TaskEither<CliFailure, ExitCode>,
): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    given.args.slice(1),
    TE.traverseSeqArray((host) =>
      pipe(
        send(host),
        TE.mapLeft((failure) => ({ ...failure, message: `${host}: ${failure.message}` })),
      ),
    ),
    TE.map(() => done),
  );

const addMembers = (group: Command, cli: Cli): void => {
  const add = group
    .command('add-host <cluster> <host...>')
    .description('bring enrolled hosts into a cluster; a host is in one cluster at most')
    .addHelpText('after', '\nExample:\n  $ sekisho cluster add-host east-1 esx-01 esx-02');
  online(cli, add, (given) =>
    eachHost(given, (host) =>
      sendCommand(given, {
        operation: 'addClusterHost',
        method: 'POST',
        path: `${PATH}/${segment(given.args[0])}/hosts`,
        body: { host },
      }),
    ),
  );
  const remove = group
    .command('remove-host <cluster> <host...>')
    .description('take hosts out of a cluster: they get no key as hosts of it any more')
    .requiredOption(...REASON);
  online(cli, remove, (given) =>
    eachHost(given, (host) =>
      sendCommand(given, {
        operation: 'removeClusterHost',
        method: 'DELETE',
        path: `${PATH}/${segment(given.args[0])}/hosts/${segment(host)}`,
        body: { reason: given.options['reason'] },
      }),
    ),
  );
};

export const clusterCommand: AddCommand = (parent, cli) => {
  const group = parent.command('cluster').description('clusters: which hosts belong together, and whether they count');
  register(group, cli);
  set(group, cli);
  addClusterReads(group, cli);
  turn(group, cli, 'enable', 'enableCluster', 'from then on its hosts are served as its hosts');
  turn(group, cli, 'disable', 'disableCluster', 'no host is served as a host of it any more, at once');
  addMembers(group, cli);
  addClusterServices(group, cli);
  addClusterDrift(group, cli);
  decommission(group, cli);
};
