import { expressions } from '../../../../lib/ledger/dynamodb/expression.ts';
import { effectOf } from '../../../../lib/ledger/item.ts';

test('a claim asks that there is no item', () => {
  const claim = effectOf({ kind: 'claim', owner: 'l', claim: 'c', lease: 5 });
  expect(expressions(claim)).toEqual({
    ConditionExpression: 'attribute_not_exists(#pk)',
    UpdateExpression:
      'SET #state = :to_state, #owner = :to_owner, #claim = :to_claim, #lease = :to_lease, #at = :to_at, #counts = :to_counts',
    ExpressionAttributeNames: {
      '#pk': 'pk',
      '#state': 'state',
      '#owner': 'owner',
      '#claim': 'claim',
      '#lease': 'lease',
      '#at': 'at',
      '#counts': 'counts',
    },
    ExpressionAttributeValues: {
      ':to_state': { S: 'running' },
      ':to_owner': { S: 'l' },
      ':to_claim': { S: 'c' },
      ':to_lease': { N: '5' },
      ':to_at': { N: '0' },
      ':to_counts': { M: {} },
    },
  });
});

test('what it asks and what it sets of one attribute stay apart', () => {
  const take = effectOf({ kind: 'take', seen: { claim: 'old', lease: 1 }, owner: 'l', claim: 'new', lease: 2 });
  expect(expressions(take)).toMatchObject({
    ConditionExpression: '#state = :if_state AND #claim = :if_claim AND #lease = :if_lease',
    UpdateExpression: 'SET #owner = :to_owner, #claim = :to_claim, #lease = :to_lease',
    ExpressionAttributeValues: { ':if_claim': { S: 'old' }, ':to_claim': { S: 'new' } },
  });
});

test('a release takes the intent and the owner away', () => {
  const release = effectOf({ kind: 'release', claim: 'c', at: { byte: 7, counts: { sent: 1 } } });
  expect(expressions(release).UpdateExpression).toBe(
    'SET #at = :to_at, #counts = :to_counts, #lease = :to_lease REMOVE #intent, #owner',
  );
});
