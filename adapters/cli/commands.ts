import type { AddCommand } from './action.js';
import { accountCommand } from './commands/account.js';
import { agentCommand } from './commands/agent.js';
import { applyCommand, planCommand } from './commands/apply.js';
import { appraiseCommand } from './commands/appraise.js';
import { approvalCommand } from './commands/approval.js';
import { attestCommand } from './commands/attest.js';
import { authorityCommand } from './commands/authority.js';
import { backupCommand } from './commands/backup.js';
import { baseImageCommand } from './commands/base-image.js';
import { blastRadiusCommand } from './commands/blast-radius.js';
import { bootLogCommand } from './commands/boot-log.js';
import { breakGlassCommand } from './commands/break-glass.js';
import { bundleCommand } from './commands/bundle.js';
import { certificatesCommand } from './commands/certificates.js';
import { clientCertificateCommand } from './commands/client-certificate.js';
import { clusterCommand } from './commands/cluster.js';
import { jobCommand } from './commands/cluster-drift.js';
import { configCommand } from './commands/config.js';
import { endorsementKeyCommand } from './commands/endorsement-key.js';
import { eventCommand } from './commands/event.js';
import { evidenceCommand } from './commands/evidence.js';
import { explainCommand } from './commands/explain.js';
import { exportCommand } from './commands/export.js';
import { followCommand } from './commands/follow.js';
import { guardCommand } from './commands/guard.js';
import { historyCommand } from './commands/history.js';
import { hostCommand } from './commands/host.js';
import { importCommand } from './commands/import.js';
import { initCommand } from './commands/init.js';
import { keyCommand } from './commands/key.js';
import { keyProviderCommand } from './commands/key-provider.js';
import { ledgerCommand } from './commands/ledger.js';
import { nodeCommand } from './commands/node.js';
import { operatorCommand } from './commands/operator.js';
import { policyCommand } from './commands/policy.js';
import { principalCommand } from './commands/principal.js';
import { publisherCommand } from './commands/publisher.js';
import { rehearseCommand } from './commands/rehearse.js';
import { replayCommand } from './commands/replay.js';
import { restoreCommand } from './commands/restore.js';
import { serveCommand } from './commands/serve.js';
import { signerCommand } from './commands/signer.js';
import { signingKeyCommand } from './commands/signing-key.js';
import { tokenCommand } from './commands/token.js';
import { tokenIssuerCommand } from './commands/token-issuer.js';
import { tpmCaCommand } from './commands/tpm-ca.js';
import { tpmModelCommand } from './commands/tpm-model.js';
import { verifierCommand } from './commands/verifier.js';
import { verifyCommand } from './commands/verify.js';
import { vsphereCommand } from './commands/vsphere.js';
import { whatIfCommand } from './commands/what-if.js';
import { whoamiCommand } from './commands/whoami.js';
import { witnessCommand } from './commands/witness.js';

/** Every subcommand, in the order in which help lists them. */
export const COMMANDS: ReadonlyArray<AddCommand> = [
  initCommand,
  serveCommand,
  configCommand,
  authorityCommand,
  planCommand,
  applyCommand,
  exportCommand,
  hostCommand,
  baseImageCommand,
  policyCommand,
  tpmCaCommand,
  endorsementKeyCommand,
  tpmModelCommand,
  certificatesCommand,
  importCommand,
  operatorCommand,
  tokenIssuerCommand,
  clientCertificateCommand,
  accountCommand,
  principalCommand,
  whoamiCommand,
  clusterCommand,
  guardCommand,
  jobCommand,
  vsphereCommand,
  keyProviderCommand,
  keyCommand,
  tokenCommand,
  approvalCommand,
  breakGlassCommand,
  explainCommand,
  historyCommand,
  eventCommand,
  evidenceCommand,
  rehearseCommand,
  whatIfCommand,
  blastRadiusCommand,
  replayCommand,
  verifyCommand,
  bundleCommand,
  verifierCommand,
  ledgerCommand,
  signingKeyCommand,
  backupCommand,
  restoreCommand,
  nodeCommand,
  signerCommand,
  witnessCommand,
  publisherCommand,
  followCommand,
  attestCommand,
  agentCommand,
  appraiseCommand,
  bootLogCommand,
];
