import type { Hashing } from '../ports.js';
import { type AuthorityRead, readAuthority } from './authority.js';
import type { CheckedMeasurement } from './check-measurements.js';
import type { BootLogFinding, SecureBootClaims, SignatureEntry } from './claims.js';
import { EV } from './event-types.js';
import { judgeAuthorities } from './judge-authorities.js';
import { actionOf } from './separators.js';
import { parseSignatureLists } from './signature-list.js';
import {
  EFI_GLOBAL_VARIABLE,
  EFI_IMAGE_SECURITY_DATABASE,
  parseUefiVariable,
  type UefiVariable,
} from './uefi-variable.js';

type KeyList = 'pk' | 'kek' | 'db' | 'dbx';
type Switch = 'secureBoot' | 'setupMode' | 'auditMode' | 'deployedMode';

const KEY_LISTS: ReadonlyMap<string, KeyList> = new Map([
  [`${EFI_GLOBAL_VARIABLE}/PK`, 'pk'],
  [`${EFI_GLOBAL_VARIABLE}/KEK`, 'kek'],
  [`${EFI_IMAGE_SECURITY_DATABASE}/db`, 'db'],
  [`${EFI_IMAGE_SECURITY_DATABASE}/dbx`, 'dbx'],
] as const);

const SWITCHES: ReadonlyMap<string, Switch> = new Map([
  [`${EFI_GLOBAL_VARIABLE}/SecureBoot`, 'secureBoot'],
  [`${EFI_GLOBAL_VARIABLE}/SetupMode`, 'setupMode'],
  [`${EFI_GLOBAL_VARIABLE}/AuditMode`, 'auditMode'],
  [`${EFI_GLOBAL_VARIABLE}/DeployedMode`, 'deployedMode'],
] as const);

interface State {
  readonly seen: Set<string>;
  readonly lists: Map<KeyList, ReadonlyArray<SignatureEntry>>;
  readonly switches: Map<Switch, boolean>;
  readonly authorities: Array<AuthorityRead>;
  readonly findings: Array<BootLogFinding>;
  separated: boolean;
  debugMode: boolean;
  dmaProtectionDisabled: boolean;
}

const note = (state: State, code: BootLogFinding['code'], { entry }: CheckedMeasurement, detail?: string): void => {
  const at = { code, pcr: entry.pcr, event: entry.index };
  state.findings.push(detail === undefined ? at : { ...at, detail });
};

/** One byte, 0 or 1. No byte at all is what firmware without the variable measures: off. */
const readSwitch = (state: State, which: Switch, value: Uint8Array, one: CheckedMeasurement): void => {
  const [bit] = value;
  if (value.length === 0) state.switches.set(which, false);
  else if (value.length === 1 && (bit === 0 || bit === 1)) state.switches.set(which, bit === 1);
  else note(state, 'SecureBootVariableInvalid', one, which);
};

const readKeyList = (
  hashing: Hashing,
  state: State,
  which: KeyList,
  value: Uint8Array,
  one: CheckedMeasurement,
): void => {
  const entries = parseSignatureLists(hashing, value);
  if (entries === undefined) note(state, 'EventMalformed', one, `${which} is no list of signatures`);
  else state.lists.set(which, entries);
};

const readConfiguration = (hashing: Hashing, state: State, variable: UefiVariable, one: CheckedMeasurement): void => {
  const key = `${variable.guid}/${variable.name}`;
  const list = KEY_LISTS.get(key);
  const toggle = SWITCHES.get(key);
  if (one.entry.pcr === 7) {
    if (state.separated) note(state, 'ConfigurationAfterSeparator', one, variable.name);
    if (state.seen.has(key)) note(state, 'VariableDuplicate', one, variable.name);
    if (state.separated || state.seen.has(key)) return;
    state.seen.add(key);
    if (list !== undefined) readKeyList(hashing, state, list, variable.value, one);
  }
  if (toggle !== undefined && (one.entry.pcr === 7 || toggle !== 'secureBoot'))
    readSwitch(state, toggle, variable.value, one);
};

const configuration = (hashing: Hashing, state: State, one: CheckedMeasurement): void => {
  const variable = parseUefiVariable(one.entry);
  if (one.entry.pcr === 7 && (variable === undefined || variable.trailing > 0)) note(state, 'EventMalformed', one);
  else if (variable !== undefined && one.form !== undefined) readConfiguration(hashing, state, variable, one);
};

