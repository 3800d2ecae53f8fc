import { createMemoryEventStore } from '../../../../adapters/event-store/memory/memory-event-store.js';
import { eventStoreContract } from '../../../contracts/event-store.js';

eventStoreContract('the memory store', () =>
  Promise.resolve({ store: createMemoryEventStore(), close: () => Promise.resolve() }),
);
