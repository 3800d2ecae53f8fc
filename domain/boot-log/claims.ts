/**
 * What a boot log says, in one bank. Every digest is lower-case hex in that bank. Nothing here is to be believed before the log
 * replays to quoted PCRs; fields in "claim only" stay claims even then, because no digest covers them.
 */
export interface BootClaims {
  readonly uefi: boolean;
  readonly secureBoot: SecureBootClaims;
  /** EV_S_CRTM_VERSION as text, GUID or hex; `bank:digest` when longer than 64 bytes of no text; undefined when none or empty. */
  readonly firmwareVersion: string | undefined;
  /** PCR 4, in boot order: all that is no action and no separator, whatever type the log claims. `path` is claim only. */
  readonly bootApplications: ReadonlyArray<{
    readonly digest: string;
    readonly path: string | undefined;
    readonly event: number;
  }>;
  /** PCR 2: option ROMs and drivers, by the same rule. `path` is claim only. */
  readonly drivers: ReadonlyArray<{
    readonly digest: string;
    readonly path: string | undefined;
    readonly event: number;
  }>;
  /** Files GRUB or the kernel's EFI stub measured: everything in PCR 9. `name` is claim only. */
  readonly files: ReadonlyArray<{ readonly digest: string; readonly name: string; readonly event: number }>;
  /**
   * Kernel command lines whose digest was checked against the text (GRUB PCR 8, systemd-stub PCR 12, ESXi PCR 14). The label
   * that tells a command line from another GRUB text is a claim, so a GRUB `linux` command whose arguments are in no
   * labelled command line counts as one too. None at all in a log with a kernel means that one is hidden.
   */
  readonly commandLines: ReadonlyArray<{ readonly text: string; readonly event: number }>;
  /** Other GRUB commands (PCR 8), digest checked. */
  readonly bootLoaderCommands: ReadonlyArray<{ readonly text: string; readonly event: number }>;
  /** Present when the log has ESXi's tagged events. */
  readonly esxi: EsxiClaims | undefined;
}

export interface SecureBootClaims {
  /** `absent`: the log has no SecureBoot variable. A zero-length value is `disabled`. */
  readonly state: 'enabled' | 'disabled' | 'absent';
  readonly setupMode: boolean | undefined;
  readonly auditMode: boolean | undefined;
  readonly deployedMode: boolean | undefined;
  /** EV_EFI_ACTION "UEFI Debug Mode" or a DMA-protection-disabled action was measured. */
  readonly debugMode: boolean;
  readonly dmaProtectionDisabled: boolean;
  readonly pk: ReadonlyArray<SignatureEntry>;
  readonly kek: ReadonlyArray<SignatureEntry>;
  readonly db: ReadonlyArray<SignatureEntry>;
  readonly dbx: ReadonlyArray<SignatureEntry>;
  /** What the firmware or shim used to verify something that was loaded (EV_EFI_VARIABLE_AUTHORITY). */
  readonly authorities: ReadonlyArray<Authority>;
}

/** One EFI_SIGNATURE_DATA. `sha256` is of the certificate's bytes, or the listed hash itself for hash entries. */
export interface SignatureEntry {
  readonly kind: 'x509' | 'sha256' | 'x509-sha256' | 'other';
  readonly owner: string;
  readonly sha256: string;
  /** Subject as far as it can be read without validating; claim for display only. */
  readonly subject: string | undefined;
}

export interface Authority {
  readonly variable: string;
  /** SHA-256 of the certificate or the listed hash that authorised. For shim's own variables (SbatLevel, MokListTrusted...): of the data. */
  readonly sha256: string;
  readonly kind: 'certificate' | 'hash' | 'variable';
  readonly subject: string | undefined;
  readonly beforeSeparator: boolean;
  /** Whether the entry is in the measured db (for `db` authorities). */
  readonly inDb: boolean;
  readonly event: number;
}

export interface EsxiClaims {
  /** From self-describing version records (digest covers them), e.g. "8.0.3 build-24022510". */
  readonly productVersions: ReadonlyArray<{
    readonly component: string;
    readonly product: string;
    readonly version: string;
    readonly file: string;
  }>;
  /** PCR 11-13. `file` is claim only: an image explains the digest. */
  readonly modules: ReadonlyArray<{
    readonly pcr: number;
    readonly file: string;
    readonly digest: string;
    readonly event: number;
  }>;
  /** PCR 14 `.gz` modules. `file` is claim only. */
  readonly bootOptions: ReadonlyArray<{ readonly file: string; readonly digest: string; readonly event: number }>;
  /** SHA-256 of each signer's certificate or key (digest covers them). */
  readonly signers: ReadonlyArray<string>;
  readonly assetTag: string | undefined;
}

/** What is wrong with a log that parsed. `detail` never decides anything; it helps a person. */
export interface BootLogFinding {
  readonly code: BootLogFindingCode;
  readonly pcr?: number;
  /** Index of the measurement. */
  readonly event?: number;
  readonly detail?: string;
}

export type BootLogFindingCode =
  /** The data's hash is not the measured digest, for an event type where the data is what is measured. */
  | 'EventDataMismatch'
  /** Banks of the log disagree on which events exist or which digest fits the data. */
  | 'BanksDisagree'
  | 'SeparatorMissing'
  | 'SeparatorDuplicate'
  | 'SeparatorInvalid'
  /** A separator says that the firmware met an error (data 00000001). */
  | 'FirmwareError'
  /** Secure Boot configuration measured after the PCR 7 separator, or twice. */
  | 'ConfigurationAfterSeparator'
  | 'VariableDuplicate'
  | 'SecureBootVariableInvalid'
  | 'SecureBootKeysMissing'
  /** An authority that is in no measured db; or one before PK/KEK/db were measured. */
  | 'AuthorityNotInDb'
  | 'AuthorityOutOfOrder'
  /** Something that dbx forbids (hash or certificate) was used. */
  | 'ForbiddenByDbx'
  /** PCR 7 holds an event type that has no place there. */
  | 'UnexpectedEventInPcr7'
  /** Measurements after ExitBootServices that look like a second boot. */
  | 'EventsAfterExitBootServices'
  /** An event whose structure can't be read as its type says. */
  | 'EventMalformed'
  /** A StartupLocality entry that is malformed, repeated or behind PCR 0's first measurement. */
  | 'StartupLocalityInvalid'
  /** An entry that nothing explains, where everything has to be explained: PCR 8 under GRUB, PCR 11-14 under ESXi. */
  | 'UnexplainedMeasurement'
  /** Firmware or shim deviations with names of their own. Allowed only where policy has an exception. */
  | 'Quirk:ShimAuthorityTrailingByte'
  | 'Quirk:SeparatorWithoutCallingEfiApplication'
  | 'Quirk:ExitBootServicesMissing';
