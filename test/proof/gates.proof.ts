import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Asked } from '../../src/chat/contract';
import { doorsOf, operations } from '../../src/core/operations';
import { createFeatures } from '../../src/features';
import { tenantId } from '../../src/playground/world';
import type { SampleConversation, SamplePerson } from '../../src/playground/world';
import { createFakeWorld } from '../features/fakes';
import { eventually } from '../patience';
import { declareProof } from './contract';
import { doors } from './gates/doors';
import type { Door } from './gates/doors';
import type { At } from './gates/prepare';
import { openStage } from './gates/stage';
import type { Stage, Write } from './gates/stage';
import { channelNumber, personNumber } from './harness';
import { localBindings } from '../systems';

type Gate = 'fourEyes' | 'confirm';

export const proof = declareProof({
  title: 'A rule in the catalog holds an operation however it is started',
  how: 'Every operation gets a fourEyes rule, then a confirm rule. It is then started in each possible way (typed lines, buttons, answers to a dialog) over real HTTP. Each way must write no record until the second person approves or the requester confirms. The catalog also has approvers without the right for the target, and requesters who lose their roles in between.',
  async run(scale, report) {
    const takeApproved = await everyDoorIsTried();
    const tried = scale === 'long' ? doors : fewDoors();
    const second = await tryAll(tried, 'fourEyes', 'keeps', takeApproved);
    report(figure(`second approvals, ${tried.length} ways`, second, 'nothing is done before it, everything after it'));
    if (scale === 'short') return;
    const confirmed = await tryAll(tried, 'confirm', 'keeps', takeApproved);
    report(figure(`confirmations, ${tried.length} ways`, confirmed, 'nothing is done before it, everything after it'));
    const needing = doors.filter(({ by }) => by === 'member');
    const revoked = await tryAll(needing, 'fourEyes', 'loses', takeApproved);
    report(
      figure(`requesters who lost their roles, ${needing.length} ways`, revoked, 'approved, and still nothing is done'),
    );
  },
});

interface Counted {
  readonly held: number;
  readonly refused: number;
  readonly done: number;
}

const figure = (what: string, { held, refused, done }: Counted, aim: string) => ({
  what,
  measured: `${held} held, ${refused} clicks by people without the permission refused, ${done} done`,
  aim,
  holds: true,
});

/** Fails for a command or button that the features offer and the table lacks. */
async function everyDoorIsTried(): Promise<ReadonlySet<string>> {
  const world = createFakeWorld();
  const { features } = createFeatures(world.deps);
  await world.close();
  const forms = features.flatMap(({ commands = [] }) =>
    commands.flatMap((each) => (each.asksFirst ? [each.name] : [])),
  );
  const table = new Set(doors.map(({ operation, door }) => `${operation}: ${door}`));
  // An answer to the guide counts as one way; what it does depends on the question, and `test/features/onboarding` tests each.
  const asked = new Set(['onboarding.answer', 'onboarding.guide']);
  const missing = operations.flatMap((operation) =>
    doorsOf(operation)
      .filter((door) => !forms.includes(door) && !(asked.has(door) && operation !== 'settings'))
      .map((door) => `${operation}: ${door}`)
      .filter((each) => !table.has(each)),
  );
  assert.deepEqual(missing, []);
  return new Set([
    ...features.flatMap(({ commands = [] }) => commands.filter(({ run }) => run.length > 2).map(({ name }) => name)),
    ...features.flatMap(({ actions = [] }) => actions.filter(({ run }) => run.length > 2).map(({ verb }) => verb)),
  ]);
}

/** What is kept with the gate in full isn’t read again, so whoever does it has to take it from there. */
function assertTakesApproved({ collection, value }: Write, takeApproved: ReadonlySet<string>): void {
  if (!Object.values(gateRecords).some((name) => name === collection)) return;
  const { asked } = value as { asked: Asked };
  if (asked.acts.some(({ details }) => details !== undefined))
    assert.ok(takeApproved.has(asked.action), `${asked.action} doesn't take what was approved`);
}

/** In short: a line and a button of one operation, one with several operations, and one about a stored record. */
function fewDoors(): Door[] {
  const short = ['restart', 'health.restart', 'locks.unlock', 'onboarding.setup'];
  return short.map((name) => doors.find(({ door }) => door === name) ?? assert.fail(name));
}

const named = (number: number, name: string): SamplePerson => ({ ...personNumber(900_000 + number), name });
const [ada, avery, pia, dana] = [
  named(1, 'Ada Admin'),
  named(2, 'Avery Approver'),
  named(3, 'Pia Practice'),
  named(4, 'Dana Developer'),
];
const idOf = ({ aadObjectId }: SamplePerson): string => `entra:${tenantId}/${aadObjectId}`;

