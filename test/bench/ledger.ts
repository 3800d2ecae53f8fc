import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { entryEngines } from '../../adapters/crypto/engines.js';
import { createInTurn } from '../../adapters/event-store/in-turn.js';
import { openSqliteLedger, type SqliteLedger } from '../../adapters/event-store/sqlite/open-sqlite-ledger.js';
import { createStateCache } from '../../adapters/event-store/state-cache.js';
import { signingKeyOf } from '../../adapters/key-store/signing-key.js';
import { systemClock } from '../../adapters/system.js';
import { closed } from '../../domain/encoding/closed.js';
import type { Decider } from '../../domain/ledger/decider.js';
import { catalogue, type EventOf, eventType } from '../../domain/ledger/event-type.js';
import { execute } from '../../domain/ledger/execute.js';
import type { LedgerWriter } from '../../domain/ledger/ledger.js';
import { orThrow } from './recorded-boot.js';

const Noted = eventType({ type: 'Noted', version: 1, data: closed({ note: t.string }, 'Noted') });
const notes = catalogue([Noted]);

const noting: Decider<number, { readonly note: string; readonly times: number }, EventOf<typeof Noted>, never> = {
  initial: 0,
  decide: ({ note, times }) => E.right(Array.from({ length: times }, () => ({ type: 'Noted', data: { note } }))),
  evolve: (count) => count + 1,
};

/** About what an operator's command weighs as an event: 700 bytes. */
const NOTE = 'n'.repeat(200);

export interface BenchLedger {
  readonly folder: string;
  readonly sqlite: SqliteLedger;
  /** One command through the whole write path: decided, signed, appended, durable. The index of its first event. */
  readonly note: (stream: string, times?: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

export const temporaryFolder = (): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'sekisho-bench-'));
  const remove = (): void => {
    rmSync(path, { recursive: true, force: true });
  };
  return { path, remove };
};

const benchSigner = (): LedgerWriter['signer'] => {
  const key = signingKeyOf(randomBytes(32).toString('base64'));
  if (key === undefined) throw new Error('no key');
  return () => key.signer;
};

/** The embedded store in a new file, and a key of its own. */
export const openBenchLedger = async (): Promise<BenchLedger> => {
  const folder = temporaryFolder();
  const sqlite = orThrow(await openSqliteLedger(join(folder.path, 'ledger.db'))());
  const writer: LedgerWriter = {
    ...entryEngines,
    store: sqlite.events,
    keyring: () => new Map(),
    signer: benchSigner(),
    clock: systemClock,
    inTurn: createInTurn(),
  };
  const cache = createStateCache<number>(20_000);
  const run = execute(writer);
  return {
    folder: folder.path,
    sqlite,
    note: async (stream, times = 1) => {
      const done = await run({
        decider: noting,
        catalogue: notes,
        cache,
        stream,
        commandId: randomUUID(),
        actor: { subject: 'bench', role: 'authority' },
        prepare: () => TE.right({ command: { note: NOTE, times }, basis: { authority: 1 } }),
      })();
      return orThrow(done).events[0]?.index ?? -1;
    },
    close: async () => {
      await sqlite.close();
      folder.remove();
    },
  };
};
