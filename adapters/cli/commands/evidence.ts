import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toHex } from '../../../domain/encoding/bytes.js';
import { nodeHashing } from '../../crypto/node/hashing.js';
import { type AddCommand, done } from '../action.js';
import { negative } from '../failure.js';
import { online } from '../online.js';
import { freeFile, withForce, writeOut } from '../out-file.js';
import { segment } from '../send-command.js';

const HELP = `
Example:
  $ sekisho evidence save 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --out quote.bin --as auditor-1

The digest is what an event names. What comes back is checked against it.`;

export const evidenceCommand: AddCommand = (parent, cli) => {
  const group = parent.command('evidence').description('what events name by digest, for auditors');
  const save = withForce(group.command('save <sha256>'))
    .description('write what is kept under a digest to a file: evidence, certificates, images, requests')
    .requiredOption('--out <file>', 'where to')
    .addHelpText('after', HELP);
  online(cli, save, ({ client, args: [digest = ''], options, json, print }) => {
    const out = String(options['out']);
    return pipe(
      freeFile(out, options),
      TE.flatMap(() =>
        client.blob({ operation: 'showEvidence', method: 'GET', path: `/v1/evidence/${segment(digest)}` }),
      ),
      TE.filterOrElse(
        (bytes) => toHex(nodeHashing.hash('sha256', bytes)) === digest,
        () => negative('EvidenceDamaged', 'what came back has another digest; nothing was written'),
      ),
      TE.tap((bytes) => writeOut(out, bytes, options)),
      TE.map(({ length: bytes }) => {
        print(json ? JSON.stringify({ sha256: digest, out, bytes }) : `It is in ${out} (${String(bytes)} bytes).`);
        return done;
      }),
    );
  });
};
