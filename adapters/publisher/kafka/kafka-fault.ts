import kafkajs from 'kafkajs';
import type { BrokerFault } from '../../../domain/publication/ports.js';

/** Answers that waiting does not change: authorization, authentication, security mode. */
const REFUSALS: ReadonlySet<string> = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
]);

const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined && error.name !== 'KafkaJSProtocolError' ? error.cause : error;

/** Only names of errors: kafkajs' messages repeat addresses, and once in a while what was sent. */
export const kafkaFault = (error: unknown): BrokerFault => {
  const cause = causeOf(error);
  if (cause instanceof kafkajs.KafkaJSProtocolError) {
    const detail = `the broker answers ${cause.type}`;
    return REFUSALS.has(cause.type) ? { _tag: 'BrokerRefused', detail } : { _tag: 'BrokerUnavailable', detail };
  }
  const name = cause instanceof Error ? cause.name : 'unknown';
  return name === 'KafkaJSSASLAuthenticationError'
    ? { _tag: 'BrokerRefused', detail: 'the brokers do not accept the credentials' }
    : { _tag: 'BrokerUnavailable', detail: name };
};
