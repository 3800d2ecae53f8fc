const PREFIX = 'sekisho/';
const KID = /^[0-9a-f]{16}$/;

/** The log's name for the world (C2SP tlog-checkpoint, origin): it follows from the key that others pin. */
export const originOf = (authority: string): string => `${PREFIX}${authority}`;

/** Key id of the authority whose log has this name; undefined for a log of another kind. */
export const authorityOfOrigin = (origin: string): string | undefined => {
  const kid = origin.startsWith(PREFIX) ? origin.slice(PREFIX.length) : '';
  return KID.test(kid) ? kid : undefined;
};
