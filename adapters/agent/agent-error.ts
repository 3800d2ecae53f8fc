/** Why the agent could not do a step. No variant carries evidence, keys, credentials or answers' bodies. */
export type AgentError =
  | { readonly _tag: 'ToolMissing'; readonly tool: string }
  /** `detail` is what the transport to the TPM said; `tcti` undefined: the tools' own choice. */
  | { readonly _tag: 'TpmUnreachable'; readonly tcti: string | undefined; readonly detail: string }
  | { readonly _tag: 'ToolTimedOut'; readonly tool: string; readonly milliseconds: number }
  /** `responseCode` is the TPM's own (TPM 2.0 Part 2, 6.6), when the tool told it. */
  | {
      readonly _tag: 'ToolFailed';
      readonly tool: string;
      readonly detail: string;
      readonly responseCode: number | undefined;
    }
  | { readonly _tag: 'FileFault'; readonly file: string; readonly rule: string; readonly absent?: boolean }
  /** The TPM refuses the stored AK: another TPM, or its endorsement hierarchy was cleared. */
  | { readonly _tag: 'AttestationKeyLost' }
  | { readonly _tag: 'AuthorityUnreachable'; readonly detail: string }
  /** The answer is none that the authority's API allows. */
  | { readonly _tag: 'AnswerMalformed'; readonly field: string; readonly rule: string }
  /** What a remediation told this host to use can not be used. */
  | { readonly _tag: 'ServicesUnfit'; readonly rule: string }
  /** Something answers that is no authority, or not it itself: a proxy in front of it. */
  | {
      readonly _tag: 'AuthorityNotFound';
      readonly status: number;
      readonly retryAfterSeconds: number | undefined;
    }
  | {
      readonly _tag: 'AuthorityRefused';
      readonly status: number;
      readonly code: string;
      readonly title: string;
      readonly detail: string | undefined;
      readonly retryAfterSeconds: number | undefined;
    };

/** One line for people; safe to log. */
export const describeAgentError = (error: AgentError): string => {
  switch (error._tag) {
    case 'ToolMissing':
      return `${error.tool} is not installed (tpm2-tools 5 or later provides it)`;
    case 'TpmUnreachable':
      return `no TPM reached by ${error.tcti === undefined ? "the tools' own choice" : `"${error.tcti}"`} (${error.detail}); --tcti says where it is, and this user has to be allowed to use it`;
    case 'ToolTimedOut':
      return `${error.tool} gave no answer in ${String(error.milliseconds)} ms`;
    case 'ToolFailed':
      return `${error.tool} failed: ${error.detail}`;
    case 'FileFault':
      return `${error.file}: ${error.rule}`;
    case 'AttestationKeyLost':
      return 'the TPM no longer accepts the stored attestation key';
    case 'AuthorityUnreachable':
      return `authority not reached: ${error.detail}`;
    case 'AnswerMalformed':
      return `the authority's answer is malformed: ${error.field} ${error.rule}`;
    case 'ServicesUnfit':
      return `the services that it is told to use ${error.rule}`;
    case 'AuthorityNotFound':
      return `what answers is no Sekisho authority, or a proxy before it (status ${String(error.status)}): check --url`;
    case 'AuthorityRefused':
      return `the authority refused: ${String(error.status)} ${error.code} (${error.title})${error.detail === undefined ? '' : `: ${error.detail}`}`;
  }
};
