/** Exit codes, as `sekisho --help` explains them. */
export const EXIT = {
  ok: 0,
  /** The question was answered, and the answer is bad: contraindicated, differences, damage. */
  negative: 1,
  /** Usage, or input that can't be read. */
  badInput: 2,
  /** The authority said no. */
  refused: 3,
  /** The authority can't be reached, opened or trusted to be whole. */
  unavailable: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Why a command could not do its work: one line for people, what to do behind it, and the exit code. */
export interface CliFailure {
  readonly _tag: 'CliFailure';
  readonly exit: ExitCode;
  readonly message: string;
  readonly advice?: string;
  /** Stable code of the authority's problem, or of ours. */
  readonly code: string;
}

const failure =
  (exit: ExitCode) =>
  (code: string, message: string, advice?: string): CliFailure => ({
    _tag: 'CliFailure',
    exit,
    code,
    message,
    ...(advice === undefined ? {} : { advice }),
  });

export const badInput = failure(EXIT.badInput);
export const negative = failure(EXIT.negative);
export const refused = failure(EXIT.refused);
export const unavailable = failure(EXIT.unavailable);
