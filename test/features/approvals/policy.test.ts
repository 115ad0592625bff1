import assert from 'node:assert/strict';
import { parseCatalog } from '../../../src/core/catalog';
import type { ApprovalRule, Catalog } from '../../../src/core/catalog';
import { approvalCard } from '../../../src/features/approvals/cards';
import type { ApprovalRequest } from '../../../src/features/approvals/contract';
import { maxCopiesAtOnce, withCopies } from '../../../src/features/approvals/effects';
import type { Delegation } from '../../../src/features/approvals/delegations/workflow';
import { barsOf, decidersOf, filledSlots, recount, standingOf } from '../../../src/features/approvals/policy';
import type { Approval, Vote } from '../../../src/features/approvals/record';
import { describeCopies, describeShortfall } from '../../../src/features/approvals/text';
import { people, sampleCatalogText } from '../fakes';
import { approvalUnder, facts } from './samples';

const { avery, noor, ada, nico } = people;

function catalogWith(change: (text: string) => string = (text) => text): Catalog {
  const parsed = parseCatalog(change(`${sampleCatalogText}groups: { board: [ada, noor], writers: [avery, dana] }\n`));
  assert.ok('catalog' in parsed, JSON.stringify(parsed));
  return parsed.catalog;
}

const one: ApprovalRule = { required: 1, role: 'approver', requesterMayApprove: false, expiresAfterSeconds: 7_200 };
const two: ApprovalRule = { ...one, required: 2 };
const board: ApprovalRule = { ...one, stages: [{ name: 'board', required: 1, group: 'board' }] };

function approval(rule: ApprovalRule, votes: readonly Vote[], more: Partial<ApprovalRequest> = {}): Approval {
  return { ...approvalUnder(rule, more), approvals: votes };
}

const by = (person: Vote['person'], more: Partial<Vote> = {}): Vote => ({
  person,
  at: 1,
  note: '',
  ...more,
});
const without = (line: string) => (text: string) => text.replace(line, '');

describe('the slots that votes can fill', () => {
  const fits = (vote: string, slot: string): boolean => vote.includes(slot);
  const table: [string, readonly string[], readonly string[], number][] = [
    ['nothing is needed', [], ['a'], 0],
    ['nobody voted', ['a', 'b'], [], 0],
    ['one of two', ['a', 'b'], ['a'], 1],
    ['a later slot alone does not count before the first', ['a', 'b'], ['b'], 0],
    ['a vote that fits both makes room', ['a', 'b'], ['ab', 'a'], 2],
    ['one vote never fills two slots', ['a', 'a'], ['a'], 1],
  ];
  for (const [what, slots, votes, filled] of table)
    it(what, () => assert.equal(filledSlots(slots, votes, fits), filled));
});

