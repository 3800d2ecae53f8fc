import type { AsOf as AsOfCodec } from '../../http/codecs/answers.js';
import type { ClustersAnswer } from '../../http/codecs/clusters.js';
import type { WhoAmI } from '../../http/codecs/token-issuers.js';

/* What the console is told, as the codecs of the API have it. Types alone: nothing of the server is in the page. */

export type { HostsAnswer, HostView } from '../../http/codecs/reads.js';
export type { TrustHistoryAnswer } from '../../http/codecs/trust-history.js';

export type AsOf = typeof AsOfCodec._A;
export type Who = typeof WhoAmI._A;
export type Clusters = typeof ClustersAnswer._A;
