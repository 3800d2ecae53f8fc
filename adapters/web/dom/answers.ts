import type { AsOf as AsOfCodec } from '../../http/codecs/answers.js';
import type { ApprovalsAnswer } from '../../http/codecs/approvals.js';
import type { ExpiringAnswer } from '../../http/codecs/certificates.js';
import type { ClustersAnswer } from '../../http/codecs/clusters.js';
import type { LogKeysAnswer } from '../../http/codecs/log-keys.js';
import type { HistoryAnswer, HostAnswer, ImagesAnswer } from '../../http/codecs/reads.js';
import type { WhoAmI } from '../../http/codecs/token-issuers.js';

/* What the console is told, as the codecs of the API have it. Types alone: nothing of the server is in the page. */

export type { TopologyAnswer } from '../../http/codecs/cluster-services.js';
export type { Explanation, HostsAnswer, HostView, ImageUseAnswer } from '../../http/codecs/reads.js';
export type { HostTrustHistoryAnswer, TrustHistoryAnswer } from '../../http/codecs/trust-history.js';

export type AsOf = typeof AsOfCodec._A;
export type Who = typeof WhoAmI._A;
export type Clusters = typeof ClustersAnswer._A;
export type History = typeof HistoryAnswer._A;
export type HostEvent = History['events'][number];
export type Host = typeof HostAnswer._A;
export type LogKeys = typeof LogKeysAnswer._A;
export type Images = typeof ImagesAnswer._A;
export type Expiring = typeof ExpiringAnswer._A;
export type Approvals = typeof ApprovalsAnswer._A;
