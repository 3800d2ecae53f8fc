import Table from 'cli-table3';
import pc from 'picocolors';

/** What a command may do to the world outside the authority. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTty: boolean;
}

export type Paint = ReturnType<typeof pc.createColors>;

/** Colours only for a terminal whose owner wants them (no-color.org). */
export const paintOf = ({ env, isTty }: Terminal): Paint =>
  pc.createColors(isTty && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb');

/** Shows how far long work is, to people only; an empty text wipes it away. */
export const progressOf =
  ({ err, isTty }: Terminal) =>
  (text: string): void => {
    if (isTty) err(`\r\u001b[K${text}`);
  };

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text from outside must not drive the terminal. */
export const printable = (text: string): string =>
  text.replace(CONTROL, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);

const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** A table without frames, so that it can be cut and grepped. */
export const tableOf = (
  paint: Paint,
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
): string => {
  const table = new Table({
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    head: head.map((title) => paint.dim(title)),
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
};

/** Instants as people read them, in UTC and saying so. */
export const when = (instant: string | undefined | null): string =>
  instant == null ? '-' : `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
