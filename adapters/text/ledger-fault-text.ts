import type { EventUnreadable } from '../../domain/ledger/load-stream.js';

/** Any fault of a ledger: its tag says what is wrong, its fields where. */
interface LedgerFaultLike {
  readonly _tag: string;
  readonly at?: { readonly index: number; readonly stream: string; readonly revision: number };
  readonly where?: string;
  readonly rule?: string;
  readonly stream?: string;
}

const placeText = ({ index, stream, revision }: NonNullable<LedgerFaultLike['at']>): string =>
  `entry ${String(index)} (${stream} revision ${String(revision)})`;

/** `PreviousMismatch` becomes "previous mismatch". */
const words = (tag: string): string =>
  tag.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase();

const details = (fault: LedgerFaultLike): string =>
  Object.entries(fault)
    .filter(([name, value]) => !['_tag', 'at', 'where'].includes(name) && ['string', 'number'].includes(typeof value))
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');

/** One line that names the place and the rule. */
export const ledgerFaultText = (fault: LedgerFaultLike): string => {
  const { at, where } = fault;
  const place = at === undefined ? (where ?? '') : placeText(at);
  const more = details(fault);
  return `${place === '' ? '' : `${place}: `}${words(fault._tag)}${more === '' ? '' : ` (${more})`}`;
};

/** Of an event that a newer version of the program recorded; undefined: of one that is damaged. */
export const newerEventText = ({ at, fault }: EventUnreadable): string | undefined => {
  if (fault._tag === 'EventDataInvalid') return undefined;
  const version = fault._tag === 'UnknownEventVersion' ? ` of version ${String(fault.version)}` : '';
  return `${placeText(at)} is ${fault.type}${version}, which this version of Sekisho does not know: upgrade this node`;
};
