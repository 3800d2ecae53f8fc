import * as t from 'io-ts';

/** One thing that somebody may do, as people read it. `vta`: the privilege of vSphere Trust Authority whose name and meaning it has. */
interface Meaning {
  readonly may: string;
  readonly vta: boolean;
  /** Whoever has it can change what decides trust. */
  readonly decidesTrust: boolean;
}

const reads = (may: string, vta = true): Meaning => ({ may, vta, decidesTrust: false });
const decides = (may: string, vta = true): Meaning => ({ may, vta, decidesTrust: true });

/** Every permission there is: the privileges of vSphere Trust Authority, and those of ours that it had no need for. */
export const PERMISSIONS = {
  ManageTrustedHosts: decides('change trusted clusters, authorities and the services that they use'),
  ReadTrustedHosts: reads('read hosts, clusters, their verdicts and history'),
  ManageKMSTrust: decides('change key providers, their servers and their trust'),
  ReadKMSTrust: reads('read key providers'),
  ConfigureHostCertificates: decides('change TPM CAs, endorsement keys and TPM models'),
  RetrieveTPMHostCertificates: reads('read TPM CAs, endorsement keys and TPM models'),
  ConfigureHostMetadata: decides('propose, approve and withdraw base images'),
  RetrieveHostMetadata: reads('read base images'),
  ManageAttestingSSO: decides('change the principals of the workload side'),
  ReadAttestingSSO: reads('read the principals of the workload side'),
  ConfigureTokenConversionPolicy: decides('say which group of which token issuer is turned into which role'),
  ReadStsInfo: reads('read what others need in order to trust this authority: its name, its keys, its log'),
  ConfigureAttestationPolicy: decides('change the appraisal policy', false),
  ReadAttestationPolicy: reads('read the appraisal policy', false),
  QuarantineHosts: decides('quarantine hosts and release them', false),
  ManageKeys: decides("change the authority's own keys, with what its authority key signed", false),
  ManageOperators: decides('give and take roles', false),
  ReadOperators: reads('read who may do what, and what waits for approval', false),
  ApproveChanges: decides('approve or reject what somebody else asked for', false),
  BreakGlass: decides('carry out alone what needs two people, where the approval policy names them for it', false),
  ManageWorkload: reads('enrol and retire hosts, take them out of clusters', false),
  AskGuard: reads('ask whether a workload may start, move or be copied', false),
  RelayReports: reads("hand on reports of a management server, which count as that server's word", false),
  AuditLedger: reads('read every event and all evidence, replay and verify', false),
} as const satisfies Record<string, Meaning>;

export type Permission = keyof typeof PERMISSIONS;

export const Permission = t.keyof(PERMISSIONS, 'Permission');
