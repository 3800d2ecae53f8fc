import { type Inspection, inspectEntry, type PublicKeys } from '../../domain/ledger/inspect-entry.js';
import { inspectionEngines } from './inspection-engines.js';
import { type PageMessage, unpackPage } from './page-message.js';
import { answerQuestions } from './thread.js';

/** A page, and the keys that were known when it was sent. */
export interface InspectionQuestion {
  readonly page: PageMessage;
  readonly keys: PublicKeys;
}

// Runs on a thread of its own: adapters/verification/inspecting-threads.ts starts it.
answerQuestions(
  ({ page, keys }: InspectionQuestion): ReadonlyArray<Inspection> =>
    unpackPage(page).map((stored) => inspectEntry(inspectionEngines, keys, stored)),
);
