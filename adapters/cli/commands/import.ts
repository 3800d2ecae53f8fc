import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { classify, type Exported } from '../../import/vta-folder.js';
import type { AddCommand } from '../action.js';
import { badInput, type CliFailure, EXIT, type ExitCode } from '../failure.js';
import { importEndorsementKeys, type NotTaken } from '../import-endorsement-keys.js';
import {
  type ImportedCluster,
  importedClusterText,
  importOldClusters,
  type NewServices,
  oldClusters,
  oldClusterText,
} from '../import-old-clusters.js';
import { type ImportedPrincipal, importPrincipal } from '../import-principal.js';
import { type ImportedCa, importTpmCas } from '../import-tpm-cas.js';
import { readBytes, readText } from '../input.js';
import { type InputFile, inputFiles } from '../input-files.js';
import { type Online, online } from '../online.js';
import { type GivenAddress, serviceAddress } from '../service-address.js';
import { printable, tableOf } from '../terminal.js';
import { allTaken, importedKeysText } from './endorsement-key-import.js';
import { importedCasText } from './tpm-ca-import.js';

type Found = Exported & { readonly path: string };
type Of<K extends Exported['kind']> = Extract<Found, { readonly kind: K }>;

const MOST_FILE_BYTES = 268_435_456;

const looked = ({ path, stem }: InputFile): TE.TaskEither<CliFailure, Found> =>
  pipe(
    readBytes(path, MOST_FILE_BYTES),
    TE.map((bytes) => ({ ...classify(stem, bytes), path })),
  );

const planned = (found: Found): string => {
  switch (found.kind) {
    case 'tpm-ca':
      return `TPM CAs: trust ${found.chains.map(({ name }) => name).join(', ')}`;
    case 'endorsement-key':
      return `endorsement keys: list ${String(found.keys.length)}`;
    case 'principal':
      return `principal: trust ${found.principal.holder.name} of ${found.principal.issuer}`;
    case 'services':
      return oldClusters(found.services).map(oldClusterText).join('\n');
    case 'other':
      return `not taken: ${found.why}`;
  }
};

const ofKind = <K extends Exported['kind']>(all: ReadonlyArray<Found>, kind: K): ReadonlyArray<Of<K>> =>
  all.filter((each): each is Of<K> => each.kind === kind);

interface Outcome {
  readonly cas: ReadonlyArray<ImportedCa>;
  readonly entries: Parameters<typeof importedKeysText>[1];
  readonly principals: ReadonlyArray<ImportedPrincipal>;
  readonly clusters: ReadonlyArray<ImportedCluster>;
  readonly notTaken: ReadonlyArray<NotTaken>;
}

/** Undefined: nothing was said of where this authority is reached. */
const offerOf = ({ options }: Online): TE.TaskEither<CliFailure, NewServices | undefined> => {
  const { servicesAt, servicesCa } = options as {
    readonly servicesAt?: GivenAddress;
    readonly servicesCa?: ReadonlyArray<string>;
  };
  if (servicesAt === undefined) {
    return servicesCa === undefined
      ? TE.right(undefined)
      : TE.left(badInput('AddressMissing', '--services-ca goes with --services-at HOST:PORT'));
  }
  return pipe(
    servicesCa ?? [],
    TE.traverseArray(readText),
    TE.map((trustedCa) => ({ at: servicesAt, trustedCa })),
  );
};

/** CAs before the keys that they certify; principals last, for they trust nothing by themselves. */
const carriedOut = (
  given: Online,
  found: ReadonlyArray<Found>,
  offer: NewServices | undefined,
): TE.TaskEither<CliFailure, Outcome> =>
  pipe(
    TE.Do,
    TE.bind('cas', () =>
      importTpmCas(
        given,
        ofKind(found, 'tpm-ca').flatMap(({ chains }) => chains),
      ),
    ),
    TE.bind('entries', () =>
      importEndorsementKeys(
        given,
        ofKind(found, 'endorsement-key').flatMap(({ keys }) => keys),
      ),
    ),
    TE.bind('principals', () => pipe(ofKind(found, 'principal'), TE.traverseSeqArray(importPrincipal(given)))),
    TE.bind('clusters', () =>
      importOldClusters(
        given,
        ofKind(found, 'services').flatMap(({ services }) => services),
        offer,
      ),
    ),
    TE.map((done) => ({
      ...done,
      notTaken: ofKind(found, 'other').map(({ path, why }) => ({ what: path, why })),
    })),
  );

const outcomeText = (given: Online, { cas, entries, principals, clusters, notTaken }: Outcome): string =>
  [
    ...(cas.length === 0 ? [] : [importedCasText(given, cas, [])]),
    ...principals.map(({ name, why }) =>
      printable(why === null ? `Principal ${name} is trusted.` : `Principal ${name}: ${why}`),
    ),
    ...clusters.map(importedClusterText),
    importedKeysText(given, entries, notTaken),
  ].join('\n');

const work = (given: Online): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    inputFiles(given.args),
    TE.flatMap(TE.traverseSeqArray(looked)),
    TE.flatMap((found): TE.TaskEither<CliFailure, ExitCode> => {
      const plan = found.map((each) => ({ path: each.path, plan: planned(each) }));
      if (given.options['yes'] !== true) {
        const rows = plan.map(({ path, plan: what }) => [printable(path), printable(what)]);
        const text = `${tableOf(given.paint, ['file', 'what would be done'], rows)}\nNothing was done. With --yes it is.`;
        given.print(given.json ? JSON.stringify({ plan }) : text);
        return TE.right(EXIT.ok);
      }
      return pipe(
        offerOf(given),
        TE.flatMap((offer) => carriedOut(given, found, offer)),
        TE.map((outcome) => {
          given.print(given.json ? JSON.stringify(outcome) : outcomeText(given, outcome));
          const { cas, entries, principals, clusters, notTaken } = outcome;
          const whole =
            cas.every((ca) => ca.outcome !== 'refused') &&
            [...principals, ...clusters].every(({ why }) => why === null);
          return whole && allTaken(entries, notTaken) ? EXIT.ok : EXIT.negative;
        }),
      );
    }),
  );

const HELP = `
Each file is taken for what is in it, whatever its name: CA chains (Export-Tpm2CACertificate), endorsement keys
(Export-Tpm2EndorsementKey), the trusted principal (Export-TrustedPrincipal), the services (Export-TrustAuthorityServicesInfo).
Those services ended with the old system: their authority clusters are registered under their old names and groups, and offer what
--services-at says. Without --yes only the plan is shown. What is there already is left alone, so it can be run again.
Exit code 1: something was not taken.

Example:
  $ sekisho import vta ./exported
  $ sekisho import vta ./exported --yes --services-at gate.example:8750 --services-ca tls-ca.pem`;

export const importCommand: AddCommand = (parent, cli) => {
  const group = parent.command('import').description('take over what another system trusts');
  const command = group
    .command('vta <folder...>')
    .description('files that vSphere Trust Authority exported')
    .option(
      '--services-at <host:port>',
      'where hosts of the old authority clusters reach this authority',
      serviceAddress,
    )
    .option('--services-ca <file...>', 'the CAs that its TLS certificate may lead to, PEM')
    .option('--yes', 'do what the plan says', false)
    .addHelpText('after', HELP);
  online(cli, command, work);
};
