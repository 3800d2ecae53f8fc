import { Kafka, logLevel } from 'kafkajs';
import type { KafkaSettings } from './kafka-settings.js';

const CONNECT_MS = 5_000;
const REQUEST_MS = 15_000;

/**
 * A client that says nothing by itself: kafkajs logs addresses and errors to the console, and its faults reach us as values.
 * Its own retries stay short: who waits, and how long, is decided where it can be seen.
 */
export const kafkaClient = ({ brokers, tls, sasl }: KafkaSettings, clientId: string): Kafka =>
  new Kafka({
    clientId,
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 },
    ...(tls === undefined ? {} : { ssl: { minVersion: 'TLSv1.2', ...tls } }),
    ...(sasl === undefined ? {} : { sasl }),
  });
