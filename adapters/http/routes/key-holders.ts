import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { SharedKey } from '../../../domain/hand-over/messages.js';
import { ledgerFaultText } from '../../text/ledger-fault-text.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const KeyHolders = t.type(
  {
    kid: t.string,
    purpose: t.string,
    nodes: t.readonlyArray(
      t.type({
        /** Null: the node that the authority was founded on. */
        node: t.union([t.null, t.string]),
        /** The node's event key. */
        kid: t.string,
        holds: t.boolean,
      }),
    ),
  },
  'KeyHolders',
);

export const KeyHoldersAnswer = t.type({ keys: t.readonlyArray(KeyHolders) }, 'KeyHoldersAnswer');
export type KeyHoldersAnswer = t.TypeOf<typeof KeyHoldersAnswer>;

/** `given`: whether its secret could be handed over from here. */
export const HandOverAnswer = t.intersection([KeyHolders, t.type({ given: t.boolean })], 'HandOverAnswer');
export type HandOverAnswer = t.TypeOf<typeof HandOverAnswer>;

export const holdersRoute = ({ sharing }: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/signing-keys/holders',
    operation: 'listKeyHolders',
    summary: 'Keys that all nodes must have, in use or to come, and which nodes say that they have them.',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: KeyHoldersAnswer,
    handle: () => TE.right({ body: { keys: sharing?.holders() ?? [] } }),
  });

export const handOverRoute = ({ sharing }: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/signing-keys/hand-overs',
    operation: 'handOverKey',
    summary: 'Hands a log or token key that is in the key file to every other node, each under its own event key.',
    params: Nothing,
    query: Nothing,
    body: SharedKey,
    answer: HandOverAnswer,
    handle: ({ body }) =>
      sharing === undefined
        ? TE.right({ body: { kid: body.kid, purpose: body.purpose, nodes: [], given: true } })
        : pipe(
            sharing.handOver(body),
            TE.bimap(
              (fault): ApiError => ({ _tag: 'KeysNotHandedOver', detail: ledgerFaultText(fault) }),
              (answer) => ({ body: answer }),
            ),
          ),
  });
