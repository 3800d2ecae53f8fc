import type { Hashing } from '../ports.js';
import type { Measurement } from './boot-log.js';
import type { SignatureEntry } from './claims.js';
import { subjectOf } from './der-certificate.js';
import { bytesText, type Coverage, type DescribedField } from './described-field.js';
import { EV } from './event-types.js';
import type { FormName } from './measured-data.js';
import { parseSignatureLists } from './signature-list.js';
import { printableUtf16 } from './text.js';
import { parseUefiVariable, type UefiVariable } from './uefi-variable.js';

const KEY_LISTS = ['PK', 'KEK', 'db', 'dbx', 'dbt', 'dbr'];
const SWITCHES = ['SecureBoot', 'SetupMode', 'AuditMode', 'DeployedMode'];
const OWNER = 16;
const DESCRIPTION = 6;

const entryText = ({ kind, subject, sha256 }: SignatureEntry): string =>
  subject === undefined ? `${kind} ${sha256}` : `${kind} ${subject}`;

const listText = (hashing: Hashing, value: Uint8Array): string => {
  const entries = parseSignatureLists(hashing, value);
  if (entries === undefined) return 'malformed';
  const named = entries.filter((entry) => entry.subject !== undefined).map(entryText);
  return [`${String(entries.length)} entries`, ...named].join('; ');
};

/** EFI_LOAD_OPTION: attributes, length of the path list, then the description as UTF-16 (UEFI 2.10, 3.1.3). */
const loadOptionText = (value: Uint8Array): string => {
  let end = DESCRIPTION;
  while (end + 1 < value.length && (value[end] !== 0 || value[end + 1] !== 0)) end += 2;
  return printableUtf16(value.subarray(DESCRIPTION, end)) ?? bytesText(value);
};

const orderText = (value: Uint8Array): string =>
  Array.from({ length: value.length >> 1 }, (_, i) => ((value[2 * i + 1] ?? 0) << 8) | (value[2 * i] ?? 0))
    .map((number) => number.toString(16).toUpperCase().padStart(4, '0'))
    .join(', ');

const valueText = (hashing: Hashing, type: number, { name, value }: UefiVariable): string => {
  if (type === EV.EFI_VARIABLE_AUTHORITY)
    return subjectOf(value) ?? subjectOf(value.subarray(OWNER)) ?? bytesText(value);
  if (KEY_LISTS.includes(name)) return listText(hashing, value);
  if (SWITCHES.includes(name)) return value.length === 1 ? String(value[0]) : bytesText(value);
  if (name === 'BootOrder') return orderText(value);
  return /^Boot[0-9A-F]{4}$/.test(name) ? loadOptionText(value) : bytesText(value);
};

/** Firmware that measures only a variable's value leaves its name a claim. Undefined: no variable can be read. */
export const describeVariable = (
  hashing: Hashing,
  entry: Measurement,
  coverage: Coverage,
  form: FormName | undefined,
): ReadonlyArray<DescribedField> | undefined => {
  const variable = parseUefiVariable(entry);
  if (variable === undefined) return undefined;
  const named: Coverage = form === 'variable-value' ? 'claim' : coverage;
  return [
    { name: 'variable', value: variable.name, coverage: named },
    { name: 'guid', value: variable.guid, coverage: named },
    { name: 'value', value: valueText(hashing, entry.type, variable), coverage },
  ];
};
