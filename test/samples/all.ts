import type { CardContent } from '../../src/chat/contract';
import { alertSamples, stormSamples } from './alerts';
import { approvalSamples } from './approvals';
import { sampleFile } from './contract';
import type { DrawnSample, DrawnScene } from './contract';
import { deploymentSamples } from './deployments';
import { emergencySamples } from './emergencies';
import { listScenes } from './lists';
import { pickerScenes } from './pickers';
import { runScenes } from './runs';
import { scmScenes } from './scm';
import { testScenes } from './tests';
import { ticketScenes } from './tickets';
import { workloadScenes } from './workloads';
import { environmentScenes } from './environments';
import { statusSamples } from './status';
import { auditScenes } from './audits';
import { graphScenes } from './graphs';
import { healthScenes } from './health';
import { chatScenes } from './talk/chat';
import { dialogScenes } from './talk/dialogs';
import { helpScenes } from './talk/help';
import { noticeScenes } from './talk/notices';
import { onboardingScenes } from './talk/onboarding';
import { policyScenes } from './talk/policy';

interface Drawn {
  readonly file: string;
  readonly data: CardContent['data'];
}

/** Draws all samples of one group. */
type DrawGroup = () => Promise<readonly Drawn[]>;

const drawn = (state: string, { card, data }: CardContent): Drawn => ({ file: sampleFile(card, state), data });

const fromSamples =
  (samples: readonly DrawnSample[]): DrawGroup =>
  () =>
    Promise.all(samples.map(async ({ state, draw }) => drawn(state, await draw())));

const fromScenes =
  (scenes: readonly DrawnScene[]): DrawGroup =>
  async () => {
    const all: Drawn[] = [];
    // One after another: a card leaves out facts that take too long, so nothing else may keep the machine busy.
    for (const scene of scenes) for (const { state, content } of await scene.draw()) all.push(drawn(state, content));
    return all;
  };

/** Every sample, by what it is about. */
export const sampleGroups: Readonly<Record<string, DrawGroup>> = {
  alerts: fromSamples([...alertSamples, ...stormSamples]),
  approvals: fromSamples(approvalSamples),
  deployments: fromSamples(deploymentSamples),
  emergencies: fromSamples(emergencySamples),
  status: fromSamples(statusSamples),
  audits: fromScenes(auditScenes),
  health: fromScenes(healthScenes),
  graphs: fromScenes(graphScenes),
  runs: fromScenes(runScenes),
  scm: fromScenes(scmScenes),
  tests: fromScenes(testScenes),
  tickets: fromScenes(ticketScenes),
  workloads: fromScenes(workloadScenes),
  environments: fromScenes(environmentScenes),
  lists: fromScenes(listScenes),
  pickers: fromScenes(pickerScenes),
  chat: fromScenes(chatScenes),
  dialogs: fromScenes(dialogScenes),
  help: fromScenes(helpScenes),
  notices: fromScenes(noticeScenes),
  onboarding: fromScenes(onboardingScenes),
  policy: fromScenes(policyScenes),
};