describe('the votes that count', () => {
  const table: {
    readonly what: string;
    readonly given: Approval;
    readonly catalog?: Catalog;
    readonly ruleNow?: ApprovalRule;
    readonly delegations?: readonly Delegation[];
    readonly now?: number;
    readonly missing: number;
    readonly why?: RegExp;
  }[] = [
    { what: 'a vote as it was given', given: approval(one, [by(avery)]), missing: 0 },
    {
      what: 'not the vote of somebody who lost the role',
      given: approval(two, [by(avery), by(noor)]),
      catalog: catalogWith(without('  - { person: avery, role: approver }\n')),
      missing: 1,
      why: /Avery Approver’s approval no longer counts: Avery Approver can no longer approve it/,
    },
    {
      what: 'not the vote of somebody who left the catalog',
      given: approval(one, [by({ id: 'entra:gone', name: 'Gone Person' })]),
      missing: 1,
      why: /Gone Person is no longer in the catalog/,
    },
    {
      what: 'the stricter rule, where more approvals are needed now',
      given: approval(one, [by(avery)]),
      ruleNow: two,
      missing: 1,
      why: /rule has changed.*2\sapprovals/,
    },
    {
      what: 'the stricter rule, where fewer approvals are needed now',
      given: approval(two, [by(avery)]),
      ruleNow: one,
      missing: 1,
    },
    {
      what: 'both rules, where other people decide now',
      given: approval(one, [by(avery)]),
      ruleNow: board,
      missing: 1,
    },
    { what: 'one vote for both rules', given: approval(one, [by(noor)]), ruleNow: board, missing: 0 },
    {
      what: 'not the vote of the requester, once the rule bars it',
      given: approval({ ...one, requesterMayApprove: true }, [by(avery)], { requester: avery }),
      ruleNow: one,
      missing: 1,
      why: /Avery Approver requested it/,
    },
    {
      what: 'not the vote of an author, once the rule bars authors',
      given: approval(one, [by(avery)], { authors: { people: [{ name: 'avery approver' }] } }),
      ruleNow: { ...one, committersMayApprove: false },
      missing: 1,
      why: /may have written part of it/,
    },
    {
      what: 'the vote of a delegate',
      given: approval(one, [by(nico, { onBehalfOf: avery, delegatedUntil: 500 })]),
      delegations: [{ from: avery, to: nico, until: 500 }],
      missing: 0,
    },
    {
      what: 'the vote of a delegate whose time has run out since',
      given: approval(one, [by(nico, { onBehalfOf: avery, delegatedUntil: 50 })]),
      missing: 0,
    },
    {
      what: 'not the vote of a delegate from whom it was taken back',
      given: approval(one, [by(nico, { onBehalfOf: avery, delegatedUntil: 500 })]),
      missing: 1,
      why: /ended the delegation/,
    },
    {
      what: 'not the vote of a delegate whose giver lost the role',
      given: approval(one, [by(nico, { onBehalfOf: avery, delegatedUntil: 500 })]),
      delegations: [{ from: avery, to: nico, until: 500 }],
      catalog: catalogWith(without('  - { person: avery, role: approver }\n')),
      missing: 1,
      why: /Avery Approver can no longer approve it/,
    },
  ];
  for (const { what, given, catalog = catalogWith(), ruleNow, delegations = [], now = 100, missing, why } of table)
    it(what, () => {
      const counted = recount(given, { catalog, delegations, ruleNow }, now);
      assert.equal(standingOf(catalog, counted).missing, missing);
      const words = describeShortfall(catalog, counted);
      assert.equal(words === undefined, missing === 0);
      if (why) assert.match(words ?? '', why);
    });

  it('never count again once they have lapsed', () => {
    const poorer = catalogWith(without('  - { person: avery, role: approver }\n'));
    const given = { delegations: [], ruleNow: undefined };
    const lapsed = recount(approval(one, [by(avery)]), { ...given, catalog: poorer }, 100);
    const again = recount(lapsed, { ...given, catalog: catalogWith() }, 100);
    assert.equal(again.approvals.length, 0);
    assert.equal(standingOf(catalogWith(), again).missing, 1);
  });

  it('let the request expire as early as the current rule says', () => {
    const ruleNow = { ...one, expiresAfterSeconds: 60 };
    const counted = recount(approval(one, []), { catalog: catalogWith(), delegations: [], ruleNow }, 0);
    assert.equal(counted.request.expiresAt, 60_000);
  });
});

