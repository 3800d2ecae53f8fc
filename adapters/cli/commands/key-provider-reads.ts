import type { Command } from 'commander';
import {
  KeyProviderAnswer,
  KeyProvidersAnswer,
  type KeyProviderView,
  PeerCertificatesAnswer,
} from '../../http/codecs/key-providers.js';
import type { Cli } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { online } from '../online.js';
import { segment } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';

const PATH = '/v1/key-providers';

const healthText = (paint: Paint, health: string): string =>
  health === 'OK' ? paint.green(health) : health === 'NONE' ? 'NONE (unknown)' : paint.red(health);

const servesText = (serves: string | ReadonlyArray<string>): string =>
  typeof serves === 'string' ? serves : serves.join(', ') || 'nobody';

const serversText = ({ servers, serverHealth }: KeyProviderView): string =>
  servers
    .map(({ name, address }) => {
      const found = serverHealth.find(({ server }) => server === name);
      return `${name} ${address} ${found === undefined ? '' : [found.health, ...found.faults].join(' ')}`;
    })
    .join('\n') || '-';

const endedText = ({ endedPrimaryKeys }: KeyProviderView): string =>
  endedPrimaryKeys
    .map(({ primaryKey, end, confirmed }) =>
      [primaryKey, end, ...(confirmed === null ? ['(key servers not told yet)'] : [])].join(' '),
    )
    .join('\n');

const act = (given: { readonly by: string; readonly time: string } | null): string =>
  given === null ? 'never' : `${given.by} ${when(given.time)}`;

const rowsOf = (paint: Paint, row: KeyProviderView): ReadonlyArray<ReadonlyArray<string>> => {
  const { settings, clientCertificate, request, trustedPeers, removed } = row;
  const { release } = settings;
  return [
    ['kind', row.kind],
    ['description', printable(settings.description ?? '-')],
    ['health', `${healthText(paint, row.health)} since ${when(row.healthSince)}`],
    ['primary key', printable(row.primaryKey ?? 'none yet')],
    ['former primary keys', printable(row.formerPrimaryKeys.join('\n')) || '-'],
    ['revoked or destroyed', printable(endedText(row)) || '-'],
    ['servers', printable(serversText(row))],
    ['serves', printable(servesText(settings.serves))],
    ['token uses', release.tokenUses === null ? 'until it expires' : String(release.tokenUses)],
    ['witnessed verdicts only', release.requireWitnessedVerdict ? 'yes' : 'no'],
    ['purposes', printable(release.purposes.join(', ')) || 'any'],
    [
      'client certificate',
      clientCertificate === null
        ? '-'
        : printable(`${clientCertificate.subject}, until ${when(clientCertificate.notAfter)}`),
    ],
    ['request waiting', request === null ? '-' : printable(request.subject)],
    [
      'trusted peers',
      printable(trustedPeers.map(({ subject, sha256 }) => `${subject} ${sha256.slice(0, 16)}`).join('\n')) ||
        'none: nothing is sent to a key server',
    ],
    ['credential set', act(row.credentialSet)],
    ['created', act(row.created)],
    ['removed', removed === null ? '-' : printable(`${act(removed)}: ${removed.reason}`)],
  ];
};

export const addKeyProviderReads = (group: Command, cli: Cli): void => {
  online(cli, withAsOf(group.command('list')).description('all key providers with their health'), (given) => {
    const query = { ...asOfQuery(given.options) };
    const call = { operation: 'listKeyProviders', method: 'GET', path: PATH, query } as const;
    return showAnswer(given, call, KeyProvidersAnswer, (answer) =>
      [
        tableOf(
          given.paint,
          ['provider', 'kind', 'health', 'primary key', 'servers', 'serves', 'removed'],
          answer.keyProviders.map((row) => [
            printable(row.provider),
            row.kind,
            healthText(given.paint, row.health),
            printable(row.primaryKey ?? '-'),
            String(row.servers.length),
            printable(servesText(row.settings.serves)),
            row.removed === null ? '-' : act(row.removed),
          ]),
        ),
        asOfText(answer),
      ].join('\n'),
    );
  });
  online(
    cli,
    withAsOf(group.command('show <provider>')).description('one key provider, with its certificates'),
    (given) => {
      const query = { ...asOfQuery(given.options) };
      const call = {
        operation: 'showKeyProvider',
        method: 'GET',
        path: `${PATH}/${segment(given.args[0])}`,
        query,
      } as const;
      return showAnswer(given, call, KeyProviderAnswer, (answer) =>
        [
          tableOf(given.paint, [printable(answer.keyProvider.provider), ''], rowsOf(given.paint, answer.keyProvider)),
          ...[answer.certificatePem, answer.requestPem].filter((pem) => pem !== null),
          asOfText(answer),
        ].join('\n'),
      );
    },
  );
  const peers = group.command('peers <provider>').description('what the key servers show now, trusted or not');
  online(cli, peers, (given) => {
    const path = `${PATH}/${segment(given.args[0])}/peer-certificates`;
    return showAnswer(
      given,
      { operation: 'showPeerCertificates', method: 'GET', path },
      PeerCertificatesAnswer,
      (answer) =>
        [
          tableOf(
            given.paint,
            ['server', 'trusted', 'SHA-256'],
            answer.certificates.map(({ server, trusted, sha256 }) => [
              printable(server),
              trusted ? 'yes' : 'no',
              sha256,
            ]),
          ),
          ...answer.certificates.map(({ pem }) => pem),
        ].join('\n'),
    );
  });
};