function placesOf(stage: Stage, tried: readonly Door[]): At[] {
  return tried.map((_, index) => {
    const number = index + 1;
    const who = personNumber(number);
    const personal: SampleConversation = { id: `a:personal-${number}`, name: '', type: 'personal', members: [who.key] };
    return {
      ...{ stage, number, who, ada, avery, personal },
      service: `s${number}`,
      hold: `hold-${number}`,
      channel: channelNumber(number),
      whoId: idOf(who),
      danaId: idOf(dana),
      ids: {},
    };
  });
}

/** What the catalog says of a suite; the stage runs it in memory. */
const suites = { smoke: { command: ['true'], folder: '/', results: 'results.xml' } };

function catalogOf(tried: readonly Door[], gate: Gate | undefined, whoseRolesStay: boolean): string {
  const rule = (required: number): string => `{ required: ${required}, role: approver }`;
  const people = [ada, avery, pia, dana, ...tried.map((_, index) => personNumber(index + 1))];
  const held = tried.map((_, index) => `hold-${index + 1}`);
  const members = tried.flatMap(({ by }, index) => (by === 'member' ? [personNumber(index + 1)] : []));
  const environment = (name: string, required: number): string[] => [
    `  ${name}:`,
    `    risk: low`,
    `    deploy: ${rule(required)}`,
    `    rollback: ${rule(0)}`,
    `    restart: ${rule(0)}`,
    `    verifyForSeconds: 0.05`,
    `    rollBackAutomatically: false`,
  ];
  return [
    'contact: ada',
    'people:',
    ...people.map(
      (each, index) =>
        `  ${['ada', 'avery', 'pia', 'dana'][index] ?? each.key}: { id: "${idOf(each)}", name: ${each.name} }`,
    ),
    'grants:',
    '  - { person: ada, role: admin }',
    '  - { person: avery, role: approver }',
    '  - { person: pia, role: approver, services: [s1], environments: [staging] }',
    ...(whoseRolesStay
      ? members.flatMap(({ key }) => ['admin', 'approver'].map((role) => `  - { person: ${key}, role: ${role} }`))
      : []),
    `connections: ${JSON.stringify({ ...localBindings.connections, tracker: { kind: 'sandbox-tickets' }, tests: { kind: 'junit' }, cluster: { kind: 'kubernetes', url: 'http://127.0.0.1:9', credential: 'GAVEL_CLUSTER' } })}`,
    `bindings: ${JSON.stringify({ ...localBindings.bindings, tickets: { connection: 'tracker' }, tests: { connection: 'tests', suites }, workload: { connection: 'cluster', namespace: 'web', deployment: 'shop' } })}`,
    'services:',
    ...tried.flatMap((_, index) => [
      `  s${index + 1}:`,
      '    description: A service',
      `    environments: [staging, production, hold-${index + 1}]`,
      '    limits: { p95Ms: 300, p50Ms: 150, errorPercent: 2, minimumRequestsPerSecond: 0.5 }',
    ]),
    'environments:',
    ...environment('staging', 0),
    ...environment('production', 1),
    ...held.flatMap((name) => environment(name, 0)),
    ...(gate === undefined ? [] : [`${gate}:`]),
    ...(gate === undefined
      ? []
      : operations.map((each) =>
          gate === 'confirm' ? `  - { operation: ${each} }` : `  - { operation: ${each}, approval: ${rule(1)} }`,
        )),
  ].join('\n');
}