describe('what is still needed when the rule changed after the request', () => {
  const boards: ApprovalRule = { ...one, stages: [{ name: 'board', required: 1, group: 'board' }] };
  const three: ApprovalRule = { ...one, required: 3, role: 'approver' };
  const staged: ApprovalRule = {
    ...one,
    stages: [...(boards.stages ?? []), { name: 'owners', required: 2, role: 'approver' }],
  };
  const table: readonly {
    readonly what: string;
    readonly given: Approval;
    readonly ruleNow: ApprovalRule;
    /** Who and what of each row that isn't a vote. */
    readonly rows: readonly string[];
    readonly sentence: RegExp;
    readonly rule: RegExp;
  }[] = [
    {
      what: 'is what the old rule needs if that is more',
      ...{ given: approval(three, [by(avery)]), ruleNow: two },
      rows: ['Still needed: 2 more approvals from approvers; only 1 person can approve'],
      sentence: /^\*\*2 more approvals are needed by .*1 of 3 has been received/,
      rule: /^3 approvals from approvers other than the requester; Noor Operator can still approve\. The rule changed after the request, so both/,
    },
    {
      what: 'is what the new rule needs if that is more',
      ...{ given: approval(two, [by(avery)]), ruleNow: three },
      rows: ['Still needed: 2 more approvals from approvers; only 1 person can approve'],
      sentence: /^\*\*2 more approvals are needed by .*1 of 3 has been received/,
      rule: /^3 approvals from approvers other than the requester; Noor Operator can still approve/,
    },
    {
      what: 'is what both need if neither includes the other',
      ...{ given: approval(two, []), ruleNow: boards },
      rows: [
        'Still needed: 1 approval from the board group; 2 people can approve',
        'Also needed: 2 approvals from approvers; 2 people can approve',
      ],
      sentence: /^\*\*This request still needs approvals under both the old and new rules by /,
      rule: /^New rule: 1 approval from the board group; .*\. Old rule: 2 approvals from approvers; .*can approve it\. The rule/,
    },
    {
      what: 'is what the old rule needs once the new one is satisfied',
      ...{ given: approval(two, [by(ada)]), ruleNow: boards },
      rows: ['Still needed: 2 more approvals from approvers; 2 people can approve'],
      sentence: /^\*\*2 more approvals are needed by /,
      rule: /^2 approvals from approvers other than the requester; Avery Approver or Noor Operator can still approve\. The rule changed/,
    },
    {
      what: 'is one stage after the other, each with what it needs itself',
      ...{ given: approval(two, []), ruleNow: staged },
      rows: [
        'board, stage 1 of 2: 1 approval from the board group; 2 people can approve',
        'Then owners: 2 approvals from approvers',
      ],
      sentence: /^\*\*3 approvals are needed by /,
      rule: /^1 from board, then 2 from owners; .*\. The rule changed/,
    },
  ];
  for (const { what, given, ruleNow, rows, sentence, rule } of table)
    it(what, () => {
      const catalog = catalogWith();
      const counted = recount(given, { catalog, delegations: [], ruleNow }, 1);
      const { data } = approvalCard({
        ...{ id: 'a', catalog, delegations: [], now: 1 },
        approval: counted,
        facts,
        viewer: undefined,
      });
      const plain = (text: string): string => text.replaceAll('\u00A0', ' ');
      assert.deepEqual(
        data.approvals.filter(({ glyph }) => glyph !== '✓').map((row) => plain(`${row.who}: ${row.what}`)),
        rows,
      );
      assert.match(plain(data.sentence), sentence);
      assert.match(plain(data.facts.find(({ title }) => title === 'Approval\u00A0rule')?.value ?? ''), rule);
    });
});

describe('authors who can’t approve', () => {
  const barring: ApprovalRule = { ...one, committersMayApprove: false };
  const gap = 'its list was cut at 1,000 commits';

  it('may be more than the known ones if the list is incomplete: one more approval', () => {
    const catalog = catalogWith();
    const given = approval(barring, [by(avery)], { authors: { people: [], gap } });
    assert.equal(standingOf(catalog, given).missing, 1);
    assert.equal(standingOf(catalog, { ...given, approvals: [by(avery), by(noor)] }).missing, 0);
  });

  it('are the whole team if the catalog names it', () => {
    const catalog = catalogWith();
    const given = approval({ ...barring, authorsUnknown: { team: 'writers' } }, [], { authors: { people: [], gap } });
    assert.equal(barsOf(catalog, given)(avery.id), 'committer');
    assert.equal(barsOf(catalog, given)(noor.id), undefined);
    assert.equal(standingOf(catalog, given).missing, 1);
  });

  it('are nobody else if the list is complete', () => {
    const given = approval(barring, [by(avery)], { authors: { people: [{ name: 'Somebody' }] } });
    assert.equal(standingOf(catalogWith(), given).missing, 0);
    assert.equal(barsOf(catalogWith(), given)(ada.id), undefined);
  });

  it('can be missing in requests of earlier versions, which stored 20 commits', () => {
    assert.equal(standingOf(catalogWith(), approval(barring, [by(avery)], { committerIds: [] })).missing, 1);
  });
});

