import { describe, it } from 'vitest';
import { bindingDecider } from '../../../domain/endorsement-key/decider.js';
import type { BindingEvent } from '../../../domain/endorsement-key/events.js';
import { given as givenFor } from '../../support/decider.js';

const given = givenFor(bindingDecider('ek'));
const bound = (host: string): BindingEvent => ({ type: 'EndorsementKeyBound', data: { host } });
const unbound = (host: string): BindingEvent => ({ type: 'EndorsementKeyUnbound', data: { host, reason: 'r' } });

describe('an endorsement key', () => {
  it('belongs to the host that proved first to hold it, once', () => {
    given().when({ type: 'BindEndorsementKey', host: 'h1' }).then(bound('h1'));
    given(bound('h1')).when({ type: 'BindEndorsementKey', host: 'h1' }).then();
    given(bound('h1'))
      .when({ type: 'BindEndorsementKey', host: 'h2' })
      .thenRejected({ _tag: 'EndorsementKeyTaken', endorsementKey: 'ek' });
  });

  it('is freed by its own host only', () => {
    given(bound('h1')).when({ type: 'UnbindEndorsementKey', host: 'h1', reason: 'r' }).then(unbound('h1'));
    given(bound('h1')).when({ type: 'UnbindEndorsementKey', host: 'h2', reason: 'r' }).then();
    given(bound('h1'), unbound('h1')).when({ type: 'BindEndorsementKey', host: 'h2' }).then(bound('h2'));
  });
});
