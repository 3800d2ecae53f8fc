import { InvalidArgumentError } from 'commander';

export interface GivenAddress {
  readonly hostname: string;
  readonly port: number;
}

/** `host:port`; an IPv6 address is in brackets. */
export const serviceAddress = (text: string): GivenAddress => {
  const at = text.lastIndexOf(':');
  const port = Number(text.slice(at + 1));
  if (at < 1 || !Number.isInteger(port)) throw new InvalidArgumentError('It must be host:port.');
  return { hostname: text.slice(0, at).toLowerCase(), port };
};
