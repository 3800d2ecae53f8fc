import { fromUtf8, toHex } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import type { HashAlgorithm } from '../tpm/algorithms.js';
import { type CheckedMeasurement, fits } from './check-measurements.js';
import type { BootClaims, BootLogFinding } from './claims.js';
import { EV } from './event-types.js';
import { grubTextOf } from './grub-text.js';
import { imagePath } from './image-load-event.js';
import { parseTaggedEvent } from './tagged-event.js';
import { printableText, printableUtf16, withoutNul } from './text.js';

type Loader = Pick<BootClaims, 'bootApplications' | 'drivers' | 'files' | 'commandLines' | 'bootLoaderCommands'>;
type Text = BootClaims['commandLines'][number];

const digestOf = ({ entry }: CheckedMeasurement, bank: HashAlgorithm): string =>
  toHex(entry.digests.get(bank) ?? new Uint8Array());

/** Something was loaded, unless the log proves an action or a separator: a type alone proves nothing. */
const isLoaded = ({ entry, form }: CheckedMeasurement): boolean =>
  form === undefined ||
  !(['SEPARATOR', 'EFI_ACTION', 'ACTION', 'OMIT_BOOT_DEVICE_EVENTS'] as const).some((name) => EV[name] === entry.type);

const isImageLoad = (type: number): boolean =>
  type === EV.EFI_BOOT_SERVICES_APPLICATION ||
  type === EV.EFI_BOOT_SERVICES_DRIVER ||
  type === EV.EFI_RUNTIME_SERVICES_DRIVER;

const images = (checked: ReadonlyArray<CheckedMeasurement>, bank: HashAlgorithm, pcr: number): Loader['drivers'] =>
  checked
    .filter((one) => one.entry.pcr === pcr && isLoaded(one))
    .map((one) => ({
      digest: digestOf(one, bank),
      path: isImageLoad(one.entry.type) ? imagePath(one.entry.data) : undefined,
      event: one.entry.index,
    }));

const files = (checked: ReadonlyArray<CheckedMeasurement>, bank: HashAlgorithm): Loader['files'] =>
  checked
    .filter((one) => one.entry.pcr === 9)
    .map((one) => ({
      digest: digestOf(one, bank),
      name: printableText(parseTaggedEvent(one.entry)?.payload ?? one.entry.data) ?? '',
      event: one.entry.index,
    }));

/** systemd-stub measures its command line as UTF-16, with the text as the event's data. */
const stubCommandLines = (
  hashing: Hashing,
  checked: ReadonlyArray<CheckedMeasurement>,
  bank: HashAlgorithm,
): ReadonlyArray<Text> =>
  checked
    .filter(({ entry }) => entry.pcr === 12 && entry.type === EV.IPL && fits(hashing, bank, entry, entry.data))
    .flatMap(({ entry }) => {
      const text = printableUtf16(entry.data);
      return text === undefined ? [] : [{ text, event: entry.index }];
    });

const plain = (text: string): string => text.replace(/["'\\]/g, '');

const LINUX_COMMAND = /^(?:linux|linuxefi|linux16) +/;

/** GRUB measures `linux KERNEL ARGUMENTS` as a command and `KERNEL ARGUMENTS` as the command line, quoted anew. */
const unlabelled = (commands: ReadonlyArray<Text>, labelled: ReadonlyArray<Text>): ReadonlyArray<Text> => {
  const known = new Set(labelled.map(({ text }) => plain(text)));
  return commands
    .filter(({ text }) => LINUX_COMMAND.test(text))
    .map(({ text, event }) => ({ text: text.replace(LINUX_COMMAND, ''), event }))
    .filter(({ text }) => !known.has(plain(text)));
};

const grub = (checked: ReadonlyArray<CheckedMeasurement>) => {
  const [kernel, commands]: [Array<Text>, Array<Text>] = [[], []];
  const findings: Array<BootLogFinding> = [];
  const register8 = checked.filter(({ entry }) => entry.pcr === 8);
  for (const { entry, form } of register8) {
    const read = form === undefined ? undefined : grubTextOf(entry);
    if (read === undefined) continue;
    const text = fromUtf8(withoutNul(read.text));
    if (text === undefined) findings.push({ code: 'EventMalformed', pcr: 8, event: entry.index, detail: 'no UTF-8' });
    else (read.label === 'kernel' ? kernel : commands).push({ text, event: entry.index });
  }
  const hidden =
    kernel.length + commands.length > 0
      ? register8.filter((one) => one.form === undefined && grubTextOf(one.entry) === undefined)
      : [];
  findings.push(
    ...hidden.map(({ entry }): BootLogFinding => ({ code: 'UnexplainedMeasurement', pcr: 8, event: entry.index })),
  );
  return { kernel, commands, findings };
};

/** What the boot loader chain loaded and was told: PCR 2 and 4 (images), 8, 9 and 12 (GRUB, EFI stub, systemd-stub). */
export const readBootLoader = (
  hashing: Hashing,
  checked: ReadonlyArray<CheckedMeasurement>,
  bank: HashAlgorithm,
): { readonly claims: Loader; readonly findings: ReadonlyArray<BootLogFinding> } => {
  const { kernel, commands, findings } = grub(checked);
  const claims = {
    bootApplications: images(checked, bank, 4),
    drivers: images(checked, bank, 2),
    files: files(checked, bank),
    commandLines: [...kernel, ...unlabelled(commands, kernel), ...stubCommandLines(hashing, checked, bank)],
    bootLoaderCommands: commands,
  };
  return { claims, findings };
};
