import type { OpenError } from '../open-error.js';
import { ledgerFaultText } from '../ledger-fault-text.js';
import { badInput, type CliFailure, unavailable } from './failure.js';

const VERIFY = 'Keep the folder as it is, and run sekisho verify on it.';

/** Why an authority could not be opened or founded, and what to do. */
export const openFailure =
  (dir: string) =>
  (error: OpenError): CliFailure => {
    switch (error._tag) {
      case 'NotFounded':
        return unavailable('NotFounded', `there is no authority in ${error.dir}`, `Found one: sekisho init --dir ${dir}`);
      case 'FolderNotEmpty':
        return badInput('FolderNotEmpty', `${error.dir} is not empty`, 'Nothing is overwritten: choose another folder.');
      case 'KeyFileMissing':
      case 'KeyFileExists':
        return unavailable(error._tag, `${error.file}: ${error._tag === 'KeyFileMissing' ? 'is missing' : 'exists already'}`);
      case 'KeyFileUnavailable':
        return unavailable(error._tag, `${error.file} can not be used (${error.code})`);
      case 'KeyFileExposed':
        return unavailable(
          error._tag,
          `${error.file} can be read by others (mode ${error.mode})`,
          `chmod 600 ${error.file}; if somebody else may have read it, found a new authority.`,
        );
      case 'KeyFileInvalid':
        return unavailable(error._tag, `${error.file}: ${error.faults.map(({ field, rule }) => `${field} ${rule}`).join('; ')}`);
      case 'PassphraseTooShort':
        return badInput(error._tag, `the passphrase must have at least ${String(error.least)} characters`);
      case 'PassphraseWrong':
        return badInput(error._tag, `the passphrase does not open ${error.file}`, 'Give the right one with --passphrase-file FILE.');
      case 'KeySelfCheckFailed':
        return unavailable(error._tag, `the ${error.kind} key does not pass its self-check`);
      case 'FileFault':
        return unavailable(error._tag, `${error.file} ${error.rule}`);
      case 'StoreUnavailable':
        return unavailable(
          error._tag,
          error.detail,
          'One process at a time: stop the other one, or let it serve (sekisho serve) and use it through --dir or --url.',
        );
      default:
        return unavailable('LedgerDamaged', `the ledger in ${dir}: ${ledgerFaultText(error)}`, VERIFY);
    }
  };
