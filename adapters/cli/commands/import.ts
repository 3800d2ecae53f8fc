import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { Recorded } from '../../http/codecs/answers.js';
import { classify, type Exported } from '../../import/vta-folder.js';
import type { AddCommand } from '../action.js';
import { type CliFailure, EXIT, type ExitCode } from '../failure.js';
import { importEndorsementKeys, type NotTaken } from '../import-endorsement-keys.js';
import { type ImportedCa, importTpmCas } from '../import-tpm-cas.js';
import { readBytes } from '../input.js';
import { type InputFile, inputFiles } from '../input-files.js';
import { type Online, online } from '../online.js';
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
    case 'other':
      return `not taken: ${found.why}`;
  }
};

const ofKind = <K extends Exported['kind']>(all: ReadonlyArray<Found>, kind: K): ReadonlyArray<Of<K>> =>
  all.filter((each): each is Of<K> => each.kind === kind);

/** As principals may be called: small letters, digits and hyphens, at most 32. */
const nameOf = (name: string): string => {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+/g, '')
    .slice(0, 32);
  return plain.replaceAll(/-+$/g, '') || 'principal';
};

interface ImportedPrincipal {
  readonly path: string;
  readonly name: string;
  readonly why: string | null;
}

const principalOf =
  ({ client }: Online) =>
  ({ path, principal }: Of<'principal'>): TE.TaskEither<CliFailure, ImportedPrincipal> => {
    const { issuer, holder, chain } = principal;
    const name = nameOf(principal.name);
    const body = { name, issuer, holder, chain };
    return pipe(
      client.call({ operation: 'trustPrincipal', method: 'POST', path: '/v1/principals', body }, Recorded),
      TE.map((): ImportedPrincipal => ({ path, name, why: null })),
      TE.orElse(
        (failure): TE.TaskEither<CliFailure, ImportedPrincipal> =>
          failure.exit === EXIT.unavailable ? TE.left(failure) : TE.right({ path, name, why: failure.message }),
      ),
    );
  };

interface Outcome {
  readonly cas: ReadonlyArray<ImportedCa>;
  readonly entries: Parameters<typeof importedKeysText>[1];
  readonly principals: ReadonlyArray<ImportedPrincipal>;
  readonly notTaken: ReadonlyArray<NotTaken>;
}

/** CAs before the keys that they certify; principals last, for they trust nothing by themselves. */
const carriedOut = (given: Online, found: ReadonlyArray<Found>): TE.TaskEither<CliFailure, Outcome> =>
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
    TE.bind('principals', () => pipe(ofKind(found, 'principal'), TE.traverseSeqArray(principalOf(given)))),
    TE.map((done) => ({ ...done, notTaken: ofKind(found, 'other').map(({ path, why }) => ({ what: path, why })) })),
  );

const outcomeText = (given: Online, { cas, entries, principals, notTaken }: Outcome): string =>
  [
    ...(cas.length === 0 ? [] : [importedCasText(given, cas, [])]),
    ...principals.map(({ name, why }) =>
      printable(why === null ? `Principal ${name} is trusted.` : `Principal ${name}: ${why}`),
    ),
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
        carriedOut(given, found),
        TE.map((outcome) => {
          given.print(given.json ? JSON.stringify(outcome) : outcomeText(given, outcome));
          const { cas, entries, principals, notTaken } = outcome;
          const whole = cas.every((ca) => ca.outcome !== 'refused') && principals.every(({ why }) => why === null);
          return whole && allTaken(entries, notTaken) ? EXIT.ok : EXIT.negative;
        }),
      );
    }),
  );

const HELP = `
Each file is taken for what is in it, whatever its name: CA chains (Export-Tpm2CACertificate), endorsement keys
(Export-Tpm2EndorsementKey), the trusted principal (Export-TrustedPrincipal). Without --yes only the plan is shown. What is
there already is left alone, so it can be run again. Exit code 1: something was not taken.

Example:
  $ sekisho import vta ./exported
  $ sekisho import vta ./exported --yes`;

export const importCommand: AddCommand = (parent, cli) => {
  const group = parent.command('import').description('take over what another system trusts');
  const command = group
    .command('vta <folder...>')
    .description('files that vSphere Trust Authority exported')
    .option('--yes', 'do what the plan says', false)
    .addHelpText('after', HELP);
  online(cli, command, work);
};
