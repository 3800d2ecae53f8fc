import { fromUtf8, toHex } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import type { Measurement } from './boot-log.js';
import { describeVariable } from './describe-variable.js';
import { bytesText, type Coverage, type DescribedField, LONGEST_HEX } from './described-field.js';
import { ESXI, esxiEventOf } from './esxi-event.js';
import { parseEsxiVersionRecord } from './esxi-version-record.js';
import { EV } from './event-types.js';
import { firmwareVersionOf } from './firmware-version.js';
import { grubTextOf } from './grub-text.js';
import { imagePath } from './image-load-event.js';
import { viewOf } from './little-endian.js';
import type { FormName } from './measured-data.js';
import { parseTaggedEvent } from './tagged-event.js';
import { printableUtf16, withoutNul } from './text.js';

const claim = (name: string, value: string): DescribedField => ({ name, value, coverage: 'claim' });

const ESXI_NAMES: Readonly<Record<number, string>> = {
  [ESXI.MODULE]: 'module',
  [ESXI.BOOT_OPTION]: 'boot option module',
  [ESXI.COMMAND_LINE]: 'command line',
  [ESXI.ASSET_TAG]: 'asset tag',
  [ESXI.SIGNER]: 'signer',
  [ESXI.VERSION]: 'version record',
};

const esxiFields = (entry: Measurement, coverage: Coverage): ReadonlyArray<DescribedField> | undefined => {
  const event = esxiEventOf(entry);
  if (event === undefined) return undefined;
  const kind = claim('kind', `ESXi ${ESXI_NAMES[event.id] ?? ''}`);
  if (event.id === ESXI.MODULE || event.id === ESXI.BOOT_OPTION) return [kind, claim('file', bytesText(event.payload))];
  const version = event.id === ESXI.VERSION ? parseEsxiVersionRecord(event.payload) : undefined;
  const fields = version ?? { [ESXI_NAMES[event.id] ?? 'payload']: bytesText(event.payload) };
  return [kind, ...Object.entries<string>({ ...fields }).map(([name, value]) => ({ name, value, coverage }))];
};

const taggedFields = (entry: Measurement, coverage: Coverage): ReadonlyArray<DescribedField> => {
  const esxi = esxiFields(entry, coverage);
  if (esxi !== undefined) return esxi;
  const event = parseTaggedEvent(entry);
  if (event === undefined) return [claim('data', bytesText(entry.data))];
  return [claim('tag', `0x${event.id.toString(16).padStart(8, '0')}`), claim('payload', bytesText(event.payload))];
};

const iplFields = (entry: Measurement, coverage: Coverage): ReadonlyArray<DescribedField> => {
  const grub = grubTextOf(entry);
  if (grub === undefined) {
    const text = coverage === 'claim' ? bytesText(entry.data) : (printableUtf16(entry.data) ?? bytesText(entry.data));
    return [{ name: coverage === 'claim' ? 'name' : 'text', value: text, coverage }];
  }
  const value = fromUtf8(withoutNul(grub.text)) ?? bytesText(grub.text);
  return [claim('kind', `GRUB ${grub.label}`), { name: 'text', value, coverage }];
};

const imageFields = (entry: Measurement): ReadonlyArray<DescribedField> => {
  const path = imagePath(entry.data);
  return path === undefined ? [] : [claim('path', path)];
};

const partitionFields = (entry: Measurement, coverage: Coverage): ReadonlyArray<DescribedField> => {
  const count = entry.data.length >= 100 ? viewOf(entry.data).getUint32(92, true) : undefined;
  return count === undefined ? [] : [{ name: 'partitions', value: String(count), coverage }];
};

/** What the data of an entry says, by its claimed type. */
export const describeData = (
  hashing: Hashing,
  entry: Measurement,
  coverage: Coverage,
  form: FormName | undefined,
): ReadonlyArray<DescribedField> => {
  switch (entry.type) {
    case EV.EFI_VARIABLE_DRIVER_CONFIG:
    case EV.EFI_VARIABLE_BOOT:
    case EV.EFI_VARIABLE_BOOT2:
    case EV.EFI_VARIABLE_AUTHORITY:
      return describeVariable(hashing, entry, coverage, form) ?? [claim('data', bytesText(entry.data))];
    case EV.EFI_BOOT_SERVICES_APPLICATION:
    case EV.EFI_BOOT_SERVICES_DRIVER:
    case EV.EFI_RUNTIME_SERVICES_DRIVER:
      return imageFields(entry);
    case EV.SEPARATOR:
      return [{ name: 'value', value: toHex(entry.data.subarray(0, LONGEST_HEX)), coverage }];
    case EV.EVENT_TAG:
      return taggedFields(entry, coverage);
    case EV.IPL:
      return iplFields(entry, coverage);
    case EV.EFI_GPT_EVENT:
      return partitionFields(entry, coverage);
    case EV.S_CRTM_VERSION:
      return [{ name: 'version', value: firmwareVersionOf(entry, 'sha1') ?? '', coverage }];
    default:
      return [{ name: 'data', value: bytesText(entry.data), coverage }];
  }
};
