import type { BaseImage, CommandLineRule } from '../../domain/appraisal/base-image.js';
import { type Paint, printable, tableOf } from './terminal.js';

const digestText = (digests: ReadonlyArray<string>): string =>
  digests.length === 0 ? 'any content' : digests.join('\n');

const commandLineText = ({ allowed, required }: CommandLineRule): ReadonlyArray<string> => [
  `Command line must have: ${required.length === 0 ? '(nothing in particular)' : required.map(printable).join(' ')}`,
  `Command line may have:  ${allowed.length === 0 ? '(nothing else)' : allowed.map(printable).join(' ')}`,
];

const listText = (name: string, list: ReadonlyArray<string> | null): string =>
  list === null ? `${name}: not judged` : `${name}: ${list.length === 0 ? 'none allowed' : list.map(printable).join('\n  ')}`;

const files = (
  paint: Paint,
  rows: ReadonlyArray<{ readonly name: string; readonly digests: ReadonlyArray<string>; readonly requirement: string }>,
): string =>
  tableOf(
    paint,
    ['name', 'requirement', 'accepted digests'],
    rows.map(({ name, requirement, digests }) => [printable(name), requirement, digestText(digests)]),
  );

const bodyText = (paint: Paint, image: BaseImage): ReadonlyArray<string> => {
  switch (image.kind) {
    case 'esxi':
      return [
        `ESXi ${printable(image.productVersion)}`,
        '',
        paint.bold('Modules'),
        files(paint, image.modules.map(({ file, pcr, ...rest }) => ({ name: `${file} (PCR ${String(pcr)})`, ...rest }))),
        '',
        ...commandLineText(image.commandLine),
        listText('Signers', image.signers),
        listText('Boot options', image.bootOptions),
      ];
    case 'uefi-linux':
      return [
        paint.bold('Boot applications (PCR 4)'),
        files(paint, image.bootApplications),
        '',
        paint.bold('Files (PCR 9)'),
        files(paint, image.files),
        '',
        ...commandLineText(image.commandLine),
        listText('Authorities', image.authorities),
      ];
    case 'golden-pcrs':
      return [
        tableOf(paint, ['PCR', 'accepted values'], image.pcrs.map(({ pcr, values }) => [String(pcr), values.join('\n')])),
      ];
  }
};

/** What approving the image would mean, for the person who has to decide. */
export const imageText = (paint: Paint, image: BaseImage): string =>
  [
    paint.bold(`${printable(image.version)}: ${printable(image.displayName)}`),
    `${image.kind}, digests in ${image.bank}`,
    ...bodyText(paint, image),
  ].join('\n');
