/** Text or bytes that break a rule of their specification. The offending value is never repeated: it came from a stranger. */
export interface Malformed {
  readonly _tag: 'Malformed';
  readonly document:
    | 'signed note'
    | 'verifier key'
    | 'checkpoint'
    | 'tile'
    | 'entry bundle'
    | 'tlog-proof'
    | 'policy'
    | 'add-checkpoint';
  readonly field: string;
  readonly rule: string;
}

export const malformed =
  (document: Malformed['document']) =>
  (field: string, rule: string): Malformed => ({ _tag: 'Malformed', document, field, rule });
