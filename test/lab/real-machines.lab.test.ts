import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireTools, VIRTUAL_MACHINE } from '../support/system-parts.js';
import { collectEvidence, makeHostKeys } from './evidence.js';
import { bootMachine, type Machine } from './machine.js';
import { buildSekisho, type Ended, type Running, sekisho, startSekisho } from './sekisho.js';
import { makeTpm, type SoftwareTpm } from './software-tpm.js';

const COMMAND_LINE = 'lab.mark=1';
const BOOT = { timeout: 400_000 };
const STEP = { timeout: 300_000 };

interface Explained {
  readonly verdict: { readonly reasons: ReadonlyArray<{ readonly code: string }> };
}

/** The agent's log: one object a line. */
type AgentLine = Readonly<Record<string, unknown>>;

const linesOf = (out: string): ReadonlyArray<AgentLine> =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AgentLine);

// One story, told in order, on the command line alone: an authority is founded and judges one host through its boots.
describe.runIf(requireTools(VIRTUAL_MACHINE))('an authority and a real machine', () => {
  let folder: string;
  let tpm: SoftwareTpm;
  let otherTpm: SoftwareTpm;
  let server: Running | undefined;
  let url: string;
  let machine: Machine;
  let withOtherTpm: Promise<Machine> | undefined;
  let whenTrusted: string;

  const file = (name: string): string => join(folder, name);
  const authority = (): ReadonlyArray<string> => ['--dir', file('authority')];

  const administer = async (...args: ReadonlyArray<string>): Promise<void> => {
    expect(await sekisho(...args, ...authority()), args.join(' ')).toMatchObject({ code: 0, err: '' });
  };
  const ask = async <A>(...args: ReadonlyArray<string>): Promise<A> => {
    const { code, out, err } = await sekisho(...args, ...authority(), '--json');
    expect(code, `${args.join(' ')}: ${out}${err}`).toBe(0);
    return JSON.parse(out) as A;
  };
  const trust = async (...asOf: ReadonlyArray<string>): Promise<string> => {
    const { host } = await ask<{ readonly host: { readonly state: string } }>('host', 'show', 'lab-1', ...asOf);
    return host.state;
  };
  const reasons = async (): Promise<ReadonlyArray<string>> => {
    const { verdict } = await ask<Explained>('explain', 'lab-1');
    return verdict.reasons.map(({ code }) => code);
  };

  const agent = (): ReadonlyArray<string> => {
    const host = ['agent', '--url', url, '--host', 'lab-1', '--state', file('agent')];
    return [...host, '--tcti', machine.tcti, '--event-log', machine.eventLogPath];
  };
  const attest = (): Promise<Ended> => sekisho(...agent(), '--once');
  /** Code and refusal of a round that the authority does not let through. */
  const refusal = async (): Promise<AgentLine> => {
    const { code, out } = await attest();
    return { exit: code, ...linesOf(out).at(-1) };
  };

  const serve = async (port: string): Promise<void> => {
    server = startSekisho('serve', ...authority(), '--port', port, '--log-level', 'warn');
    await server.says('End it with');
    url = / on (http:\S+) /.exec(server.out())?.[1] ?? '';
  };
  const found = async (): Promise<void> => {
    await buildSekisho();
    await administer('init', '--name', 'Lab');
    await serve('0');
  };
  const bootWithOtherTpm = (): Promise<Machine> => {
    withOtherTpm ??= bootMachine({ tpm: otherTpm, commandLine: COMMAND_LINE });
    return withOtherTpm;
  };
  const onMachine = (boot: () => Promise<Machine>): void => {
    beforeAll(async () => {
      machine = await boot();
    }, BOOT.timeout);
    afterAll(() => machine.stop());
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sekisho-real-machines-'));
    [tpm, otherTpm] = await Promise.all([makeTpm(file('tpm')), makeTpm(file('other-tpm'))]);
    await writeFile(file('maker.pem'), tpm.ekIssuers.join('\n'));
    await writeFile(file('other-maker.pem'), otherTpm.ekIssuers.join('\n'));
    await found();
  }, STEP.timeout);

  afterAll(async () => {
    await server?.stop();
    await withOtherTpm?.then(({ stop }) => stop()).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  describe('that boots what was approved', () => {
    onMachine(() => bootMachine({ tpm, commandLine: COMMAND_LINE }));

    it('gets its base image from its own evidence, and a second administrator’s approval', STEP, async () => {
      const keys = await makeHostKeys(machine.tcti, file('reference-keys'), { kind: 'rsassa', ek: 'rsa2048' });
      await writeFile(file('evidence.json'), JSON.stringify(await collectEvidence(machine, keys, tpm.ekIssuers)));
      const image = ['--version', 'debian-lab', '--out', file('image.json')];
      expect(await sekisho('base-image', 'from-evidence', file('evidence.json'), ...image)).toMatchObject({ code: 0 });
      await administer('base-image', 'propose', file('image.json'), '--as', 'trust-admin-1');
      const alone = await sekisho('base-image', 'approve', 'debian-lab', '--as', 'trust-admin-1', ...authority());
      expect(alone).toMatchObject({ code: 3 });
      await administer('base-image', 'approve', 'debian-lab', '--as', 'trust-admin-2');
    });

    it('certifies its attestation key, attests and is trusted, once the maker of its TPM is', STEP, async () => {
      await administer('host', 'enrol', 'lab-1');
      expect(await refusal()).toMatchObject({ exit: 3, code: 'EndorsementKeyNotTrusted' });
      await administer('tpm-ca', 'trust', 'lab-maker', file('maker.pem'));
      const { code, out } = await attest();
      expect(code, out).toBe(0);
      expect(linesOf(out).map(({ message }) => message)).toEqual(['attestation key certified', 'attested']);
      expect(await trust()).toBe('trusted');
      expect(await reasons()).toEqual([]);
      whenTrusted = new Date().toISOString();
    });

    it('is not trusted in quarantine however well it attests, and again after its release', STEP, async () => {
      await administer('host', 'quarantine', 'lab-1', '--reason', 'odd traffic');
      expect(await attest()).toMatchObject({ code: 0 });
      expect(await reasons()).toEqual([]);
      expect(await trust()).toBe('quarantined');
      await administer('host', 'release', 'lab-1', '--reason', 'a false alarm');
      expect(await attest()).toMatchObject({ code: 0 });
      expect(await trust()).toBe('trusted');
    });

    it('attests on schedule, over a restart of the authority, until its agent is asked to end', STEP, async () => {
      // Meanwhile the machine of the last chapter boots; what fails there is said there.
      bootWithOtherTpm().catch(() => undefined);
      const running = startSekisho(...agent(), '--interval', '1');
      await running.says('"attested"', 2);
      expect(await server?.stop()).toMatchObject({ code: 0 });
      await running.says('"AuthorityUnreachable"');
      const before = running.out().split('"attested"').length - 1;
      await serve(new URL(url).port);
      await running.says('"attested"', before + 1);
      const { code, out, err } = await running.stop();
      expect({ code, err }).toEqual({ code: 0, err: '' });
      const lost = linesOf(out).filter(({ error }) => error === 'AuthorityUnreachable');
      expect(lost.every(({ retryInSeconds }) => Number(retryInSeconds) >= 1)).toBe(true);
      expect(await trust()).toBe('trusted');
    });
  });

  describe('that boots with Secure Boot off', () => {
    onMachine(() => bootMachine({ tpm, commandLine: COMMAND_LINE, secureBoot: false }));

    it('is refused for that and nothing else', STEP, async () => {
      expect(await refusal()).toMatchObject({ exit: 1, reasons: 'SecureBootDisabled' });
      expect(await reasons()).toEqual(['SecureBootDisabled']);
      expect(await trust()).toBe('refused');
    });
  });

  describe('that boots with another kernel command line', () => {
    onMachine(() => bootMachine({ tpm, commandLine: `${COMMAND_LINE} init=/bin/sh` }));

    it('is refused by the rule of its image and nothing else', STEP, async () => {
      expect(await refusal()).toMatchObject({ exit: 1, reasons: 'CommandLineNotAllowed' });
      expect(await reasons()).toEqual(['CommandLineNotAllowed']);
      expect(await trust()).toBe('refused');
    });
  });

  describe('whose TPM was replaced', () => {
    onMachine(() => bootWithOtherTpm());

    it('is refused, whoever made the TPM, until a trust administrator says that it is the host’s', STEP, async () => {
      expect(await refusal()).toMatchObject({ exit: 3, code: 'EndorsementKeyNotTrusted' });
      await administer('tpm-ca', 'trust', 'other-maker', file('other-maker.pem'));
      expect(await refusal()).toMatchObject({ exit: 3, code: 'EndorsementKeyChanged' });
      expect(await trust()).toBe('refused');
      const { endorsement } = await makeHostKeys(machine.tcti, file('keys'), { kind: 'ecdsa', ek: 'rsa2048' });
      await writeFile(file('ek.pem'), new X509Certificate(endorsement.certificate ?? '').toString());
      const replace = [
        'host',
        'replace-endorsement-key',
        'lab-1',
        '--certificate',
        file('ek.pem'),
        '--reason',
        'new board',
      ];
      expect(await sekisho(...replace, '--as', 'workload-admin-1', ...authority())).toMatchObject({ code: 3 });
      await administer(...replace, '--as', 'trust-admin-2');
      expect(await attest()).toMatchObject({ code: 0 });
      expect(await trust()).toBe('trusted');
    });
  });

  it('leave a ledger that is whole, answers for the past, and makes every verdict again', STEP, async () => {
    expect(await trust('--at', whenTrusted)).toBe('trusted');
    const replayed = await ask<{ readonly checked: number; readonly differenceCount: number }>('replay');
    expect(replayed.checked).toBeGreaterThanOrEqual(9);
    expect(replayed.differenceCount).toBe(0);
    expect(await ask('verify')).toMatchObject({ faultCount: 0 });
    expect(await server?.stop()).toMatchObject({ code: 0 });
    expect(await ask('verify')).toMatchObject({ faultCount: 0 });
  });
});
