import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pcrTexts } from '../../../domain/appraisal/evidence-manifest.js';
import { toBase64, toHex } from '../../../domain/encoding/bytes.js';
import { Judged } from '../../http/codecs/attestations.js';
import type { AddCommand } from '../action.js';
import { readEvidence } from '../appraisal-inputs.js';
import { EXIT } from '../failure.js';
import { online } from '../online.js';
import { segment } from '../send-command.js';
import { reasonText, rulesText, verdictText } from '../verdict-text.js';

const HELP = `
The evidence has to answer a challenge of this authority, in time: a file that was recorded for another one is refused as not
the host's own. For judging a file by itself use: sekisho appraise.

Example:
  $ sekisho attest web-1 evidence.json`;

/** For developers: what an agent does, from a file. `nonce` in the file is the challenge that was answered. */
export const attestCommand: AddCommand = (parent, cli) => {
  const command = parent
    .command('attest <host> <evidence>')
    .description('send recorded evidence for a host, as its agent would')
    .option('--nonce <hex>', "the challenge that was answered; default: the file's nonce")
    .addHelpText('after', HELP);
  online(cli, command, ({ client, args, options, json, paint, print }) =>
    pipe(
      readEvidence(args[1] ?? ''),
      TE.flatMap(({ evidence, nonce }) => {
        const body = {
          nonce: typeof options['nonce'] === 'string' ? options['nonce'] : toHex(nonce),
          quote: toBase64(evidence.quote ?? new Uint8Array()),
          signature: toBase64(evidence.signature ?? new Uint8Array()),
          pcrs: pcrTexts(evidence.pcrs),
          eventLog: toBase64(evidence.bootLog),
        };
        const path = `/v1/hosts/${segment(args[0])}/attestations`;
        return client.call({ operation: 'attestHost', method: 'POST', path, body }, Judged);
      }),
      TE.map(({ body }) => {
        const reasons = body.reasons.map((reason) => `  ${reasonText(reason)}`);
        print(
          json
            ? JSON.stringify(body)
            : [rulesText(paint, body.rules), '', verdictText(paint, body.verdict), ...reasons].join('\n'),
        );
        return body.verdict === 'affirming' ? EXIT.ok : EXIT.negative;
      }),
    ),
  );
};
