import type { OpenError } from '../authority/open-error.js';
import type { KeyStoreError } from '../key-store/key-store-error.js';
import { faultsText } from '../text/faults-text.js';
import { ledgerFaultText, newerEventText } from '../text/ledger-fault-text.js';
import { logFaultText } from '../transparency/log-fault-text.js';
import { badInput, type CliFailure, unavailable } from './failure.js';

const VERIFY = 'Keep the folder as it is, and run sekisho verify on it.';

const keyFailure = (error: KeyStoreError): CliFailure => {
  const { _tag } = error;
  switch (_tag) {
    case 'KeyFileMissing':
      return unavailable(_tag, `${error.file} is missing`);
    case 'KeyFileExists':
      return unavailable(_tag, `${error.file} exists already`);
    case 'KeyFileUnavailable':
      return unavailable(_tag, `${error.file} can not be used (${error.code})`);
    case 'KeyFileExposed': {
      const advice = `chmod 600 ${error.file}; if somebody else may have read it, found a new authority.`;
      return unavailable(_tag, `${error.file} can be read by others (mode ${error.mode})`, advice);
    }
    case 'KeyFileInvalid':
      return unavailable(_tag, `${error.file}: ${faultsText(error.faults)}`);
    case 'KeyFilePublic':
      return unavailable(_tag, `${error.file} holds no secret keys: nothing can be signed here`);
    case 'KeyNotHeld':
      return unavailable(_tag, `the secret of key ${error.kid} is not in ${error.file}`);
    case 'PassphraseTooShort':
      return badInput(_tag, `the passphrase must have at least ${String(error.least)} characters`);
    case 'PassphraseWrong': {
      const advice =
        'Give the file with the right one: --passphrase-file, or the option that goes with this file of keys.';
      return badInput(_tag, `the passphrase does not open ${error.file}`, advice);
    }
    case 'KeySelfCheckFailed':
      return unavailable(_tag, `the ${error.kind} key does not pass its self-check`);
  }
};

const KEY_FAULTS: ReadonlySet<string> = new Set<KeyStoreError['_tag']>([
  'KeyFileMissing',
  'KeyFileExists',
  'KeyFileUnavailable',
  'KeyFileExposed',
  'KeyFileInvalid',
  'KeyFilePublic',
  'KeyNotHeld',
  'PassphraseTooShort',
  'PassphraseWrong',
  'KeySelfCheckFailed',
]);

const isKeyFault = (error: OpenError): error is KeyStoreError => KEY_FAULTS.has(error._tag);

const BUSY =
  'One process at a time: stop the other one, or let it serve (sekisho serve) and use it through --dir or --url.';

/** Why an authority could not be opened or founded, and what to do. */
export const openFailure =
  (dir: string) =>
  (error: OpenError): CliFailure => {
    if (isKeyFault(error)) return keyFailure(error);
    if (error._tag === 'NotFounded') {
      return unavailable(error._tag, `there is no authority in ${error.dir}`, `Found one: sekisho init --dir ${dir}`);
    }
    if (error._tag === 'FolderNotEmpty') {
      return badInput(error._tag, `${error.dir} is not empty`, 'Nothing is overwritten: choose another folder.');
    }
    if (error._tag === 'LedgerMoved') {
      const advice = 'Use the folder that it was copied to. This one can still be read: sekisho verify.';
      return unavailable(error._tag, `the ledger of ${error.dir} was moved: nothing is signed here any more`, advice);
    }
    if (error._tag === 'CopyUnfinished') {
      const advice = 'Finish it with the same sekisho ledger copy.';
      return unavailable(error._tag, `${error.dir} holds a copy of a ledger that was not finished`, advice);
    }
    if (error._tag === 'StoreRefused') return unavailable(error._tag, `${error.what} ${error.rule}`);
    if (error._tag === 'LogRefused') return unavailable(error.fault._tag, logFaultText(error.fault));
    if (error._tag === 'PolicyInvalid')
      return badInput(error._tag, `${error.file}: ${error.fault.field} ${error.fault.rule}`);
    if (error._tag === 'VaultUnreadable') return unavailable(error._tag, `${error.file} ${error.rule}`);
    if (error._tag === 'VaultPassphraseWrong')
      return badInput(error._tag, `the passphrase does not open ${error.file}`);
    if (error._tag === 'FileFault') return unavailable(error._tag, `${error.file} ${error.rule}`);
    if (error._tag === 'SignerUnavailable')
      return unavailable(error._tag, `nothing can be signed: ${error.detail}`, 'Nothing was recorded.');
    if (error._tag === 'StoreUnavailable') return unavailable(error._tag, error.detail, BUSY);
    const newer = error._tag === 'EventUnreadable' ? newerEventText(error) : undefined;
    if (newer !== undefined) return unavailable('EventUnknown', newer);
    return unavailable('LedgerDamaged', `the ledger in ${dir}: ${ledgerFaultText(error)}`, VERIFY);
  };
