import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AppraisalResult } from '../../../domain/appraisal/appraiser.js';
import { LATEST_APPRAISER } from '../../../domain/appraisal/appraisers.js';
import type { ReferenceValues } from '../../../domain/appraisal/reference-values.js';
import { appraiserOf } from '../../../domain/host/appraiser-of.js';
import { nodeCertificates } from '../../crypto/node/certificates.js';
import { nodeHashing } from '../../crypto/node/hashing.js';
import { nodeSignatures } from '../../crypto/node/signatures.js';
import type { ReadEvidenceFile } from '../../evidence-file/read-evidence-file.js';
import { type AddCommand, type Cli, perform } from '../action.js';
import { type AppraiseOptions, instantOf, offlineReference, readEvidence } from '../appraisal-inputs.js';
import { withJson } from '../authority-options.js';
import { type CliFailure, EXIT, type ExitCode, unavailable } from '../failure.js';
import { paintOf, printable, tableOf } from '../terminal.js';
import { reasonText, rulesText, verdictText } from '../verdict-text.js';

const ENGINES = { hashing: nodeHashing, signatures: nodeSignatures, certificates: nodeCertificates };

const NOTHING_KNOWN = { certifiedAkName: undefined, boundEndorsementKey: undefined, previous: undefined };

const OWN_ISSUERS =
  "the endorsement key's chain was checked against the issuers in the evidence file itself; give --ca to say whom you trust";

const warningsOf = (options: AppraiseOptions, evidence: ReadEvidenceFile): ReadonlyArray<string> =>
  options.ca === undefined && evidence.ekIssuersPem.length > 0 ? [OWN_ISSUERS] : [];

const judge = (
  evidence: ReadEvidenceFile,
  reference: ReferenceValues,
  at: string,
  imagesJudged: boolean,
): E.Either<CliFailure, AppraisalResult> =>
  pipe(
    appraiserOf(LATEST_APPRAISER),
    E.bimap(
      () => unavailable('AppraiserUnknown', 'this program has no appraiser'),
      (appraise) =>
        appraise(ENGINES, {
          evidence: evidence.evidence,
          expectedQualifyingData: evidence.nonce,
          host: NOTHING_KNOWN,
          reference,
          at,
          imagesJudged,
        }),
    ),
  );

const documentOf = (result: AppraisalResult, at: string, warnings: ReadonlyArray<string>): Readonly<Record<string, unknown>> => {
  const { verdict, reasons, claims, rules, notChecked, image, exceptions, notAfter, hostsOwn } = result;
  return {
    verdict,
    reasons,
    claims,
    rules,
    notChecked,
    image: image ?? null,
    exceptions,
    grade: 'offline',
    appraiser: LATEST_APPRAISER,
    at,
    notAfter,
    hostsOwn,
    warnings,
  };
};

const textOf = (cli: Cli, result: AppraisalResult): string => {
  const paint = paintOf(cli.terminal);
  const { claims, image, notChecked, reasons, rules, verdict } = result;
  const facts = [
    ['TPM', claims.tpm === undefined ? 'unknown' : `${claims.tpm.manufacturerName ?? claims.tpm.manufacturer} ${claims.tpm.model} ${claims.tpm.firmwareVersion}`],
    ['endorsement key', claims.endorsementKey ?? 'unknown'],
    ['AK', claims.akName ?? 'unknown'],
    ['Secure Boot', claims.boot?.secureBoot.state ?? 'unknown'],
    ['firmware', claims.boot?.firmwareVersion ?? 'unknown'],
    ['command line', claims.boot?.commandLines.map(({ text }) => text).join(' | ') ?? 'unknown'],
    ['base image', image?.version ?? 'none'],
  ];
  return [
    tableOf(paint, ['claim', 'value'], facts.map(([name = '', value = '']) => [name, printable(value)])),
    '',
    rulesText(paint, rules),
    '',
    verdictText(paint, verdict, notChecked),
    ...reasons.map((each) => `  ${reasonText(each)}`),
    ...(notChecked.length === 0 ? [] : [paint.yellow(`Not checked: ${notChecked.join(', ')}.`)]),
  ].join('\n');
};

const work = (cli: Cli, file: string, options: AppraiseOptions): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    TE.Do,
    TE.bind('evidence', () => readEvidence(file)),
    TE.bind('reference', ({ evidence }) => offlineReference(options, evidence)),
    TE.bind('at', () => TE.fromEither(instantOf(options.at, () => new Date()))),
    TE.bind('result', ({ evidence, reference, at }) =>
      TE.fromEither(judge(evidence, reference, at, options.image !== undefined)),
    ),
    TE.map(({ evidence, at, result }) => {
      const warnings = warningsOf(options, evidence);
      for (const warning of warnings) cli.terminal.err(`warning: ${warning}\n`);
      cli.terminal.out(`${options.json ? JSON.stringify(documentOf(result, at, warnings)) : textOf(cli, result)}\n`);
      return result.verdict === 'affirming' ? EXIT.ok : EXIT.negative;
    }),
  );

const HELP = `
Nobody activated a credential here, so that rule says "not checked"; without --image neither is the base image. The output
always names what was not checked.

Exit codes: 0 affirming, 1 contraindicated, 2 the input can not be appraised.

Examples:
  $ sekisho appraise evidence.json
  $ sekisho appraise evidence.json --image debian-12.json --ca tpm-maker.pem --json
  $ sekisho appraise evidence.json --policy policy.json --at 2026-01-31T12:00:00Z`;

export const appraiseCommand: AddCommand = (parent, cli) => {
  withJson(parent.command('appraise <evidence>'))
    .description('judge an evidence file, without any authority')
    .option('--image <file>', 'base image to compare with (from base-image from-evidence)')
    .option('--policy <file>', 'attestation policy (from policy show --json); default: the built-in one')
    .option('--ca <file>', 'TPM CAs to trust, PEM; default: the issuers that the evidence brings')
    .option('--endorsement-key <digest...>', 'listed endorsement keys (publicKeyDigest)')
    .option('--at <instant>', 'the time that counts for certificates and exceptions; default: now')
    .addHelpText('after', HELP)
    .action((file: string, options: AppraiseOptions) => perform(cli, options.json, work(cli, file, options)));
};
