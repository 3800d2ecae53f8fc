import { type Command, InvalidArgumentError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { instantOf } from './appraisal-inputs.js';

export interface AsOfOptions {
  readonly at?: string;
  readonly index?: number;
}

export const wholeNumber = (text: string): number => {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('It must be a whole number.');
  return number;
};

export const instant = (text: string): string => {
  const parsed = instantOf(text, () => new Date());
  if (E.isLeft(parsed)) throw new InvalidArgumentError('It must be an instant such as 2026-01-31T12:00:00Z.');
  return parsed.right;
};

/** To read as the ledger stood at a time or after an entry. */
export const withAsOf = (command: Command): Command =>
  command
    .option('--at <instant>', 'as of this time, such as 2026-01-31T12:00:00Z', instant)
    .option('--index <n>', 'as of this ledger entry', wholeNumber);

export const asOfQuery = (options: Readonly<Record<string, unknown>>): AsOfOptions => {
  const { at, index } = options;
  return {
    ...(typeof at === 'string' ? { at } : {}),
    ...(typeof index === 'number' ? { index } : {}),
  };
};
