import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { readEventLogInfo } from '../../../adapters/vcenter-report/event-log-info.js';
import { run } from '../../support/run-cli.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/* Logs with the registers that a real TPM quoted; the JSON around them has the form of the public API reference. */

type Document = Record<string, unknown>;
interface Bank {
  readonly algorithm: string;
  readonly pcrs: Record<string, string>;
}

const recorded = (name: string): { readonly eventLog: string; readonly pcrs: Record<string, Record<string, string>> } =>
  JSON.parse(readFileSync(`test/vectors/evidence/${name}.json`, 'utf8'));

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

/** What the API would answer of that host, registers in hexadecimal or base64. */
const answer = (name: string, form: (hex: string) => string = base64): Document & { banks: Array<Bank> } => {
  const { eventLog, pcrs } = recorded(name);
  const banks = Object.entries(pcrs).map(([bank, registers]) => ({
    algorithm: bank.toUpperCase(),
    pcrs: Object.fromEntries(Object.entries(registers).map(([pcr, hex]) => [pcr, form(hex)])),
  }));
  return { type: 'EFI_TCG2_EVENT_LOG_FORMAT_TCG_2', data: eventLog, truncated: false, banks };
};

const compare = (document: unknown) => {
  const file = join(temporaryFolder(), 'event-log.json');
  writeFileSync(file, JSON.stringify(document));
  return run('boot-log', 'compare', file, '--json');
};

const NAMES = ['esxi-8.0.3-rsa', 'linux-secure-boot-rsassa'] as const;

describe('sekisho boot-log compare', () => {
  it.each(NAMES)('finds what the TPM of %s quoted in the replay of its log', async (name) => {
    for (const document of [answer(name), answer(name, (hex) => hex.toUpperCase()), { value: answer(name) }]) {
      const { code, out } = await compare(document);
      const { compared, differ } = JSON.parse(out);
      expect([code, differ]).toEqual([0, []]);
      expect(compared).toBeGreaterThanOrEqual(8);
    }
  });

  it('names each register that the API has otherwise', async () => {
    const document = answer(NAMES[0]);
    const [bank] = document.banks;
    if (bank === undefined) throw new Error('no bank');
    bank.pcrs['7'] = base64('ff'.repeat(Buffer.from(bank.pcrs['7'] ?? '', 'base64').length));
    const { code, out } = await compare(document);
    expect([code, JSON.parse(out).differ]).toMatchObject([1, [{ pcr: 7, theirs: expect.stringMatching(/^f+$/) }]]);
  });

  it('takes no truncated log, and none whose registers nobody told, for the same', async () => {
    expect((await compare({ ...answer(NAMES[0]), truncated: true })).code).toBe(1);
    expect((await compare({ ...answer(NAMES[0]), banks: [] })).code).toBe(1);
    const sm3 = { algorithm: 'SM3_256', pcrs: {} };
    expect(JSON.parse((await compare({ ...answer(NAMES[0]), banks: [sm3] })).out)).toMatchObject({
      compared: 0,
      otherBanks: ['SM3_256'],
    });
  });

  it('says in one line what is wrong with a file', async () => {
    const { code, err } = await compare({ ...answer(NAMES[0]), data: 'AAAA' });
    expect([code, err.split('\n').length]).toEqual([2, 2]);
  });
});

describe('the event log of the automation API', () => {
  it.each<readonly [string, Document]>([
    ['another format', { type: 'PLAIN' }],
    ['no base64', { data: '!' }],
    ['no word on truncation', { truncated: undefined }],
    ['a register that there is not', { banks: [{ algorithm: 'SHA256', pcrs: { 24: '00'.repeat(32) } }] }],
    ['a digest of another size', { banks: [{ algorithm: 'SHA256', pcrs: { 0: '00'.repeat(20) } }] }],
    ['a digest that is none', { banks: [{ algorithm: 'SHA256', pcrs: { 0: 'zz'.repeat(32) } }] }],
  ])('is refused with %s', (_, change) => {
    expect(E.isLeft(readEventLogInfo({ ...answer(NAMES[0]), ...change }))).toBe(true);
  });

  it('never makes the reader throw', () => {
    const pcrs = fc.dictionary(fc.oneof(fc.string(), fc.nat(30).map(String)), fc.string());
    const banks = fc.array(fc.record({ algorithm: fc.constantFrom('SHA256', '__proto__', 'X'), pcrs }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record({ ...fixed(), banks })), (json) => {
        readEventLogInfo(json);
      }),
    );
  });
});

const fixed = () => ({
  type: fc.constant('EFI_TCG2_EVENT_LOG_FORMAT_TCG_2'),
  data: fc.base64String({ minLength: 4 }),
  truncated: fc.boolean(),
});
