import { scopeText } from '../../domain/access/scope.js';
import type { AccessError } from './api-error.js';
import type { Problem } from './problem.js';
import { problem, roleNotAllowed } from './request-problems.js';

type Table = {
  readonly [Tag in AccessError['_tag']]: (error: Extract<AccessError, { readonly _tag: Tag }>) => Problem;
};

const conflict = (tag: string, title: string, detail: string): Problem => problem(409, tag, title, detail);
const unfit = (tag: string, title: string, detail: string): Problem => problem(422, tag, title, detail);
const unknown = (tag: string, title: string, detail: string): Problem => problem(404, tag, title, detail);
const forbidden = (tag: string, title: string, detail: string): Problem => problem(403, tag, title, detail);

/** What is refused of people, their ways in and what takes two of them: nothing was written. */
export const ACCESS_PROBLEMS: Table = {
  PermissionRequired: ({ role, permission }) => roleNotAllowed(role, permission),

  OperatorExists: ({ subject, role }) =>
    conflict('OperatorExists', 'Operator exists', `${subject} is ${role} already; one subject has one role.`),
  OperatorUnknown: ({ subject }) =>
    unknown('OperatorUnknown', 'No such operator', `${subject} holds no role; sekisho operator list shows who does.`),
  SamePerson: ({ what }) =>
    forbidden(
      'SamePerson',
      'Another person must do this',
      `Your name and the other one count as one person, or can not be told apart (${what}): somebody else has to.`,
    ),
  ScopeTooWide: ({ subject, scope }) =>
    forbidden(
      'ScopeTooWide',
      'Beyond your scope',
      `${subject} would be, or is, for ${scopeText(scope)}, which is more than your own role reaches.`,
    ),
  PrincipalExists: ({ name }) =>
    conflict('PrincipalExists', 'Principal exists', `${name} has this name or this issuer already.`),
  PrincipalUnknown: ({ name }) =>
    unknown(
      'PrincipalUnknown',
      'No such principal',
      `There is no principal ${name}; sekisho principal list shows those that there are.`,
    ),
  TooManyPrincipals: ({ most }) =>
    conflict('TooManyPrincipals', 'Too many principals', `At most ${String(most)} are trusted at once.`),
  NotYourName: ({ subject }) =>
    forbidden(
      'NotYourName',
      'Not your name',
      `What lets somebody in as ${subject} is for its owner to say: it has to be sent as ${subject}.`,
    ),
  CertificateTaken: ({ subject }) =>
    conflict(
      'CertificateTaken',
      'Certificate taken',
      `Such certificates are ${subject}'s already; sekisho client-certificate release ends that.`,
    ),
  TokenTaken: () => conflict('TokenTaken', 'Token taken', 'There is such a token already; make another one.'),
  CertificateUnknown: ({ id }) =>
    unknown(
      'CertificateUnknown',
      'No such certificate',
      `No client certificate is bound under ${id}; sekisho client-certificate list shows those that are.`,
    ),
  TooManyCertificates: ({ most }) =>
    conflict(
      'TooManyCertificates',
      'Too many certificates',
      `One operator has at most ${String(most)}; release one first.`,
    ),
  NotAnAccount: ({ subject }) =>
    forbidden(
      'NotAnAccount',
      'No account of a token issuer',
      `You came as ${subject}. Only the holder of an account says whose it is: send this with a token of the issuer.`,
    ),
  AccountNotOffered: ({ account, subject }) =>
    conflict(
      'AccountNotOffered',
      'Its holder did not say so',
      `Within the last day nobody came with ${account} and said to be ${subject}: sekisho account offer ${subject}, with a token of that account, comes first.`,
    ),
  AccountTaken: ({ account, subject }) =>
    conflict('AccountTaken', 'Account taken', `${account} is ${subject}'s; release it first.`),
  AccountUnknown: ({ account }) =>
    unknown('AccountUnknown', 'No such account', `${account} is no operator's, and nobody said that it is.`),
  TooManyAccounts: ({ most }) =>
    conflict('TooManyAccounts', 'Too many accounts', `One operator has at most ${String(most)}; release one first.`),
  TokenIssuerUnconfirmed: ({ name }) =>
    conflict(
      'TokenIssuerUnconfirmed',
      'Token issuer not confirmed',
      `Only one person trusted ${name} as it is now. A second one has to: sekisho token-issuer confirm ${name}.`,
    ),
  NameReserved: ({ name }) =>
    unfit('NameReserved', 'Name not free', `${name} has a colon, as names of token issuers have.`),
  TokenIssuerUnknown: ({ name }) =>
    unknown(
      'TokenIssuerUnknown',
      'No such token issuer',
      `No token issuer ${name} is trusted; sekisho token-issuer list shows those that are.`,
    ),
  TokenIssuerTwice: ({ name }) =>
    conflict('TokenIssuerTwice', 'Issuer trusted already', `Token issuer ${name} is of the same iss; remove it first.`),
  TooManyTokenIssuers: ({ most }) =>
    conflict('TooManyTokenIssuers', 'Too many token issuers', `At most ${String(most)} are trusted at once.`),
  SecondPersonNeeded: ({ what }) =>
    forbidden(
      'SecondPersonNeeded',
      'Two people must say so',
      `One person alone can not grant ${what}: another one has to approve it.`,
    ),
  BreakGlassNotGranted: ({ subject }) =>
    forbidden(
      'BreakGlassNotGranted',
      'Not named for emergencies',
      `The approval policy does not name ${subject} for break-glass: wait for a second person.`,
    ),
  BreakGlassUnknown: ({ id }) =>
    unknown('BreakGlassUnknown', 'Nothing to review', `Nothing of id ${id} was done alone, or it was reviewed.`),
  TooMuchUnreviewed: ({ most }) =>
    conflict('TooMuchUnreviewed', 'Too much unreviewed', `${String(most)} uses of break-glass wait for review.`),
  ApprovalUnknown: ({ id }) =>
    unknown(
      'ApprovalUnknown',
      'No such approval',
      `Nothing of id ${id} waits: it expired, was answered, or never was. Sending the request again asks again.`,
    ),
  ApprovalDiffers: ({ id }) =>
    conflict('ApprovalDiffers', 'Not what you looked at', `The request ${id} has another digest; read it again.`),
  TooManyWaiting: ({ most }) =>
    conflict('TooManyWaiting', 'Too much waits', `${String(most)} requests wait for approval; answer some first.`),
  LastTrustAdministrator: ({ subject }) =>
    conflict(
      'LastTrustAdministrator',
      'The last trust administrator',
      `Without ${subject} nobody could change anything again; grant another one first.`,
    ),
};
