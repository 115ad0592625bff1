import assert from 'node:assert/strict';
import { parseCatalog } from '../../../src/core/catalog';
import { copiesWords, maxAtOnce, refreshedFor, withCopies } from '../../../src/features/approvals/copies';
import { decidersOf } from '../../../src/features/approvals/deciders';
import { newApproval } from '../../../src/features/approvals/record';
import type { Approval } from '../../../src/features/approvals/record';
import { people, sampleCatalogText } from '../fakes';

const crowd = Array.from({ length: 45 }, (_, index) => `p${index + 1}`);
const parsed = parseCatalog(
  sampleCatalogText
    .replace(
      'grants:\n',
      `${crowd.map((key, index) => `  ${key}: { id: "entra:00000000-0000-4000-8000-00000000c0de/22222222-0000-4000-8000-${String(index).padStart(12, '0')}", name: Person ${key} }`).join('\n')}\ngrants:\n`,
    )
    .concat(`groups: { crowd: [${crowd.join(', ')}] }\n`),
);
assert.ok('catalog' in parsed, JSON.stringify(parsed));
const { catalog } = parsed;

function waiting(id: string, more: Partial<Approval> = {}): Approval {
  const facts = {
    title: 'shop 2.14.0 to production',
    label: 'D-1001',
    nothingIs: 'deployed',
    approveTitle: 'Approve',
    facts: [],
    commitsTitle: '',
    commits: [],
    commitsMore: '',
  };
  const rule = {
    required: 1,
    role: 'approver',
    stages: [{ name: 'crowd', required: 1, group: 'crowd' }],
    requesterMayApprove: false,
    expiresAfterSeconds: 7_200,
    escalateAfterSeconds: 60,
    escalateTo: { role: 'approver' },
  };
  const request = {
    id,
    kind: 'deployment',
    subjectId: 's',
    target: { service: 'shop', environment: 'production' },
    requester: people.dana,
    rule,
    boundTo: 'commit',
    placeId: 'channel:x',
    expiresAt: 7_200_000,
    correlationId: 'c',
  };
  return { ...newApproval(request, facts, [], 0), ...more };
}

describe('who gets a card of their own where many may decide', () => {
  const chosenFor = (id: string): string[] =>
    withCopies(catalog, waiting(id), []).personalCopies.map(({ name }) => name);

  it('is twenty people, other ones for other requests', () => {
    const [one, other] = [chosenFor('000001'.padEnd(32, '0')), chosenFor('000019'.padEnd(32, '0'))];
    assert.deepEqual([one.length, new Set(one).size], [maxAtOnce, maxAtOnce]);
    assert.notDeepEqual(one, other);
    assert.deepEqual(chosenFor('000001'.padEnd(32, '0')), one, 'the same for the same request');
  });

  it('stays as it is when it is worked out again', () => {
    const first = withCopies(catalog, waiting('000001'.padEnd(32, '0')), []);
    assert.equal(withCopies(catalog, first, []), first);
  });

  it('is said on the card in the channel, which refreshes for the others first', () => {
    const given = withCopies(catalog, waiting('000001'.padEnd(32, '0')), []);
    const deciders = decidersOf(catalog, given);
    assert.match(copiesWords(given, deciders), /^Personal cards went to 20 of 45 people; the others decide here\.$/);
    const refreshed = refreshedFor(given, deciders, 30);
    const hasCopy = new Set(given.personalCopies.map(({ id }) => id));
    assert.equal(refreshed.filter((id) => !hasCopy.has(id)).length, 25);
    assert.equal(refreshed.length, 30);
  });

  it('is nothing to be said where everybody has one', () => {
    assert.equal(copiesWords({ ...waiting('a'.repeat(32)), personalCopies: [people.avery] }, [people.avery]), '');
  });
});
