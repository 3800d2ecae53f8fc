import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import { Replayed, Verified } from '../../../adapters/http/codecs/audit.js';
import { HostsAnswer, OperatorsAnswer } from '../../../adapters/http/codecs/reads.js';
import { WhoAmI } from '../../../adapters/http/codecs/token-issuers.js';
import { schemaOf } from '../../../adapters/http/json-schema.js';
import { decode } from '../../../domain/encoding/explain.js';
import { left, right } from '../../support/ledger.js';

const asOf = { index: 1, time: '2026-11-01T00:00:00.000Z' };
const place = { rule: 'r', index: 3, stream: 'host/a', revision: 0, text: 'x' };

/** Answers as the first version of each gave them, and what this version reads in them. */
const FIRST: ReadonlyArray<readonly [string, t.Mixed, unknown, unknown]> = [
  [
    'verify',
    Verified,
    { size: 4, root: 'ab', faultCount: 1, faults: [place] },
    {
      readModels: { state: 'untold', entries: 0 },
      faults: [{ ...place, table: null, model: null, key: null }],
      doubts: [],
      cosigned: 'unknown',
    },
  ],
  ['replay', Replayed, { checked: 4, differenceCount: 0, differences: [] }, { releases: 0, decisions: 0 }],
  [
    'operator list',
    OperatorsAnswer,
    { asOf, operators: [{ subject: 'a', role: 'auditor', person: 'a', confirmed: false, grantedBy: 'b', since: 'x' }] },
    { operators: [{ subject: 'a', scope: null, token: null, accounts: [] }] },
  ],
  ['host list', HostsAnswer, { asOf, hosts: [], nextCursor: null }, { hosts: [], total: 0, counts: {} }],
  [
    'whoami',
    WhoAmI,
    { asOf, subject: 'a', role: 'auditor', person: null, via: 'token', permissions: [] },
    { scope: null, account: null },
  ],
];

describe('an answer of an authority that was not upgraded yet', () => {
  it.each(FIRST)('to %s is read, with what it does not say left open', (_, codec, before, now) => {
    expect(right(decode(codec)(before))).toMatchObject(now as object);
  });

  it('is still refused where it says something else', () => {
    const [, , before] = FIRST[0] ?? [];
    for (const more of [{ cosigned: 'maybe' }, { doubts: null }, { readModels: { state: 'compared' } }])
      expect(left(decode(Verified)({ ...(before as object), ...more }))._tag).toBe('DecodeError');
  });

  it('is not what this version may give: the description asks for every field', () => {
    expect(schemaOf(Verified)).toMatchObject({
      required: expect.arrayContaining(['readModels', 'doubts', 'cosigned']),
      properties: { cosigned: { type: 'string', enum: ['counted', 'unknown'] } },
    });
    expect(E.isRight(Verified.decode({}))).toBe(false);
  });
});
