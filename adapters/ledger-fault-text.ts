/** Any fault of a ledger: its tag says what is wrong, its fields where. */
interface LedgerFaultLike {
  readonly _tag: string;
  readonly at?: { readonly index: number; readonly stream: string; readonly revision: number };
  readonly where?: string;
  readonly rule?: string;
  readonly stream?: string;
}

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
  const place =
    at === undefined ? (where ?? '') : `entry ${String(at.index)} (${at.stream} revision ${String(at.revision)})`;
  const more = details(fault);
  return `${place === '' ? '' : `${place}: `}${words(fault._tag)}${more === '' ? '' : ` (${more})`}`;
};
