import { appends } from './appends.js';
import { appraisals } from './appraisals.js';
import { attestations } from './attestations.js';
import { cluster } from './cluster.js';
import type { BenchGroup } from './figure.js';
import { guard } from './guard.js';
import { imports } from './import.js';
import { keys } from './keys.js';
import { ledgerSizes } from './ledger-sizes.js';
import { publication } from './publication.js';
import { remains } from './remains.js';
import { remediation } from './remediation.js';
import { sealing } from './sealing.js';
import { strangers } from './strangers.js';

/** In the order in which they run. */
export const GROUPS: ReadonlyArray<BenchGroup> = [
  appraisals,
  appends,
  sealing,
  attestations,
  keys,
  strangers,
  remediation,
  imports,
  ledgerSizes,
  guard,
  cluster,
  publication,
  remains,
];
