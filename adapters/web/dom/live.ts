import { addressOf, headersOf } from './ask.js';

/** What is recorded, as it is told: the last entry that was heard of. `since`: the stream was cut then. */
export type Live =
  | { readonly _tag: 'Connecting' }
  | { readonly _tag: 'Live' }
  | { readonly _tag: 'Cut'; readonly since: number };

export interface Listener {
  readonly state: (live: Live) => void;
  /** An entry was recorded. */
  readonly recorded: (index: number) => void;
}

/** The server says something every 15 seconds; after so long a silence there is no connection any more. */
const SILENCE_MS = 40_000;
const WAITS_MS = [1000, 2000, 5000, 10_000, 20_000];

const ID = /^id: (\d{1,15})$/;

const readLines = async (
  reader: ReadableStreamDefaultReader<Uint8Array>,
  hear: (line: string) => void,
  alive: () => void,
): Promise<void> => {
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) hear(line);
  }
};

interface Run {
  next: number | undefined;
  failures: number;
  cut: number | undefined;
}

/** One connection, until it ends, however it ends. */
const listenOnce = async (
  token: string | undefined,
  run: Run,
  { state, recorded }: Listener,
  signal: AbortSignal,
): Promise<void> => {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  try {
    const path = run.next === undefined ? 'v1/live' : `v1/live?from=${String(run.next)}`;
    const response = await fetch(addressOf(path), {
      headers: headersOf(token),
      cache: 'no-store',
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (!response.ok || response.body === null) return;
    run.failures = 0;
    run.cut = undefined;
    state({ _tag: 'Live' });
    const hear = (line: string): void => {
      const index = ID.exec(line)?.[1];
      if (index === undefined) return;
      run.next = Number(index) + 1;
      recorded(Number(index));
    };
    await readLines(response.body.getReader(), hear, alive);
  } catch {
    // Cut off, or ended by this side.
  } finally {
    clearTimeout(timer);
  }
};

/** Follows what is recorded until it is ended, and tries again for as long: nothing that was missed is missed. */
export const listen = (token: string | undefined, listener: Listener): (() => void) => {
  const end = new AbortController();
  const run: Run = { next: undefined, failures: 0, cut: undefined };
  const go = async (): Promise<void> => {
    listener.state({ _tag: 'Connecting' });
    for (;;) {
      await listenOnce(token, run, listener, end.signal);
      if (end.signal.aborted) return;
      run.cut ??= Date.now();
      listener.state({ _tag: 'Cut', since: run.cut });
      const wait = WAITS_MS[Math.min(run.failures, WAITS_MS.length - 1)] ?? 0;
      run.failures += 1;
      await new Promise((resolve) => void setTimeout(resolve, wait));
    }
  };
  void go();
  return () => end.abort();
};
