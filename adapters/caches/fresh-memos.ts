import type { AppraisalEngines } from '../../domain/appraisal/appraiser.js';
import type { DocumentMemos } from '../../domain/authority-deps.js';
import { createMemo } from './memo.js';

export const createDocumentMemos = (): DocumentMemos => ({
  images: createMemo(1_000),
  blobs: createMemo(2_000),
  referenceValues: createMemo(16),
  claims: createMemo(20_000),
});

/**
 * With memories of their own: whoever replays or audits has to read what the stores hold now, not what this process
 * remembers of them.
 */
export const withFreshMemos = <D extends AppraisalEngines & { readonly documents: DocumentMemos }>(deps: D): D => ({
  ...deps,
  documents: createDocumentMemos(),
  bootLogs: createMemo(256),
});
