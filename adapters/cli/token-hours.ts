import { InvalidArgumentError } from 'commander';

const AN_HOUR = 3_600;
const MOST_HOURS = 87_600;

export const hoursOf = (text: string): number => {
  const hours = Number(text);
  if (!(Number.isInteger(hours) && hours >= 1 && hours <= MOST_HOURS))
    throw new InvalidArgumentError(`It must be 1 to ${String(MOST_HOURS)} hours.`);
  return hours;
};

/** As requests have it; nothing where nothing was said. */
export const lifetimeOf = (hours: unknown): { readonly tokenLifetimeSeconds?: number } =>
  typeof hours === 'number' ? { tokenLifetimeSeconds: hours * AN_HOUR } : {};
