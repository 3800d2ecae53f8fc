import type { StateFolder } from './agent-state.js';
import type { AttestationKeyKind } from './attestation-key.js';
import type { Authority } from './authority.js';
import type { EndorsementKeyKind } from './endorsement-key.js';
import type { RunTpmTool } from './tpm-tool.js';

/** What the agent tells of its work, one object a line: never evidence, keys, credentials or answers' bodies. */
export interface AgentLogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [field: string]: string | number | boolean;
}

/** One host that attests to one authority. */
export interface Attester {
  readonly authorityUrl: string;
  readonly host: string;
  readonly attestationKeyKind: AttestationKeyKind;
  /** Undefined: whichever the TPM holds a certificate for. */
  readonly endorsementKeyKind: EndorsementKeyKind | undefined;
  /** PEM: certificates between the EK's and a CA that the authority trusts. */
  readonly ekIssuers: ReadonlyArray<string>;
  readonly eventLogPath: string;
  readonly folder: StateFolder;
  readonly tool: RunTpmTool;
  readonly authority: Authority;
  readonly log: (line: AgentLogLine) => void;
}
