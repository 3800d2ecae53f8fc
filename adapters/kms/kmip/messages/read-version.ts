import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { checkFields, type Read, required } from '../ttlv/fields.js';
import type { Item } from '../ttlv/item.js';
import type { Version } from './version.js';

export const readVersion = (items: ReadonlyArray<Item>): Read<Version> =>
  pipe(
    E.Do,
    E.bind('fields', () => checkFields(items, 'ProtocolVersionMajor', 'ProtocolVersionMinor')),
    E.bind('major', ({ fields }) => required(fields, 'ProtocolVersionMajor', 'integer')),
    E.bind('minor', ({ fields }) => required(fields, 'ProtocolVersionMinor', 'integer')),
    E.map(({ major, minor }) => ({ major: major.value, minor: minor.value })),
  );
