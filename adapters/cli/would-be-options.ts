import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { BaseImage } from '../../domain/appraisal/base-image.js';
import type { AttestationPolicy } from '../../domain/appraisal/policy.js';
import { PolicyAnswer } from '../http/codecs/reads.js';
import type { WouldBeChange } from '../http/codecs/rehearsals.js';
import { asOfQuery } from './as-of-options.js';
import { badInput, type CliFailure } from './failure.js';
import { readDocument, readText } from './input.js';
import type { Online } from './online.js';
import { wantedPolicy } from './wanted-policy.js';

/** What would be changed about the reference values. */
export const withWouldBe = (command: Command): Command =>
  command
    .option('--policy <file>', 'as if this were the policy')
    .option('--set <name=value...>', 'as if these rules of the policy were changed')
    .option('--image <file...>', 'as if these images were approved')
    .option('--approve <version...>', 'as if these proposed images were approved')
    .option('--only-these', 'with --image or --approve: as if no other image were approved', false)
    .option('--withdraw <version...>', 'as if these images were withdrawn')
    .option('--trust-ca <name=file...>', 'as if these TPM CAs were trusted')
    .option('--revoke-ca <name...>', 'as if these TPM CAs were revoked')
    .option('--trust-key <digest...>', 'as if these endorsement keys were listed')
    .option('--revoke-key <digest...>', 'as if these endorsement keys were revoked');

type Options = Online['options'];

const listOf = (options: Options, name: string): ReadonlyArray<string> => {
  const given = options[name];
  return Array.isArray(given) ? given.map(String) : [];
};

const named = (options: Options, name: string, field: keyof WouldBeChange): Partial<WouldBeChange> => {
  const given = listOf(options, name);
  return given.length === 0 ? {} : { [field]: given };
};

/** Single rules are set in the policy of the moment that is asked about. */
const policyOf = (given: Online): TE.TaskEither<CliFailure, AttestationPolicy | undefined> => {
  const { policy: file, set } = given.options;
  if (file === undefined && set === undefined) return TE.right(undefined);
  const query = { ...asOfQuery(given.options) };
  return pipe(
    given.client.call({ operation: 'showPolicy', method: 'GET', path: '/v1/policy', query }, PolicyAnswer),
    TE.flatMap(({ body }) => wantedPolicy({ file, set }, body.policy)),
  );
};

const caOf = (text: string): TE.TaskEither<CliFailure, { readonly name: string; readonly chain: string }> => {
  const [name = '', ...rest] = text.split('=');
  return name === '' || rest.length === 0
    ? TE.left(badInput('TpmCaMalformed', `--trust-ca takes name=file, not "${text}"`))
    : pipe(
        readText(rest.join('=')),
        TE.map((chain) => ({ name, chain })),
      );
};

/** The change that the options ask for, files read. */
export const wouldBeOf = (given: Online): TE.TaskEither<CliFailure, WouldBeChange> => {
  const { options } = given;
  return pipe(
    TE.Do,
    TE.bind('policy', () => policyOf(given)),
    TE.bind('images', () =>
      pipe(
        listOf(options, 'image'),
        TE.traverseSeqArray((file) => readDocument(file, BaseImage)),
      ),
    ),
    TE.bind('tpmCas', () => pipe(listOf(options, 'trustCa'), TE.traverseSeqArray(caOf))),
    TE.map(({ policy, images, tpmCas }) => ({
      ...(policy === undefined ? {} : { policy }),
      ...(images.length === 0 ? {} : { images }),
      ...(tpmCas.length === 0 ? {} : { tpmCas }),
      ...(options['onlyThese'] === true ? { onlyThese: true } : {}),
      ...named(options, 'approve', 'approve'),
      ...named(options, 'withdraw', 'withdraw'),
      ...named(options, 'revokeCa', 'revokeTpmCas'),
      ...named(options, 'trustKey', 'trustEndorsementKeys'),
      ...named(options, 'revokeKey', 'revokeEndorsementKeys'),
    })),
    TE.filterOrElse(
      (change) => Object.keys(change).length > 0,
      () =>
        badInput('NothingToChange', 'say what would be changed: --policy, --set, --image, --approve, --withdraw ...'),
    ),
  );
};
