import fc from 'fast-check';

const UNITS = [
  'a',
  'old ',
  'index ',
  'tile',
  '/',
  'x',
  '0',
  '1',
  '25',
  '.p',
  '\n',
  '\n\n',
  '\u2014 ',
  ' ',
  '+',
  'AAAA',
  '=',
  '\ud800',
  '\u00e8',
  '\t',
  '\u00a0',
  '#',
];

/** Text made of what the formats of transparency logs are made of, and of what they must not contain. */
export const oddText: fc.Arbitrary<string> = fc.string({ unit: fc.constantFrom(...UNITS), maxLength: 40 });
