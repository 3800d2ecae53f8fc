import { writeFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type { AgentError } from '../../../adapters/agent/agent-error.js';
import type { RunTpmTool } from '../../../adapters/agent/tpm-tool.js';

/** Stands in for tpm2-tools where the protocol is under test: writes something into every file it should. */
export interface FakeTpm {
  readonly run: RunTpmTool;
  readonly calls: ReadonlyArray<string>;
  /** The next call of this tool fails so. */
  readonly failOnce: (tool: string, responseCode?: number) => void;
}

const OUTPUTS: Readonly<Record<string, ReadonlyArray<string>>> = {
  tpm2_nvread: ['-o'],
  tpm2_createek: ['-c', '-u'],
  tpm2_createak: ['-c', '-u', '-r', '-n'],
  tpm2_load: ['-c'],
  tpm2_readpublic: ['-n'],
  tpm2_activatecredential: ['-o'],
  tpm2_quote: ['-m', '-s'],
};

const failure = (tool: string, responseCode: number | undefined): AgentError => ({
  _tag: 'ToolFailed',
  tool,
  detail: 'told to',
  responseCode,
});

export const fakeTpm = (): FakeTpm => {
  const calls: Array<string> = [];
  const failures = new Map<string, number | undefined>();
  const valueAfter = (args: ReadonlyArray<string>, flag: string): string => args[args.indexOf(flag) + 1] ?? '';
  const answer = (tool: string, args: ReadonlyArray<string>): E.Either<AgentError, Uint8Array> => {
    if (tool !== 'tpm2_flushcontext') calls.push(tool);
    if (failures.has(tool)) {
      const code = failures.get(tool);
      failures.delete(tool);
      return E.left(failure(tool, code));
    }
    for (const flag of OUTPUTS[tool] ?? []) writeFileSync(valueAfter(args, flag), `${tool} ${flag}`);
    if (tool === 'tpm2_readpublic') writeFileSync(valueAfter(args, '-n'), 'tpm2_createak -n');
    if (tool === 'tpm2_quote') writeFileSync(valueAfter(args, '-o'), Buffer.alloc(64, 0xab));
    return E.right(new Uint8Array());
  };
  const run: RunTpmTool = (tool, args) => () => Promise.resolve(answer(tool, args));
  return { run, calls, failOnce: (tool, responseCode) => failures.set(tool, responseCode) };
};
