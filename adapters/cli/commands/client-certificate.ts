import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { ClientCertificatesAnswer } from '../../http/codecs/client-certificates.js';
import type { AddCommand } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { badInput, type CliFailure } from '../failure.js';
import { readText } from '../input.js';
import { type Online, online } from '../online.js';
import { ownSubject } from '../own-subject.js';
import { segment, sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { printable, tableOf, when } from '../terminal.js';

const PATH = '/v1/client-certificates';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const offered = ({ args, options }: Online): TE.TaskEither<CliFailure, Readonly<Record<string, string>>> => {
  const [file, ca, name] = [args[0], text(options['ca']), text(options['name'])];
  if (file !== undefined && ca === undefined && name === undefined)
    return pipe(
      readText(file),
      TE.map((certificate) => ({ certificate })),
    );
  return file === undefined && ca !== undefined && name !== undefined
    ? pipe(
        readText(ca),
        TE.map((pem) => ({ ca: pem, name })),
      )
    : TE.left(badInput('CertificateMissing', 'give a certificate, or --ca FILE and --name NAME'));
};

const bind = (given: Online) =>
  pipe(
    offered(given),
    TE.bindTo('certificate'),
    TE.bind('subject', () => ownSubject(given)),
    TE.flatMap(({ certificate, subject }) =>
      sendCommand(given, {
        operation: 'bindClientCertificate',
        method: 'POST',
        path: PATH,
        body: { subject, ...certificate },
      }),
    ),
  );

const list = (given: Online) =>
  showAnswer(
    given,
    { operation: 'listClientCertificates', method: 'GET', path: PATH, query: { ...asOfQuery(given.options) } },
    ClientCertificatesAnswer,
    (answer) =>
      [
        tableOf(
          given.paint,
          ['id', 'operator', 'certificates', 'name', 'until', 'bound by'],
          answer.clientCertificates.map(({ id, subject, certificate, bound, expired }) => [
            id,
            subject,
            certificate.by === 'key'
              ? `key ${certificate.spkiSha256.slice(0, 16)}`
              : `CA ${certificate.ca.slice(0, 16)}`,
            printable(certificate.name),
            expired ? given.paint.red(`${when(certificate.notAfter)}, over`) : when(certificate.notAfter),
            bound.by,
          ]),
        ),
        asOfText(answer),
      ].join('\n'),
  );

const HELP = `
The server must ask for certificates: sekisho serve --tls-client-certificates.

Examples:
  $ sekisho client-certificate bind me.pem --url https://sekisho.example --token-file me.token
  $ sekisho client-certificate bind --ca people-ca.pem --name 'CN=carol,O=Example' --url https://sekisho.example ...
  $ sekisho whoami --url https://sekisho.example --client-cert me.pem --client-key me.key`;

export const clientCertificateCommand: AddCommand = (parent, cli) => {
  const group = parent
    .command('client-certificate')
    .description('which TLS certificates let an operator in')
    .addHelpText('after', HELP);
  const binding = group
    .command('bind [file]')
    .description('come with this certificate (PEM), whatever certificate its key has later, or with those of one name')
    .option('--ca <file>', 'the CA that gives certificates to --name, itself')
    .option('--name <name>', 'exactly the subject of the certificates, as RFC 4514 writes it')
    .option('--for <subject>', 'for a name that you gave and nobody confirmed yet; default: yourself');
  online(cli, binding, bind);
  const release = group
    .command('release <id>')
    .description('let nobody in with such certificates any more')
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, release, (given) =>
    sendCommand(given, {
      operation: 'releaseClientCertificate',
      method: 'DELETE',
      path: `${PATH}/${segment(given.args[0])}`,
      body: { reason: given.options['reason'] },
    }),
  );
  online(cli, withAsOf(group.command('list')).description('which client certificates are whose'), list);
};
