import { execFile } from 'node:child_process';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { AgentError } from './agent-error.js';

const OUTPUT_CAP = 1024 * 1024;
const DETAIL_CAP = 200;

export interface TpmToolOptions {
  /** Where the TPM is, in tpm2-tss words such as `device:/dev/tpmrm0`; undefined: TPM2TOOLS_TCTI or the tools' default. */
  readonly tcti?: string | undefined;
  /** A discrete TPM may need half a minute for one RSA endorsement key. */
  readonly timeoutMilliseconds?: number | undefined;
}

/**
 * Runs one tool of tpm2-tools to its end. What a tool answers is read from the files that its arguments name; Right is what
 * it printed, for what no file may hold.
 */
export type RunTpmTool = (tool: string, args: ReadonlyArray<string>) => TE.TaskEither<AgentError, Uint8Array>;

const responseCodeOf = (stderr: string): number | undefined => {
  const code = /ERROR: E\w+\((0x[0-9a-fA-F]{1,8})\)/.exec(stderr)?.[1];
  return code === undefined ? undefined : Number.parseInt(code, 16);
};

const detailOf = (stderr: string): string => {
  const lines = stderr.split('\n').filter((line) => line.startsWith('ERROR: '));
  const text = (lines[0] ?? 'no message').slice('ERROR: '.length);

  return text.replace(/[\u0000-\u001f\u007f]/g, ' ').slice(0, DETAIL_CAP);
};

/** Words of the layer between tool and TPM: the first is closest to the cause. */
const transportDetailOf = (stderr: string): string | undefined => {
  const [, text] = /^(?:ERROR|WARNING):tcti:\S+ (.*)$/m.exec(stderr) ?? [];
  return text
    ?.replace(/[\u0000-\u001f\u007f]/g, ' ')
    .trim()
    .slice(0, DETAIL_CAP);
};

/** TSS2_TCTI_RC_LAYER (TSS 2.0 Overview and Common Structures, 3.3): the TPM itself never saw the command. */
const TCTI_LAYER = 0x0a_00_00;

const isUnreachable = (stderr: string, responseCode: number | undefined): boolean =>
  stderr.includes('ERROR: Could not load tcti') ||
  (responseCode !== undefined && (responseCode & 0xff_00_00) === TCTI_LAYER);

interface Failure {
  readonly code?: string | number | null | undefined;
  readonly killed?: boolean | undefined;
}

interface Settings {
  readonly tcti: string | undefined;
  readonly timeoutMilliseconds: number;
}

const errorOf = (tool: string, failure: Failure, stderr: string, settings: Settings): AgentError => {
  if (failure.code === 'ENOENT') return { _tag: 'ToolMissing', tool };
  if (failure.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return { _tag: 'ToolFailed', tool, detail: 'says more than a megabyte', responseCode: undefined };
  }
  if (failure.killed === true) return { _tag: 'ToolTimedOut', tool, milliseconds: settings.timeoutMilliseconds };
  const responseCode = responseCodeOf(stderr);
  if (isUnreachable(stderr, responseCode)) {
    return { _tag: 'TpmUnreachable', tcti: settings.tcti, detail: transportDetailOf(stderr) ?? detailOf(stderr) };
  }
  return { _tag: 'ToolFailed', tool, detail: detailOf(stderr), responseCode };
};

/** Arguments go as an array to the tool itself, never through a shell. */
export const tpmTool = (options: TpmToolOptions): RunTpmTool => {
  const timeout = options.timeoutMilliseconds ?? 120_000;
  const env = options.tcti === undefined ? process.env : { ...process.env, TPM2TOOLS_TCTI: options.tcti };
  const used = { tcti: env['TPM2TOOLS_TCTI'], timeoutMilliseconds: timeout };
  return (tool, args) => () =>
    new Promise((resolve) => {
      const settings = { env, timeout, killSignal: 'SIGKILL', maxBuffer: OUTPUT_CAP, encoding: 'buffer' } as const;
      const child = execFile(tool, [...args], settings, (failure, stdout, stderr) => {
        const printed = new Uint8Array(stdout);
        stdout.fill(0);
        resolve(failure === null ? E.right(printed) : E.left(errorOf(tool, failure, stderr.toString('utf8'), used)));
      });
      child.stdin?.end();
    });
};
