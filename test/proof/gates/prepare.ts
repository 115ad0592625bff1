import { idFrom } from '../../../src/core/keys';
import type { Alert } from '../../../src/features/alerts/record';
import { alertWorkflow } from '../../../src/features/alerts/workflow';
import type { Deployment } from '../../../src/features/deployments/contract';
import { deploymentWorkflow } from '../../../src/features/deployments/workflow';
import { testWorkflow } from '../../../src/features/tests/workflow';
import { failedReport } from '../../features/tests/memory-tests';
import { runWorkflow } from '../../../src/features/runs/workflow';
import type { SampleConversation, SamplePerson } from '../../../src/playground/world';
import { eventually } from '../../patience';
import type { Stage } from './stage';

/** What people do in these ways, and what has to exist first. */

/** A service, a channel, an environment and a person that no other way uses. */
export interface At {
  readonly stage: Stage;
  readonly number: number;
  readonly service: string;
  readonly hold: string;
  readonly channel: SampleConversation;
  readonly personal: SampleConversation;
  readonly who: SamplePerson;
  readonly whoId: string;
  /** Somebody else with every right, and the approver. */
  readonly ada: SamplePerson;
  readonly avery: SamplePerson;
  readonly danaId: string;
  readonly ids: Record<string, string>;
}

export const say =
  (text: (at: At) => string, inPrivate = false) =>
  (at: At) =>
    at.stage.say(at.who, inPrivate ? at.personal : at.channel, text(at));
export const click =
  (verb: string, data: (at: At) => object, inPrivate = false) =>
  (at: At) =>
    at.stage.click(at.who, inPrivate ? at.personal : at.channel, verb, data(at));
export const id = (at: At): object => ({ id: at.ids['id'] });
export const where = ({ service }: At, environment = 'production'): string => `${service} in ${environment}`;
export const key = ({ service }: At, environment = 'production'): string => `${service}/${environment}`;
export const service = (at: At): string => `"${at.service}"`;
export const person = (at: At): string => at.whoId;
export const channel = (at: At): string => at.channel.id;
export const record = (at: At): string => at.ids['id'] ?? '?';
/** The whole ledger is one record. */
export const granted = service;
export const noLonger = (at: At) => (text: string) => !text.includes(service(at));
export const became = (state: string) => (at: At) => (text: string) =>
  text.startsWith(`["${record(at)}"`) && text.includes(`"state":"${state}"`);
/** Other writes of the review, such as whom its notice didn't reach, don't close it. */
export const closed = (at: At) => (text: string) => text.startsWith(`["${record(at)}"`) && text.includes('"closed":{');

/** Opens the picker and stores its id. */
export async function pick(at: At, release: string, environment: string, by = at.who): Promise<object> {
  const since = at.stage.writes.length;
  await at.stage.say(by, at.channel, `deploy ${at.service} ${release} to ${environment}`);
  const picker = await at.stage.written('pickers', service(at), since);
  return { id: picker.id, service: at.service, environment, release, override: '' };
}

export async function request(at: At, release: string, environment: string, by = at.who): Promise<void> {
  const chosen = await pick(at, release, environment, by);
  const since = at.stage.writes.length;
  await at.stage.click(by, at.channel, 'deployments.request', chosen);
  const written = await at.stage.written('deployments', [service(at), `"version":"${release}"`], since);
  at.ids['id'] = written.id;
  at.ids['number'] = String((written.value as Deployment).number);
}

/** Two verified releases in staging, so that there is one to roll back to. */
export async function deployTwice(at: At): Promise<void> {
  for (const release of ['2.14.0', '2.15.0']) {
    await request(at, release, 'staging');
    await eventually('a run', () =>
      [...at.stage.pipelines.runs.values()].find(
        ({ request: { service: of, version } }) => of === at.service && version === release,
      ),
    );
    at.stage.pipelines.finish('succeeded');
    await at.stage.written('deployments', [record(at), '"state":"succeeded"']);
  }
}

export async function waitingApproval(at: At): Promise<void> {
  await request(at, '2.14.0', 'production', at.ada);
  at.ids['label'] = `D-${at.ids['number']}`;
  at.ids['id'] = (await at.stage.written('approvals', service(at))).id;
}

/** The state after a lost run is written by hand: another proof covers a pipeline system that forgets its runs. */
export async function unclear(at: At, as: string): Promise<void> {
  await request(at, '2.14.0', 'production', at.ada);
  await at.stage.store
    .collection(deploymentWorkflow.spec)
    .update(at.ids['id'] ?? '', (each) => ({ ...each, state: 'unclear', pending: [], wakeAt: undefined }));
  if (as === 'ran') at.stage.pipelines.serving.set(key(at), { version: '2.14.0', commit: '3'.repeat(40), since: 0 });
}

/** An alert of the service, in the state that its act changes; nothing but the record, because another proof covers sources. */
export const firing =
  (more: Partial<Alert> = {}) =>
  async (at: At): Promise<void> => {
    at.ids['id'] = idFrom('alert', at.service);
    at.ids['label'] = `A-${1_000 + at.number}`;
    const now = Date.now();
    await at.stage.store.collection(alertWorkflow.spec).insert(at.ids['id'], {
      ...{ service: at.service, environment: 'production', name: 'DiskFull', number: 1_000 + at.number },
      ...{ state: 'firing', stateSince: now, openedAt: now, severity: 'warning', told: true },
      signals: [
        {
          connection: 'local',
          alert: {
            ...{ key: at.service, name: 'DiskFull', severity: 'warning', summary: 'the disk is full' },
            ...{ since: now, labels: {}, silences: [] },
          },
        },
      ],
      ...{ changes: [], reopened: 0, carried: [], pending: [] },
      ...more,
    } as never);
  };

