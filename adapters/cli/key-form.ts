import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { badInput, type CliFailure } from './failure.js';
import { readText } from './input.js';

/** An endorsement key as an operator has it. */
export const withKeyForms = (command: Command): Command =>
  command
    .option('--certificate <file>', 'its certificate, PEM')
    .option('--public-key <file>', 'the bare key, PEM')
    .option('--digest <hex>', 'its publicKeyDigest (sekisho appraise shows it as endorsementKey)');

type KeyForm = Readonly<Record<string, string>>;

/** The one form given, files read. */
export const keyFormOf = (options: Readonly<Record<string, unknown>>): TE.TaskEither<CliFailure, KeyForm> => {
  const { certificate, publicKey, digest } = options;
  const given = [certificate, publicKey, digest].filter((each) => typeof each === 'string');
  if (given.length !== 1) {
    return TE.left(badInput('KeyFormMissing', 'give exactly one of --certificate, --public-key, --digest'));
  }
  if (typeof certificate === 'string')
    return pipe(
      readText(certificate),
      TE.map((text) => ({ certificate: text })),
    );
  if (typeof publicKey === 'string')
    return pipe(
      readText(publicKey),
      TE.map((text) => ({ publicKey: text })),
    );
  return TE.right({ publicKeyDigest: String(digest) });
};
