import type { TokenKey } from '../tokens/token-engine.js';
import type { Api } from './api.js';
import { introduced } from './introduced.js';
import { noLastingWay } from './no-lasting-way.js';
import type { Route } from './route.js';
import { accountRoutes } from './routes/accounts.js';
import { appliedConfigRoutes } from './routes/applied-config.js';
import { approvalRoutes } from './routes/approvals.js';
import { attestationKeyRoutes } from './routes/attestation-keys.js';
import { attestationRoutes } from './routes/attestations.js';
import { auditRoutes } from './routes/audit.js';
import { authorityRoutes, type NamedAuthority, openApiRoute } from './routes/authority.js';
import { baseImageCommandRoutes } from './routes/base-image-commands.js';
import { baseImageRoutes } from './routes/base-images.js';
import { breakGlassRoutes } from './routes/break-glass.js';
import { bundleRoutes } from './routes/bundle.js';
import { certificateRoutes } from './routes/certificates.js';
import { clientCertificateRoutes } from './routes/client-certificates.js';
import { clusterCommandRoutes } from './routes/cluster-commands.js';
import { clusterServiceRoutes } from './routes/cluster-services.js';
import { clusterRoutes } from './routes/clusters.js';
import { consequenceRoutes } from './routes/consequences.js';
import { consoleRoutes } from './routes/console.js';
import { driftRoutes } from './routes/drift.js';
import { endorsementKeyImportRoutes } from './routes/endorsement-key-import.js';
import { eventRoutes } from './routes/events.js';
import { guardRoutes } from './routes/guard.js';
import { guardRecordRoutes } from './routes/guard-records.js';
import { historyRoutes } from './routes/history.js';
import { hostAccessRoutes } from './routes/host-access.js';
import { hostCommandRoutes } from './routes/host-commands.js';
import { hostRoutes } from './routes/hosts.js';
import { inventoryRoutes } from './routes/inventories.js';
import { keyOperationRoutes } from './routes/key-operations.js';
import { keyProviderCommandRoutes } from './routes/key-provider-commands.js';
import { keyProviderRoutes } from './routes/key-providers.js';
import { keyRoutes } from './routes/keys.js';
import { liveRoutes } from './routes/live.js';
import { logRoutes } from './routes/log.js';
import { operatorRoutes } from './routes/operators.js';
import { policyRoutes } from './routes/policy.js';
import { policyHistoryRoutes } from './routes/policy-history.js';
import { primaryKeyRoutes } from './routes/primary-keys.js';
import { principalRoutes } from './routes/principals.js';
import { publisherRoutes } from './routes/publisher.js';
import { referenceRoutes } from './routes/reference.js';
import { referenceCommandRoutes } from './routes/reference-commands.js';
import { referenceItemRoutes } from './routes/reference-items.js';
import { rehearsalRoutes } from './routes/rehearsals.js';
import { relayedReportRoutes } from './routes/relayed-reports.js';
import { signingKeyRoutes } from './routes/signing-keys.js';
import { tokenIssuerRoutes } from './routes/token-issuers.js';
import { tokenRoutes } from './routes/tokens.js';
import { topologyRoutes } from './routes/topology.js';
import { trustHistoryRoutes } from './routes/trust-history.js';
import { verdictRoutes } from './routes/verdicts.js';
import { verifierRoute } from './routes/verifier.js';
import { whoAmIRoute } from './routes/who-am-i.js';
import { underApproval } from './under-approval.js';
import { withinScope } from './within-scope.js';

/** Version of the HTTP interface, not of the program. */
const API_VERSION = '1.0.0';

/** Every route there is. */
export const allRoutes = (
  api: Api,
  authority: NamedAuthority,
  tokenKeys: () => ReadonlyArray<TokenKey>,
): ReadonlyArray<Route> => {
  const routes = [
    ...authorityRoutes(api, authority),
    ...hostRoutes(api),
    ...trustHistoryRoutes(api),
    ...hostCommandRoutes(api),
    ...historyRoutes(api),
    ...bundleRoutes(api),
    ...verdictRoutes(api),
    ...attestationKeyRoutes(api),
    ...attestationRoutes(api),
    ...relayedReportRoutes(api),
    ...baseImageRoutes(api),
    ...baseImageCommandRoutes(api),
    ...policyRoutes(api),
    ...policyHistoryRoutes(api),
    ...referenceRoutes(api),
    ...referenceItemRoutes(api),
    ...referenceCommandRoutes(api),
    ...endorsementKeyImportRoutes(api),
    ...certificateRoutes(api),
    ...operatorRoutes(api),
    whoAmIRoute(api),
    ...tokenIssuerRoutes(api),
    ...clientCertificateRoutes(api),
    ...accountRoutes(api),
    ...principalRoutes(api),
    ...tokenRoutes(api, tokenKeys),
    ...hostAccessRoutes(api),
    ...keyOperationRoutes(api),
    ...keyProviderRoutes(api),
    ...keyProviderCommandRoutes(api),
    ...primaryKeyRoutes(api),
    ...keyRoutes(api),
    ...clusterRoutes(api),
    ...clusterCommandRoutes(api),
    ...clusterServiceRoutes(api),
    ...driftRoutes(api),
    ...appliedConfigRoutes(api),
    ...topologyRoutes(api, authority),
    ...guardRoutes(api),
    ...inventoryRoutes(api),
    ...guardRecordRoutes(api),
    ...liveRoutes(api),
    ...approvalRoutes(api),
    ...breakGlassRoutes(api),
    ...eventRoutes(api),
    ...auditRoutes(api),
    ...rehearsalRoutes(api),
    ...consequenceRoutes(api),
    ...logRoutes(api),
    verifierRoute,
    ...consoleRoutes(),
    ...publisherRoutes(api),
    ...signingKeyRoutes(api),
  ]
    .map(underApproval(api))
    .map(noLastingWay)
    .map(introduced(api))
    .map(withinScope(api));
  return [...routes, openApiRoute(routes, API_VERSION)];
};
