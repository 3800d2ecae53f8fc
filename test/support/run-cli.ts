import { COMMANDS } from '../../adapters/cli/commands.js';
import { runCli } from '../../adapters/cli/program.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command line, in this process, as a pipe sees it: no colours. */
export const run = async (...argv: ReadonlyArray<string>): Promise<Ran> => {
  let [out, err] = ['', ''];
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    env: {},
    isTty: false,
  };
  const code = await runCli(terminal, '0.0.0', COMMANDS, argv);
  return { code, out, err };
};
