import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { SampleConversation } from '../../src/playground/world';
import type { AuditEntry } from '../../src/store/contract';
import { eventually } from '../patience';
import { askForDeployment } from './ask';
import { startCrowd } from './at-once/crowd';
import type { Crowd } from './at-once/crowd';
import { declareProof } from './contract';
import { channelNumber, createPeople, deliver, openConnections, personNumber, textIn } from './harness';
import { lookInto } from './killed/store-files';
import type { PostedMessage } from './teams/open-connector';

const long = { races: Number(process.env['PROOF_RACES'] ?? 1_000), atOnce: 6 };
const short = { races: 18, atOnce: 6 };
const [approver, rejecter] = [personNumber(1), personNumber(2)];
const longestLeadMs = 6;

interface Race {
  readonly service: string;
  readonly version: string;
  readonly label: string;
  readonly channel: SampleConversation;
  /** What each of the two saw. */
  readonly shown: readonly string[];
}

export const proof = declareProof({
  title: 'Approve and Reject at the same moment: one of them decides, and both people see which',
  how: 'Two people click Approve and Reject on one request within a few milliseconds. They do so on one instance, and in turn on two with one SQLite file. The proof checks what both people saw, which approvals and rejections the audit log has, and which deployments an outside pipeline system really started.',
  async run(scale, report) {
    const { races: count, atOnce } = scale === 'long' ? long : short;
    const crowd = await startCrowd({ people: 2, services: atOnce, instances: 2 });
    try {
      const races = await raceAll(crowd, count, atOnce);
      await crowd.stop();
      const { faults, approved } = await lookInto(crowd.folder, async ({ audit }) => {
        const found: string[] = [];
        for (const race of races)
          found.push(...faultsOf(race, crowd, await audit.read({ words: [race.label], limit: 1_000 })));
        const entries = (await audit.verify()).breaks.map(({ problem }) => problem);
        return { faults: [...found, ...entries], approved: races.filter(isApproved).length };
      });
      assert.deepEqual(faults, []);
      assert.equal(crowd.ledger.started.length, approved, 'a run for each approval and for nothing else');
      assert.ok(approved > 0 && approved < count, 'each of the two has won');
      report({
        what: `Approve against Reject, ${count} times`,
        measured: `${approved} approved and run, ${count - approved} rejected; ${count} deciding entries in the audit; both saw the same each time`,
        aim: 'one final state each, a run only where Approve won',
        holds: true,
      });
    } finally {
      await crowd.close();
    }
  },
});

/** Each service has its races one after another; several services race at the same time. */
async function raceAll(crowd: Crowd, count: number, atOnce: number): Promise<Race[]> {
  const races: Race[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async (_, index) => {
      let running = '1.0.1';
      for (let number = (next += 1); number <= count; number = next += 1) {
        const version = running === '1.0.1' ? '1.0.2' : '1.0.1';
        const race = await raceOnce(crowd, number, `s${index + 1}`, version);
        races.push(race);
        if (!isApproved(race)) continue;
        await ended(crowd, race);
        running = version;
      }
    }),
  );
  return races;
}

async function raceOnce({ connector, instances }: Crowd, number: number, service: string, version: string) {
  const portOf = (index: number): number => instances[index % instances.length]?.port ?? 0;
  const connections = openConnections();
  const channel = channelNumber(number);
  const asked = await askForDeployment(portOf(number), connector, channel, service, version, (activity) =>
    deliver(portOf(number), activity, connections),
  );
  const label = /\bD-\d+\b/.exec(textIn(asked.card.activity))?.[0] ?? '';
  const { clicks } = createPeople(connector.url);
  const { approvalId: id, card } = asked;
  const click = async (port: number, leadMs: number, activity: ReturnType<typeof clicks>): Promise<string> => {
    await pause(leadMs);
    for (;;) {
      const { status, body } = await deliver(port, activity, connections);
      const text = textIn(body);
      // People who are promised a later answer on a slow machine look again.
      if (!text.includes('Still working on it')) return `${status} ${text}`;
    }
  };
  const lead = (number % (2 * longestLeadMs + 1)) - longestLeadMs;
  // Two races on one instance, then two across both.
  const other = number % 4 < 2 ? portOf(number) : portOf(number + 1);
  const shown = await Promise.all([
    click(portOf(number), Math.max(0, lead), clicks(approver, channel, card.id, 'approvals.approve', { id })),
    click(
      other,
      Math.max(0, -lead),
      clicks(rejecter, channel, card.id, 'approvals.reject', { id, reason: 'not today' }),
    ),
  ]);
  connections.destroy();
  return { service, version, label, channel, shown };
}

const isApproved = ({ shown }: Race): boolean => /Approved by/.test(shown[0] ?? '');

/** Resolves when the run of this race is over and the release is verified. */
async function ended({ connector }: Crowd, { label, channel }: Race): Promise<void> {
  const isEnd = ({ conversation, activity }: PostedMessage): boolean => {
    if (!conversation.startsWith(channel.id)) return false;
    const text = textIn(activity);
    return text.includes(label) && /went live (?:at|on)\b/.test(text);
  };
  await eventually(`the end of ${label}`, () => [...connector.messages.values()].some(isEnd) || undefined);
}

/** What is wrong with the outcome of a race, in words. */
function faultsOf(race: Race, { ledger }: Crowd, audit: readonly AuditEntry[]): string[] {
  const { label, shown } = race;
  const ends = shown.map((text) => /^200 .*(Approved by Person 1|Rejected by Person 2)/.exec(text)?.[1] ?? text);
  const decisions = audit
    .filter(({ what, target }) => /^approvals\.(approve|reject)$/.test(what) && target.split(' ', 1)[0] === label)
    .filter(({ outcome }) => !outcome.startsWith('refused'));
  const decided = decisions.map(({ what }) => (what === 'approvals.approve' ? 'Approved' : 'Rejected'));
  return [
    ...(new Set(ends).size === 1 ? [] : [`${label}: shown were ${ends.join(' and ')}`]),
    ...(/^(Approved|Rejected) by/.test(ends[0] ?? '') ? [] : [`${label}: no decision was shown but ${ends[0]}`]),
    ...(decisions.length === 1 ? [] : [`${label}: ${decisions.length} decisions in the audit`]),
    ...(ends[0]?.startsWith(decided[0] ?? '-') ? [] : [`${label}: shown was ${ends[0]}, the audit says ${decided[0]}`]),
    ...(isApproved(race) && !ledger.started.some((run) => run.service === race.service)
      ? [`${label}: approved but not run`]
      : []),
  ];
}
