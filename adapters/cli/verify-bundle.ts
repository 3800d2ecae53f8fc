import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { MOST_BUNDLE_BYTES, parseBundle } from '../../domain/bundle/bundle.js';
import type { BundleReport, BundleTrust } from '../../domain/bundle/verify-bundle.js';
import { verifyBundle } from '../../domain/bundle/verify-bundle.js';
import { authorityOfOrigin } from '../../domain/transparency/origin.js';
import { parseVerifierKey, type VerifierKey } from '../../domain/transparency/verifier-key.js';
import { MOST_POLICY_BYTES, parseWitnessPolicy, type WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { faultWords } from '../bundle-text/fault-words.js';
import { statementsOf } from '../bundle-text/statements.js';
import { createDocumentMemos } from '../caches/fresh-memos.js';
import { appraisalEngines, entryEngines } from '../crypto/engines.js';
import type { Cli } from './action.js';
import { bundleText } from './bundle-text.js';
import { badInput, type CliFailure, EXIT, type ExitCode } from './failure.js';
import { readBytes } from './input.js';
import { paintOf } from './terminal.js';

export interface VerifyBundleOptions {
  readonly file: string;
  readonly vkey: string | undefined;
  readonly policy: string | undefined;
  readonly json: boolean;
}

export const policyIn = (file: string | undefined): TE.TaskEither<CliFailure, WitnessPolicy | undefined> =>
  file === undefined
    ? TE.right(undefined)
    : pipe(
        readBytes(file, MOST_POLICY_BYTES),
        TE.flatMapEither((bytes) =>
          pipe(
            parseWitnessPolicy(entryEngines.hashing, bytes),
            E.mapLeft(({ field, rule }) => badInput('PolicyInvalid', `${file}: ${field} ${rule}`)),
          ),
        ),
      );

/** The key that was given, else the only log of the policy. A bundle can't vouch for itself. */
const keyOf = (vkey: string | undefined, policy: WitnessPolicy | undefined): E.Either<CliFailure, VerifierKey> => {
  if (vkey !== undefined) {
    return pipe(
      parseVerifierKey(entryEngines.hashing, vkey),
      E.mapLeft(({ field, rule }) => badInput('VkeyInvalid', `--vkey: ${field} ${rule}`)),
    );
  }
  const [only, ...more] = policy?.logs ?? [];
  return only !== undefined && more.length === 0
    ? E.right(only.key)
    : E.left(
        badInput('VkeyMissing', 'the key of the log is needed', 'Give --vkey KEY (sekisho ledger vkey prints it).'),
      );
};

const trustOf = ({ vkey, policy: file }: VerifyBundleOptions): TE.TaskEither<CliFailure, BundleTrust> =>
  pipe(
    policyIn(file),
    TE.flatMapEither((policy) =>
      pipe(
        keyOf(vkey, policy),
        E.map((key) => ({ key, policy })),
      ),
    ),
    TE.filterOrElse(
      ({ key }) => key.type === 'ed25519' && authorityOfOrigin(key.name) !== undefined,
      () => badInput('VkeyInvalid', '--vkey: must be the key of a log of Sekisho: sekisho/<key id>+...'),
    ),
  );

/** For programs: the report with its words. */
const jsonOf = (report: BundleReport): string => {
  const { faults, events, ...rest } = report;
  return JSON.stringify({
    ...rest,
    proved: report.faultCount === 0,
    statements: statementsOf(report),
    faults: faults.map((fault) => ({ ...fault, text: faultWords(fault) })),
    events: events.map(({ recorded, inPeriod }) => ({ inPeriod, ...recorded })),
  });
};

/** Checks a bundle with nothing but a key: no data folder, no network. */
export const verifyBundleFile = (cli: Cli, options: VerifyBundleOptions): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    trustOf(options),
    TE.bindTo('trust'),
    TE.bind('bytes', () => readBytes(options.file, MOST_BUNDLE_BYTES)),
    TE.bind('bundle', ({ bytes }) =>
      pipe(
        TE.fromEither(parseBundle(entryEngines.canonicalize, bytes)),
        TE.mapLeft(({ field, rule }) => badInput('BundleMalformed', `${options.file} is no bundle: ${field} ${rule}`)),
      ),
    ),
    TE.flatMap(({ trust, bundle }) =>
      TE.fromTask(
        verifyBundle({ ...entryEngines, ...appraisalEngines(), documents: createDocumentMemos() })(trust, bundle),
      ),
    ),
    TE.map((report) => {
      cli.terminal.out(`${options.json ? jsonOf(report) : bundleText(paintOf(cli.terminal), report)}\n`);
      return report.faultCount === 0 ? EXIT.ok : EXIT.negative;
    }),
  );
