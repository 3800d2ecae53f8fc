import type { StoreError } from '../../../domain/ports.js';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';

/** Another process has it. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(?:BUSY|LOCKED)/.test(codeOf(error));

/** SQLite's complaint as ours. Only its code is told: messages may quote statements. */
export const storeErrorOf = (file: string, error: unknown): StoreError => {
  const code = codeOf(error);
  if (code.startsWith('SQLITE_CORRUPT'))
    return { _tag: 'StoreDamaged', where: file, rule: 'the file contradicts itself' };
  if (code.startsWith('SQLITE_NOTADB')) return { _tag: 'StoreDamaged', where: file, rule: 'must be an SQLite file' };
  if (isBusy(error)) return { _tag: 'StoreUnavailable', detail: `${file} is in use by another process` };
  return { _tag: 'StoreUnavailable', detail: `${file}: ${code}` };
};

/** A unique index refused a row; nothing of that statement was written. */
export const isUniqueViolation = (error: unknown): boolean =>
  ['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'].includes(codeOf(error));
