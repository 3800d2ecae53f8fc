/** KMIP 2.1, 11, Operation Enumeration: those that we ask for. */
export const OPERATIONS = {
  Create: 0x01,
  Locate: 0x08,
  Get: 0x0a,
  GetAttributes: 0x0b,
  Activate: 0x12,
  Revoke: 0x13,
  Destroy: 0x14,
  Query: 0x18,
  DiscoverVersions: 0x1e,
  Encrypt: 0x1f,
  Decrypt: 0x20,
} as const;

export type OperationName = keyof typeof OPERATIONS;

/** KMIP 2.1, 11, Result Status Enumeration. */
export const RESULT_STATUS = { Success: 0, OperationFailed: 1, OperationPending: 2, OperationUndone: 3 } as const;

/** KMIP 2.1, 11, Result Reason Enumeration. */
export const RESULT_REASONS = {
  ItemNotFound: 0x01,
  ResponseTooLarge: 0x02,
  AuthenticationNotSuccessful: 0x03,
  InvalidMessage: 0x04,
  OperationNotSupported: 0x05,
  MissingData: 0x06,
  InvalidField: 0x07,
  FeatureNotSupported: 0x08,
  OperationCanceledByRequester: 0x09,
  CryptographicFailure: 0x0a,
  IllegalOperation: 0x0b,
  PermissionDenied: 0x0c,
  ObjectArchived: 0x0d,
  IndexOutOfBounds: 0x0e,
  ApplicationNamespaceNotSupported: 0x0f,
  KeyFormatTypeNotSupported: 0x10,
  KeyCompressionTypeNotSupported: 0x11,
  EncodingOptionError: 0x12,
  KeyValueNotPresent: 0x13,
  AttestationRequired: 0x14,
  AttestationFailed: 0x15,
  Sensitive: 0x16,
  NotExtractable: 0x17,
  ObjectAlreadyExists: 0x18,
  InvalidTicket: 0x19,
  UsageLimitExceeded: 0x1a,
  NumericRange: 0x1b,
  InvalidDataType: 0x1c,
  ReadOnlyAttribute: 0x1d,
  MultiValuedAttribute: 0x1e,
  UnsupportedAttribute: 0x1f,
  AttributeInstanceNotFound: 0x20,
  AttributeNotFound: 0x21,
  AttributeReadOnly: 0x22,
  AttributeSingleValued: 0x23,
  BadCryptographicParameters: 0x24,
  BadPassword: 0x25,
  CodecError: 0x26,
  IllegalObjectType: 0x28,
  IncompatibleCryptographicUsageMask: 0x29,
  InternalServerError: 0x2a,
  InvalidAsynchronousCorrelationValue: 0x2b,
  InvalidAttribute: 0x2c,
  InvalidAttributeValue: 0x2d,
  InvalidCorrelationValue: 0x2e,
  InvalidCsr: 0x2f,
  InvalidObjectType: 0x30,
  KeyWrapTypeNotSupported: 0x32,
  MissingInitializationVector: 0x34,
  NonUniqueNameAttribute: 0x35,
  ObjectDestroyed: 0x36,
  ObjectNotFound: 0x37,
  NotAuthorised: 0x39,
  ServerLimitExceeded: 0x3a,
  UnknownEnumeration: 0x3b,
  UnknownMessageExtension: 0x3c,
  UnknownTag: 0x3d,
  UnsupportedCryptographicParameters: 0x3e,
  UnsupportedProtocolVersion: 0x3f,
  WrappingObjectArchived: 0x40,
  WrappingObjectDestroyed: 0x41,
  WrappingObjectNotFound: 0x42,
  WrongKeyLifecycleState: 0x43,
  ProtectionStorageUnavailable: 0x44,
  Pkcs11CodecError: 0x45,
  Pkcs11InvalidFunction: 0x46,
  Pkcs11InvalidInterface: 0x47,
  PrivateProtectionStorageUnavailable: 0x48,
  PublicProtectionStorageUnavailable: 0x49,
  UnknownObjectGroup: 0x4a,
  ConstraintViolation: 0x4b,
  DuplicateProcessRequest: 0x4c,
  GeneralFailure: 0x100,
} as const;

/** KMIP 2.1, 11, State Enumeration. */
export const STATES = {
  PreActive: 1,
  Active: 2,
  Deactivated: 3,
  Compromised: 4,
  Destroyed: 5,
  DestroyedCompromised: 6,
} as const;

/** KMIP 2.1, 11, Object Type Enumeration. */
export const OBJECT_TYPES = { SymmetricKey: 2 } as const;

/** KMIP 2.1, 11, Cryptographic Algorithm Enumeration. */
export const ALGORITHMS = { AES: 3 } as const;

/** KMIP 2.1, 12, Cryptographic Usage Mask. */
export const USAGE = { Encrypt: 0x04, Decrypt: 0x08 } as const;

/** KMIP 2.1, 11, Block Cipher Mode Enumeration. */
export const CIPHER_MODES = { CBC: 1, CTR: 6, GCM: 9 } as const;

/** KMIP 2.1, 11, Padding Method Enumeration. */
export const PADDING = { None: 1 } as const;

/** KMIP 2.1, 11, Key Format Type Enumeration. */
export const KEY_FORMATS = { Raw: 1 } as const;

/** KMIP 2.1, 11, Name Type Enumeration. */
export const NAME_TYPES = { UninterpretedTextString: 1 } as const;

/** KMIP 2.1, 11, Credential Type Enumeration. */
export const CREDENTIAL_TYPES = { UsernameAndPassword: 1 } as const;

/** KMIP 2.1, 11, Query Function Enumeration. */
export const QUERY_FUNCTIONS = { Operations: 1, ServerInformation: 3 } as const;

/** KMIP 2.1, 11, Revocation Reason Code Enumeration. */
export const REVOCATION_REASONS = { KeyCompromise: 2, CessationOfOperation: 6 } as const;

/** The name of an enumeration's value, or its number: what a server made up is not repeated as text. */
export const nameIn = (enumeration: Readonly<Record<string, number>>, value: number): string =>
  Object.entries(enumeration).find(([, code]) => code === value)?.[0] ?? `reason ${value}`;
