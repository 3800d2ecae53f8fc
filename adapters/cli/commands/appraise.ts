import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AppraisalResult } from '../../../domain/appraisal/appraiser.js';
import { LATEST_APPRAISER } from '../../../domain/appraisal/appraisers.js';
import { type AddCommand, type Cli, perform } from '../action.js';
import type { AppraiseOptions } from '../appraisal-inputs.js';
import { withJson } from '../authority-options.js';
import { type CliFailure, EXIT, type ExitCode } from '../failure.js';
import { appraiseFile, type OfflineAppraisal } from '../offline-appraisal.js';
import { appraiseReport, type RelayedAppraisal, readReport } from '../relayed-appraisal.js';
import { paintOf, printable, tableOf } from '../terminal.js';
import { reasonText, rulesText, verdictText } from '../verdict-text.js';

const documentOf = ({ result, at, warnings }: OfflineAppraisal): Readonly<Record<string, unknown>> => {
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

const factsOf = ({ claims, image }: AppraisalResult): ReadonlyArray<ReadonlyArray<string>> => {
  const { tpm, boot } = claims;
  const facts: ReadonlyArray<readonly [string, string | undefined]> = [
    ['TPM', tpm && `${tpm.manufacturerName ?? tpm.manufacturer} ${tpm.model} ${tpm.firmwareVersion}`],
    ['endorsement key', claims.endorsementKey],
    ['AK', claims.akName],
    ['Secure Boot', boot?.secureBoot.state],
    ['firmware', boot?.firmwareVersion],
    ['command line', boot?.commandLines.map(({ text }) => text).join(' | ')],
    ['base image', image?.version ?? 'none'],
  ];
  return facts.map(([name, value]) => [name, printable(value ?? 'unknown')]);
};

const textOf = (cli: Cli, { result }: OfflineAppraisal): string => {
  const paint = paintOf(cli.terminal);
  const { notChecked, reasons, rules, verdict } = result;
  return [
    tableOf(paint, ['claim', 'value'], factsOf(result)),
    '',
    rulesText(paint, rules),
    '',
    verdictText(paint, verdict, notChecked),
    ...reasons.map((each) => `  ${reasonText(each)}`),
    ...(notChecked.length === 0 ? [] : [paint.yellow(`Not checked: ${notChecked.join(', ')}.`)]),
  ].join('\n');
};

const relayed = (cli: Cli, options: AppraiseOptions, { result, at }: RelayedAppraisal): ExitCode => {
  const paint = paintOf(cli.terminal);
  const { verdict, reasons, rules } = result;
  cli.terminal.err('warning: a management server relayed this report: no key of the host vouches for it\n');
  const notChecked = rules.filter(({ outcome }) => outcome === 'not-checked').map(({ rule }) => rule);
  const text = [
    rulesText(paint, rules),
    '',
    verdictText(paint, verdict, notChecked),
    ...reasons.map((each) => `  ${reasonText(each)}`),
  ];
  cli.terminal.out(`${options.json ? JSON.stringify({ ...result, notChecked, at }) : text.join('\n')}\n`);
  return verdict === 'affirming' ? EXIT.ok : EXIT.negative;
};

const work = (cli: Cli, file: string, options: AppraiseOptions): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    readReport(file),
    TE.flatMap((report) =>
      report === undefined
        ? evidenceWork(cli, file, options)
        : pipe(
            appraiseReport(report, options),
            TE.map((appraisal) => relayed(cli, options, appraisal)),
          ),
    ),
  );

const evidenceWork = (cli: Cli, file: string, options: AppraiseOptions): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    appraiseFile(file, options),
    TE.map((appraisal) => {
      for (const warning of appraisal.warnings) cli.terminal.err(`warning: ${warning}\n`);
      cli.terminal.out(`${options.json ? JSON.stringify(documentOf(appraisal)) : textOf(cli, appraisal)}\n`);
      return appraisal.result.verdict === 'affirming' ? EXIT.ok : EXIT.negative;
    }),
  );

const HELP = `
Nobody activated a credential here, so that rule says "not checked"; without --image neither is the base image. The output
always names what was not checked. A report that a vCenter relays (QueryTpmAttestationReport, XML or JSON) is graded relayed:
no key of the host stands behind it.

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
