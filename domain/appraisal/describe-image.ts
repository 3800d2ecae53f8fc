import type { BaseImage, CommandLineRule } from './base-image.js';

type Row = readonly [string, string, string];

const aligned = (rows: ReadonlyArray<Row>): ReadonlyArray<string> => {
  const width = (column: 0 | 1): number => rows.reduce((widest, row) => Math.max(widest, row[column].length), 0);
  const [first, second] = [width(0), width(1)];
  return rows.map(([a, b, c]) => `  ${a.padEnd(first)}  ${b.padEnd(second)}  ${c}`.trimEnd());
};

const content = (digests: ReadonlyArray<string>): string =>
  digests.length === 0 ? 'any content (not pinned)' : digests.join(' or ');

interface Section {
  readonly title: string;
  readonly rows: ReadonlyArray<Row>;
}

const commandLineSection = ({ allowed, required }: CommandLineRule): Section => ({
  title: 'Kernel command line (any order)',
  rows: [
    ...required.map((token): Row => [token, 'required', '']),
    ...allowed.map((token): Row => [token, 'allowed', token.endsWith('=*') ? 'with any value' : '']),
  ],
});

const listSection = (title: string, items: ReadonlyArray<string> | null): Section => ({
  title: items === null ? `${title}: not judged` : title,
  rows: (items ?? []).map((item): Row => [item, '', '']),
});

const filesSection = (
  title: string,
  files: ReadonlyArray<{
    readonly name: string;
    readonly digests: ReadonlyArray<string>;
    readonly requirement: string;
  }>,
): Section => ({
  title,
  rows: files.map(({ name, digests, requirement }): Row => [name, requirement, content(digests)]),
});

const sectionsOf = (image: BaseImage): ReadonlyArray<Section> => {
  switch (image.kind) {
    case 'esxi':
      return [
        filesSection(
          'Modules',
          image.modules.map(({ file, pcr, ...rest }) => ({ name: `PCR ${String(pcr)} ${file}`, ...rest })),
        ),
        commandLineSection(image.commandLine),
        listSection('Boot option modules', image.bootOptions),
        listSection('Signers (SHA-256)', image.signers),
      ];
    case 'uefi-linux':
      return [
        filesSection('Boot applications (PCR 4)', image.bootApplications),
        listSection('Secure Boot authorities (SHA-256)', image.authorities),
        filesSection('Files (PCR 9)', image.files),
        commandLineSection(image.commandLine),
      ];
    case 'golden-pcrs':
      return [
        {
          title: 'Registers',
          rows: image.pcrs.map(({ pcr, values }): Row => [`PCR ${String(pcr)}`, 'exactly', values.join(' or ')]),
        },
      ];
  }
};

const headerOf = (image: BaseImage): ReadonlyArray<string> => [
  `${image.kind} base image ${image.version}: ${image.displayName}`,
  `Bank: ${image.bank}`,
  ...(image.kind === 'esxi' ? [`Product version: ${image.productVersion}`] : []),
];

/** All that an image allows, for the person who has to approve it; the same text for the same image. */
export const describeImage = (image: BaseImage): string =>
  [
    ...headerOf(image),
    ...sectionsOf(image).flatMap(({ title, rows }) => [
      '',
      `${title}${rows.length === 0 ? ': none' : ''}`,
      ...aligned(rows),
    ]),
  ].join('\n');