describe('the button that cancels a request', () => {
  const catalog = catalogWith();
  const own = { ...one, requesterMayApprove: true, role: 'developer' };
  const asked = { subjectId: 'd1' };
  const ended: Partial<Approval> = { state: 'rejected', ended: { person: avery, at: 1, note: '' } };
  const button = { verb: 'deployments.cancel', id: 'd1' };
  const none = { verb: '', id: '' };
  const table: readonly [string, Approval, string | undefined, typeof button][] = [
    ['is for the requester', approval(one, [], asked), people.dana.id, button],
    ['is still there after a first vote', approval(two, [by(avery)], asked), people.dana.id, button],
    ['is not for whoever can approve', approval(one, [], asked), avery.id, none],
    ['is not for others', approval(one, [], asked), nico.id, none],
    ['is not on what everybody sees', approval(one, [], asked), undefined, none],
    ['is not on what has ended', { ...approval(one, [], asked), ...ended }, people.dana.id, none],
    ['makes room for the buttons of a requester who can approve', approval(own, [], asked), people.dana.id, none],
  ];
  for (const [what, shown, viewer, expected] of table)
    it(what, () => {
      const subject = { ...facts, cancelVerb: 'deployments.cancel' };
      const drawn = { id: 'a', approval: shown, catalog, delegations: [], now: 0, viewer };
      const { cancel, refreshFor } = approvalCard({ ...drawn, facts: subject }).data;
      assert.deepEqual(cancel, expected);
      assert.equal(refreshFor[0], shown.state === 'waiting' ? people.dana.id : undefined);
      assert.deepEqual(approvalCard({ ...drawn, facts }).data.cancel, none, 'nothing of what names no verb');
    });
});

const crowd = Array.from({ length: 45 }, (_, index) => `p${index + 1}`);
const crowded = parseCatalog(
  sampleCatalogText
    .replace(
      'grants:\n',
      `${crowd.map((key, index) => `  ${key}: { id: "entra:00000000-0000-4000-8000-00000000c0de/22222222-0000-4000-8000-${String(index).padStart(12, '0')}", name: Person ${key} }`).join('\n')}\ngrants:\n`,
    )
    .concat(`groups: { crowd: [${crowd.join(', ')}] }\n`),
);
assert.ok('catalog' in crowded, JSON.stringify(crowded));
const { catalog } = crowded;

const given = { catalog, delegations: [] };
const waiting = (id: string): Approval =>
  approvalUnder({ ...one, stages: [{ name: 'crowd', required: 1, group: 'crowd' }] }, { id });

describe('who gets a personal card if many can decide', () => {
  const chosenFor = (id: string): string[] => withCopies(waiting(id), given).personalCopies.map(({ name }) => name);

  it('is twenty people, different ones for other requests', () => {
    const [one, other] = [chosenFor('000001'.padEnd(32, '0')), chosenFor('000019'.padEnd(32, '0'))];
    assert.deepEqual([one.length, new Set(one).size], [maxCopiesAtOnce, maxCopiesAtOnce]);
    assert.notDeepEqual(one, other);
    assert.deepEqual(chosenFor('000001'.padEnd(32, '0')), one, 'the same for the same request');
  });

  it('stays the same when it is computed again', () => {
    const first = withCopies(waiting('000001'.padEnd(32, '0')), given);
    assert.equal(withCopies(first, given), first);
  });

  it('is shown on the card in the channel, which refreshes for the others first', () => {
    const copied = withCopies(waiting('000001'.padEnd(32, '0')), given);
    const sentence = describeCopies(copied, decidersOf(catalog, copied));
    assert.match(sentence, /^20 of 45 people got a card in their personal chat; the others can approve here\.$/);
    const shown = { id: 'a', approval: copied, facts, catalog, delegations: [], now: 0, viewer: undefined };
    const card = approvalCard(shown);
    const refreshed = card.data.refreshFor;
    const hasCopy = new Set(copied.personalCopies.map(({ id }) => id));
    assert.ok(
      refreshed.slice(0, 25).every((id) => !hasCopy.has(id)),
      'who has no card of their own comes first',
    );
    assert.equal(refreshed.length, 45);
  });

  it('is not mentioned if everybody has one', () => {
    assert.equal(describeCopies({ ...waiting('a'.repeat(32)), personalCopies: [avery] }, [avery]), '');
  });
});