const authority = (hashing: Hashing, state: State, one: CheckedMeasurement): void => {
  const read = readAuthority(hashing, one, state.separated);
  if (read === undefined) note(state, 'EventMalformed', one);
  if (read === undefined || one.form === undefined) return;
  if (!(['pk', 'kek', 'db'] as const).every((list) => state.lists.has(list))) note(state, 'AuthorityOutOfOrder', one);
  state.authorities.push(read);
};

const action = (state: State, one: CheckedMeasurement): void => {
  switch (actionOf(one)) {
    case 'UEFI Debug Mode':
      state.debugMode = true;
      return;
    case 'DMA Protection Disabled':
      state.dmaProtectionDisabled = true;
      return;
    case undefined:
      return;
    default:
      note(state, 'UnexpectedEventInPcr7', one);
  }
};

const register7 = (hashing: Hashing, state: State, one: CheckedMeasurement): void => {
  switch (one.entry.type) {
    case EV.SEPARATOR:
      state.separated = true;
      return;
    case EV.EFI_VARIABLE_DRIVER_CONFIG:
      configuration(hashing, state, one);
      return;
    case EV.EFI_VARIABLE_AUTHORITY:
      authority(hashing, state, one);
      return;
    case EV.EFI_ACTION:
      action(state, one);
      return;
    case EV.EFI_SPDM_DEVICE_POLICY:
    case EV.EFI_SPDM_DEVICE_AUTHORITY:
      return;
    default:
      note(state, 'UnexpectedEventInPcr7', one);
  }
};

const keysMissing = (state: State): ReadonlyArray<BootLogFinding> => {
  if (state.switches.get('secureBoot') !== true) return [];
  const empty = (['pk', 'kek', 'db'] as const).filter((list) => (state.lists.get(list) ?? []).length === 0);
  const missing = state.lists.has('dbx') ? empty : [...empty, 'dbx'];
  return missing.map((name) => ({ code: 'SecureBootKeysMissing', pcr: 7, detail: name }));
};

const conclude = (
  hashing: Hashing,
  state: State,
): { readonly claims: SecureBootClaims; readonly findings: ReadonlyArray<BootLogFinding> } => {
  const list = (which: KeyList): ReadonlyArray<SignatureEntry> => state.lists.get(which) ?? [];
  const { authorities, findings } = judgeAuthorities(hashing, state.authorities, list('db'), list('dbx'));
  const on = state.switches.get('secureBoot');
  const claims: SecureBootClaims = {
    state: on === undefined ? 'absent' : on ? 'enabled' : 'disabled',
    setupMode: state.switches.get('setupMode'),
    auditMode: state.switches.get('auditMode'),
    deployedMode: state.switches.get('deployedMode'),
    debugMode: state.debugMode,
    dmaProtectionDisabled: state.dmaProtectionDisabled,
    pk: list('pk'),
    kek: list('kek'),
    db: list('db'),
    dbx: list('dbx'),
    authorities,
  };
  return { claims, findings: [...state.findings, ...keysMissing(state), ...findings] };
};

/**
 * PCR 7 in log order (PFP 1.06, 3.3.4.8): configuration, each variable once; what authorised drivers; the separator; what
 * authorised boot applications. Only entries whose digest fits their data are believed. PCR 1 may tell the modes.
 */
export const readSecureBoot = (
  hashing: Hashing,
  checked: ReadonlyArray<CheckedMeasurement>,
): { readonly claims: SecureBootClaims; readonly findings: ReadonlyArray<BootLogFinding> } => {
  const state: State = {
    seen: new Set(),
    lists: new Map(),
    switches: new Map(),
    authorities: [],
    findings: [],
    separated: false,
    debugMode: false,
    dmaProtectionDisabled: false,
  };
  for (const one of checked) {
    if (one.entry.pcr === 7) register7(hashing, state, one);
    else if (one.entry.pcr === 1 && one.entry.type === EV.EFI_VARIABLE_DRIVER_CONFIG)
      configuration(hashing, state, one);
  }
  return conclude(hashing, state);
};
