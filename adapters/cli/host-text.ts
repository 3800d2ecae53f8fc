import type { HostView } from '../http/codecs/reads.js';
import type { HostTrustHistoryAnswer } from '../http/codecs/trust-history.js';
import { type Paint, printable, tableOf, when } from './terminal.js';

export const stateText = (paint: Paint, state: string): string => {
  switch (state) {
    case 'trusted':
      return paint.green(state);
    case 'refused':
    case 'quarantined':
      return paint.red(state);
    case 'stale':
      return paint.yellow(state);
    default:
      return state;
  }
};

export const hostsText = (paint: Paint, hosts: ReadonlyArray<HostView>): string =>
  tableOf(
    paint,
    ['host', 'state', 'since', 'image', 'why'],
    hosts.map(({ id, state, since, verdict, reasons }) => [
      id,
      stateText(paint, state),
      when(since),
      printable(verdict?.image?.version ?? '-'),
      reasons.join(', '),
    ]),
  );

export const timelineText = (paint: Paint, { bands, whole }: HostTrustHistoryAnswer): string =>
  [
    tableOf(
      paint,
      ['from', 'until', 'state', 'entry', 'why'],
      bands.map(({ from, until, state, index, reasons }) => [
        when(from),
        when(until),
        stateText(paint, state),
        index === null ? '-' : String(index),
        reasons.join(', '),
      ]),
    ),
    ...(whole ? [] : ['What was before is not shown.']),
  ].join('\n');

const tpmText = (tpm: HostView['tpm']): string =>
  tpm === null
    ? '-'
    : printable(
        Object.values(tpm)
          .filter((value) => typeof value === 'string')
          .join(' '),
      );

const listed = (texts: ReadonlyArray<string>): string | undefined =>
  texts.length === 0 ? undefined : texts.join(', ');

const factsOf = (host: HostView): ReadonlyArray<readonly [string, string | null | undefined]> => [
  ['name', host.displayName],
  ['cluster', host.cluster],
  ['since', when(host.since)],
  ['why', listed(host.reasons)],
  ['evidence too old since', host.staleSince === null ? undefined : when(host.staleSince)],
  ['quarantine', host.quarantine && `${when(host.quarantine.time)}: ${host.quarantine.reason}`],
  ['retired', host.retired && `${when(host.retired.time)}: ${host.retired.reason}`],
  ['no longer counts', host.undercut && `${host.undercut.code} ${host.undercut.subject} (${host.undercut.reason})`],
  [
    'last verdict',
    host.verdict && `${host.verdict.verdict} at ${when(host.verdict.at)}, entry ${String(host.verdict.index)}`,
  ],
  ['counts until', host.verdict && when(host.verdict.notAfter)],
  ['base image', host.verdict?.image?.version],
  ['Secure Boot', host.verdict?.secureBoot],
  ['exceptions', listed(host.verdict?.exceptions ?? [])],
  ['AK', host.attestationKey?.name],
  ['endorsement key', host.endorsementKey],
  ['TPM', tpmText(host.tpm)],
  ['verdicts', `${String(host.counts.affirming)} affirming, ${String(host.counts.contraindicated)} contraindicated`],
  ['foreign evidence', host.counts.foreign === 0 ? undefined : String(host.counts.foreign)],
  ['relayed report', host.relayed && `${host.relayed.verdict} at ${when(host.relayed.at)}`],
];

export const hostText = (paint: Paint, host: HostView): string => {
  const facts = factsOf(host).filter((fact): fact is readonly [string, string] => typeof fact[1] === 'string');
  return [
    `${paint.bold(host.id)} is ${stateText(paint, host.state)}`,
    tableOf(
      paint,
      ['', ''],
      facts.map(([name, value]) => [paint.dim(name), printable(value)]),
    ).replace(/^\s*\n/, ''),
  ].join('\n');
};
