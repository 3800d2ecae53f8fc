import type { AsOf as AsOfCodec } from '../../http/codecs/answers.js';
import type { ClustersAnswer } from '../../http/codecs/clusters.js';
import type { LogKeysAnswer } from '../../http/codecs/log-keys.js';
import type { HistoryAnswer, HostAnswer } from '../../http/codecs/reads.js';
import type { WhoAmI } from '../../http/codecs/token-issuers.js';

/* What the console is told, as the codecs of the API have it. Types alone: nothing of the server is in the page. */

export type { Explanation, HostsAnswer, HostView } from '../../http/codecs/reads.js';
export type { HostTrustHistoryAnswer, TrustHistoryAnswer } from '../../http/codecs/trust-history.js';

export type AsOf = typeof AsOfCodec._A;
export type Who = typeof WhoAmI._A;
export type Clusters = typeof ClustersAnswer._A;
export type History = typeof HistoryAnswer._A;
export type HostEvent = History['events'][number];
export type Host = typeof HostAnswer._A;
export type LogKeys = typeof LogKeysAnswer._A;