/** Prepares a run of a pipeline and stores its id. */
export async function preparedRun(at: At): Promise<void> {
  const since = at.stage.writes.length;
  await at.stage.say(at.who, at.channel, 'run docs-publish');
  const { id: runId, value } = await at.stage.written('pipeline-runs', person(at), since);
  at.ids['id'] = runId;
  at.ids['number'] = String((value as { number: number }).number);
}

export async function startedRun(at: At): Promise<void> {
  await preparedRun(at);
  await at.stage.click(at.who, at.channel, 'runs.start', id(at));
  await at.stage.written('pipeline-runs', [record(at), '"runId":']);
}

/** Runs the tests of the service and stores the id of the run. */
export async function startedTests(at: At): Promise<void> {
  const since = at.stage.writes.length;
  await at.stage.say(at.who, at.channel, `tests smoke on ${at.service} in production`);
  at.ids['id'] = (await at.stage.written('test-runs', [at.service, '"runId":'], since)).id;
}

/** They fail, and what failed can be rerun. */
export async function failedTests(at: At): Promise<void> {
  await startedTests(at);
  await at.stage.store
    .collection(testWorkflow.spec)
    .update(record(at), (each) => ({ ...each, state: 'failed', report: failedReport, pending: [], wakeAt: undefined }));
}

/** Nobody knows whether they ran; written by hand as for runs. */
export async function unclearTests(at: At): Promise<void> {
  await startedTests(at);
  await at.stage.store
    .collection(testWorkflow.spec)
    .update(record(at), (each) => ({ ...each, state: 'unclear', pending: [], wakeAt: undefined }));
}

export async function preparedTicket(at: At): Promise<void> {
  const since = at.stage.writes.length;
  await at.stage.say(at.who, at.channel, `ticket Slow for ${where(at)}`);
  at.ids['id'] = (await at.stage.written('tickets', person(at), since)).id;
}

export async function openTicket(at: At): Promise<void> {
  await preparedTicket(at);
  await at.stage.click(at.who, at.channel, 'tickets.open', id(at));
  await at.stage.written('tickets', [record(at), '"phase":"open"']);
}

/** It fails by hand, because the tool of this test never fails. */
export async function failedRun(at: At): Promise<void> {
  await startedRun(at);
  await at.stage.store
    .collection(runWorkflow.spec)
    .update(record(at), (each) => ({ ...each, state: 'failed', pending: [], wakeAt: undefined }));
}

/** The run that reruns what failed in the prepared one. */
export const reruns = (at: At) => (text: string) => text.includes(`"rerunOf":{"number":${at.ids['number']},`);

/** The state after a lost start is written by hand: other tests cover a tool that forgets its runs. */
export async function unclearRun(at: At): Promise<void> {
  await startedRun(at);
  await at.stage.store
    .collection(runWorkflow.spec)
    .update(record(at), (each) => ({ ...each, state: 'unclear', pending: [], wakeAt: undefined }));
}

/** Without the words of what was taken back. */
export const without = (word: string) => (at: At) => (text: string) =>
  text.startsWith(`["${record(at)}"`) && !text.includes(`"${word}":{`);

/** With the words of what was added. */
export const withWord = (word: string) => (at: At) => (text: string) =>
  text.startsWith(`["${record(at)}"`) && text.includes(`"${word}":{`);

/** Opens the preview of an emergency and stores its id. */
export async function emergency(at: At, by = at.who): Promise<void> {
  const since = at.stage.writes.length;
  await at.stage.say(by, at.channel, `emergency deploy ${at.service} 2.14.0 to production because nobody can pay`);
  at.ids['id'] = (await at.stage.written('emergency-previews', service(at), since)).id;
}

export async function reviewed(at: At): Promise<void> {
  await emergency(at, at.ada);
  await at.stage.click(at.ada, at.channel, 'emergencies.start', { ...id(at), reason: 'nobody can pay' });
  const review = await at.stage.written('emergency-reviews', service(at));
  at.ids['id'] = review.id;
  at.ids['number'] = String((review.value as { number: number }).number);
  // Only ended emergencies can be reviewed; another proof covers a pipeline system.
  await at.stage.store
    .collection(deploymentWorkflow.spec)
    .update((review.value as { deploymentId: string }).deploymentId, (each) => ({
      ...each,
      state: 'succeeded',
      pending: [],
      wakeAt: undefined,
    }));
}

export const lockedBy =
  (who: 'who' | 'ada') =>
  async (at: At): Promise<void> => {
    await at.stage.say(at[who], at.channel, `lock ${where(at)} because I measure`);
    await at.stage.written('locks', service(at));
  };
export const asked =
  (text: string, collection: string, words: (at: At) => string) =>
  async (at: At): Promise<void> => {
    await at.stage.say(at.who, at.channel, text.replaceAll('$service', at.service).replaceAll('$hold', at.hold));
    at.ids['id'] = (await at.stage.written(collection, words(at))).id;
  };
export const questioned = async (at: At): Promise<void> => {
  await at.stage.say(at.who, at.personal, 'onboarding');
  await at.stage.written('onboarding', at.whoId);
  await at.stage.written('dialogs', at.whoId);
};
