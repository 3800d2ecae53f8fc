import type { AccessEvent } from './events.js';
import type { OwnTokens } from './state.js';

type TokenEvent = Extract<
  AccessEvent,
  { readonly type: 'OperatorTokenIssued' | 'OperatorTokenTakenOver' | 'OperatorTokensRevoked' | 'OperatorWithdrawn' }
>;

const without = ({ held, settled }: OwnTokens, subject: string): OwnTokens => ({
  held: new Map([...held].filter(([, token]) => token.subject !== subject)),
  settled,
});

const settling = ({ held, settled }: OwnTokens, subject: string): OwnTokens => ({
  held,
  settled: new Set([...settled, subject]),
});

const adding = ({ held, settled }: OwnTokens, subject: string, sha256: string, expires: string | null): OwnTokens => ({
  held: new Map([...held, [sha256, { subject, expires }]]),
  settled,
});

/** Which tokens open whose role. */
export const evolveTokens = (tokens: OwnTokens, event: TokenEvent): OwnTokens => {
  const { subject } = event.data;
  switch (event.type) {
    case 'OperatorTokenIssued':
      return adding(settling(without(tokens, subject), subject), subject, event.data.sha256, event.data.expires);
    case 'OperatorTokenTakenOver':
      return adding(tokens, subject, event.data.sha256, null);
    case 'OperatorTokensRevoked':
      return settling(without(tokens, subject), subject);
    case 'OperatorWithdrawn':
      return without(tokens, subject);
  }
};
