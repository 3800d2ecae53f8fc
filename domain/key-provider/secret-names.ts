/** What the vault knows each secret of a provider by. Events name the last part, so that they say which secret counts. */
export const clientKeyName = (provider: string, key: string): string => `key-provider/${provider}/client-key/${key}`;

export const credentialName = (provider: string, credential: string): string =>
  `key-provider/${provider}/credential/${credential}`;

/** Primary keys of a software provider. */
export const primaryKeysName = (provider: string): string => `key-provider/${provider}/primary-keys`;
