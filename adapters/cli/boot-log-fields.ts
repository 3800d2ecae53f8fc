import type { Measurement } from '../../domain/boot-log/boot-log.js';
import { ESXI, type EsxiEvent, esxiEventOf, isSelfDescribing } from '../../domain/boot-log/esxi-event.js';
import { parseEsxiVersionRecord } from '../../domain/boot-log/esxi-version-record.js';
import { EV } from '../../domain/boot-log/event-types.js';
import { grubTextOf } from '../../domain/boot-log/grub-text.js';
import { imagePath } from '../../domain/boot-log/image-load-event.js';
import type { FormName } from '../../domain/boot-log/measured-data.js';
import { printableUtf16, withoutNul } from '../../domain/boot-log/text.js';
import { parseUefiVariable } from '../../domain/boot-log/uefi-variable.js';
import { fromUtf8, toHex } from '../../domain/encoding/bytes.js';

/** `covered-by-digest`: the measured digest is the hash of bytes that hold this. `claim`: the log says so, nothing vouches. */
export type Basis = 'covered-by-digest' | 'claim';

export interface LogField {
  readonly name: string;
  readonly value: string;
  readonly basis: Basis;
}

const MOST_BYTES = 64;
const MOST_TEXT = 1024;

const covered = (yes: boolean): Basis => (yes ? 'covered-by-digest' : 'claim');

const TEXT = /^[^\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]{2,}$/;

const isText = (text: string | undefined): text is string => text !== undefined && TEXT.test(text) && text.trim() !== '';

/** Text where the bytes are one, else hexadecimal, cut with their size. */
const rendered = (bytes: Uint8Array): string => {
  if (bytes.length <= MOST_TEXT) {
    const latin = bytes.every((byte, i) => i % 2 === 0 || byte === 0);
    const text = latin ? printableUtf16(bytes) : fromUtf8(withoutNul(bytes));
    if (isText(text)) return text;
  }
  const shown = toHex(bytes.subarray(0, MOST_BYTES));
  return bytes.length <= MOST_BYTES ? shown : `${shown}... (${String(bytes.length)} bytes)`;
};

const variable = (entry: Measurement, form: FormName | undefined): ReadonlyArray<LogField> | undefined => {
  const read = parseUefiVariable(entry);
  if (read === undefined) return undefined;
  const whole = covered(form === 'data' || form === 'data-without-last-byte');
  return [
    { name: 'variable', value: read.name, basis: whole },
    { name: 'guid', value: read.guid, basis: whole },
    { name: 'value', value: rendered(read.value), basis: covered(form !== undefined) },
  ];
};

const KINDS: ReadonlyMap<number, string> = new Map([
  [ESXI.MODULE, 'module'],
  [ESXI.BOOT_OPTION, 'boot option module'],
  [ESXI.COMMAND_LINE, 'command line'],
  [ESXI.ASSET_TAG, 'asset tag'],
  [ESXI.SIGNER, 'signer'],
  [ESXI.VERSION, 'version'],
]);

const esxiPayload = (event: EsxiEvent): string => {
  const version = event.id === ESXI.VERSION ? parseEsxiVersionRecord(event.payload) : undefined;
  if (version === undefined) return rendered(event.payload);
  return `${version.component} ${version.product} ${version.version} (${version.file})`;
};

const esxi = (entry: Measurement, form: FormName | undefined): ReadonlyArray<LogField> | undefined => {
  const event = esxiEventOf(entry);
  if (event === undefined) return undefined;
  const name = isSelfDescribing(event) ? 'content' : 'file';
  return [
    { name: 'kind', value: KINDS.get(event.id) ?? String(event.id), basis: 'claim' },
    { name, value: esxiPayload(event), basis: covered(form === 'payload') },
  ];
};

const grub = (entry: Measurement, form: FormName | undefined): ReadonlyArray<LogField> | undefined => {
  const text = grubTextOf(entry);
  if (text === undefined) return undefined;
  return [
    { name: 'label', value: text.label, basis: 'claim' },
    { name: 'text', value: rendered(text.text), basis: covered(form === 'text') },
  ];
};

const image = (entry: Measurement): ReadonlyArray<LogField> | undefined => {
  const path = imagePath(entry.data);
  return path === undefined ? undefined : [{ name: 'path', value: path, basis: 'claim' }];
};

const special = (entry: Measurement, form: FormName | undefined): ReadonlyArray<LogField> | undefined => {
  switch (entry.type) {
    case EV.EFI_VARIABLE_DRIVER_CONFIG:
    case EV.EFI_VARIABLE_BOOT:
    case EV.EFI_VARIABLE_BOOT2:
    case EV.EFI_VARIABLE_AUTHORITY:
      return variable(entry, form);
    case EV.EFI_BOOT_SERVICES_APPLICATION:
    case EV.EFI_BOOT_SERVICES_DRIVER:
    case EV.EFI_RUNTIME_SERVICES_DRIVER:
      return image(entry);
    case EV.EVENT_TAG:
      return esxi(entry, form);
    case EV.IPL:
      return grub(entry, form);
    default:
      return undefined;
  }
};

/** What the data of an entry says, each part with whether the digest covers it. `form`: the bytes that the digest is of. */
export const dataFields = (entry: Measurement, form: FormName | undefined): ReadonlyArray<LogField> =>
  special(entry, form) ??
  (entry.data.length === 0 ? [] : [{ name: 'data', value: rendered(entry.data), basis: covered(form === 'data') }]);