/** Prepares every way without marks, marks all operations, tries each way, and lets it through. */
async function tryAll(
  tried: readonly Door[],
  gate: Gate,
  roles: 'keeps' | 'loses',
  takeApproved: ReadonlySet<string>,
): Promise<Counted> {
  const stage = await openStage();
  const count = { held: 0, refused: 0, done: 0 };
  try {
    const places = placesOf(stage, tried);
    await stage.startWith(catalogOf(tried, undefined, true));
    for (const [index, door] of tried.entries()) await prepare(door, places[index] ?? assert.fail());
    await stage.startWith(catalogOf(tried, gate, true));
    const held: { door: Door; at: At; since: number; question: Write }[] = [];
    for (const [index, door] of tried.entries()) {
      const at = places[index] ?? assert.fail();
      const since = stage.writes.length;
      await door.act(at);
      held.push({ door, at, since, question: await questionFor(stage, gate, at, since) });
      count.held += 1;
    }
    await pause(300);
    for (const { door, at, since } of held) assert.ok(!isDone(stage, door, at, since), `${door.door} was done unasked`);
    if (roles === 'loses') await stage.startWith(catalogOf(tried, gate, false));
    for (const { door, at, since, question } of held) {
      count.refused += await refuseOthers(stage, gate, at, question);
      assert.ok(!isDone(stage, door, at, since), `${door.door} was done for somebody without a say`);
      const from = stage.writes.length;
      await letThrough(stage, gate, at, question, roles);
      if (roles === 'keeps') {
        await stage
          .written(door.deed[0], door.deed[1](at), from)
          .catch(() => assert.fail(`${door.door} was not done: ${stage.said(at.channel)} ${stage.said(at.personal)}`));
        count.done += 1;
      } else {
        await ended(stage, question, from);
        assert.ok(!isDone(stage, door, at, since), `${door.door} was done for somebody without the right`);
      }
    }
    for (const write of stage.writes) assertTakesApproved(write, takeApproved);
    return count;
  } finally {
    await stage.close();
  }
}

async function prepare(door: Door, at: At): Promise<void> {
  for (const environment of ['staging', 'production'])
    at.stage.pipelines.serving.set(`${at.service}/${environment}`, {
      version: '2.13.0',
      commit: '2'.repeat(40),
      since: 0,
    });
  await door.prepare?.(at);
}

const isDone = (stage: Stage, { deed: [collection, words] }: Door, at: At, since: number): boolean =>
  stage.wasWritten(collection, words(at), since);

const gateRecords = { fourEyes: 'held-actions', confirm: 'confirmations' } as const;

/** The record that waits for a yes, and for a second approval, its approval. */
async function questionFor(stage: Stage, gate: Gate, at: At, since: number): Promise<Write> {
  const isWaiting = ({ collection, value }: Write): boolean =>
    collection === gateRecords[gate] &&
    JSON.stringify(value).includes(at.whoId) &&
    (value as { outcome?: object }).outcome === undefined;
  const waiting = await eventually('a question', () => stage.writes.slice(since).find(isWaiting), 60_000).catch(() =>
    assert.fail(`${at.service} was not held: ${stage.said(at.channel)} ${stage.said(at.personal)}`),
  );
  return gate === 'confirm' ? waiting : stage.written('approvals', `"subjectId":"${waiting.id}"`, since);
}

/** Only the right person can let it through: not the requester, not an approver of another target, not a bystander. */
async function refuseOthers(stage: Stage, gate: Gate, at: At, question: Write): Promise<number> {
  const verb = gate === 'confirm' ? 'gates.confirm' : 'approvals.approve';
  const others = gate === 'confirm' ? [ada, avery] : [at.who, pia];
  for (const other of others) {
    const answer = await stage.click(other, at.channel, verb, { id: question.id });
    assert.match(
      answer,
      /Only .* can say that|You asked|can decide|may not|can’t|no longer|yourself/i,
      answer.slice(0, 300),
    );
  }
  return others.length;
}

async function letThrough(stage: Stage, gate: Gate, at: At, first: Write, roles: 'keeps' | 'loses'): Promise<void> {
  if (gate === 'confirm') return void (await stage.click(at.who, at.channel, 'gates.confirm', { id: first.id }));
  let question: Write | undefined = first;
  // An act with several marked operations waits for each of them in turn.
  for (let index = 0; question && index < 5; index += 1) {
    const since = stage.writes.length;
    await stage.click(avery, at.channel, 'approvals.approve', { id: question.id });
    const others: number = othersOf(stage, question);
    question = others > 0 && roles === 'keeps' ? await questionFor(stage, gate, at, since) : undefined;
  }
}

const heldBehind = (stage: Stage, { value }: Write): Write | undefined => {
  const { request } = value as { request: { subjectId: string } };
  return stage.writes.findLast(({ collection, id }) => collection === 'held-actions' && id === request.subjectId);
};

const othersOf = (stage: Stage, question: Write): number =>
  (heldBehind(stage, question)?.value as { others: unknown[] } | undefined)?.others.length ?? 0;

/** Resolves when all effects of the approval have been performed. */
async function ended(stage: Stage, question: Write, since: number): Promise<void> {
  await eventually('the end of what was held', () => {
    const held = heldBehind(stage, question)?.value as { outcome?: object; pending: unknown[] } | undefined;
    return (held?.outcome && held.pending.length === 0 && stage.writes.length > since) || undefined;
  });
}
