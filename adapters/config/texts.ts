import * as t from 'io-ts';

/** Reads one setting's text. The name says what it must be, for whoever got it wrong. */
const fromText = <A>(name: string, read: (text: string) => A | undefined): t.Type<A, string> =>
  new t.Type<A, string, unknown>(
    name,
    (u): u is A => u !== undefined,
    (u, c) => {
      const value = typeof u === 'string' ? read(u) : undefined;
      return value === undefined ? t.failure(u, c) : t.success(value);
    },
    String,
  );

const MOST_TEXT = 4096;
const isPlain = (text: string): boolean =>
  text.length > 0 && text.length <= MOST_TEXT && !/[\u0000-\u001f\u007f]/.test(text);

/** A path, an address, a name. */
export const PlainText = fromText('a text without control characters', (text) => (isPlain(text) ? text : undefined));

export const WholeNumber = (least: number, most: number): t.Type<number, string> =>
  fromText(`a whole number from ${String(least)} to ${String(most)}`, (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    return number >= least && number <= most ? number : undefined;
  });

export const Quantity = (least: number, most: number): t.Type<number, string> =>
  fromText(`a number from ${String(least)} to ${String(most)}`, (text) => {
    const number = /^\d{1,9}(?:\.\d{1,6})?$/.test(text) ? Number(text) : -1;
    return number >= least && number <= most ? number : undefined;
  });

export const Flag = fromText('true or false', (text) =>
  text === 'true' ? true : text === 'false' ? false : undefined,
);

export const OneOf = <const A extends string>(...choices: ReadonlyArray<A>): t.Type<A, string> =>
  fromText(`one of ${choices.join(', ')}`, (text) => choices.find((choice) => choice === text));

const PORT = /^(.+):(\d{1,5})$/;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])$/;

const isBroker = (text: string): boolean => {
  const [, host = '', port = '0'] = PORT.exec(text) ?? [];
  return HOST.test(host) && Number(port) >= 1 && Number(port) <= 65_535;
};

/** Addresses to begin with; the cluster tells the others. */
export const Brokers = fromText<ReadonlyArray<string>>('1 to 32 addresses like broker-1:9092,broker-2:9092', (text) => {
  const brokers = text.split(',').map((broker) => broker.trim());
  return brokers.length <= 32 && brokers.every(isBroker) ? brokers : undefined;
});

/** What Kafka allows (org.apache.kafka.common.internals.Topic). */
export const TopicName = fromText(
  'a topic name of at most 249 letters, digits, dots, dashes and underscores',
  (text) => (/^[A-Za-z0-9._-]{1,249}$/.test(text) && !/^\.{1,2}$/.test(text) ? text : undefined),
);

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A server that is spoken to by HTTPS and in no other way. */
export const ServerAddress = fromText<Address>(
  'an address like https://vcenter.example, with a port or without',
  (text) => {
    const [, host = '', port = '443'] = /^https:\/\/([^/:@]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
    const number = Number(port);
    return HOST.test(host) && number >= 1 && number <= 65_535
      ? { host: host.replace(/^\[(.*)\]$/, '$1'), port: number }
      : undefined;
  },
);
