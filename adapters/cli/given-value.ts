import { InvalidArgumentError } from 'commander';

/**
 * Of an option that must say something. An unset variable of a shell makes either nothing of it, which would mean another authority than
 * was meant, or the option behind it.
 */
export const givenValue = (text: string): string => {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty.');
  if (text.startsWith('--'))
    throw new InvalidArgumentError('It has no value, and the next option stands in its place.');
  return text;
};
