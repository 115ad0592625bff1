import type { OperationId } from './contract';
import type { Jenkins } from './double';
import { stageTimes } from './world';
import type { BuildState, ItemState, JobState, ParameterState, StageState } from './world';

/** What the double does for each call. */

/** An answer that isn’t a good one. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** An answer to something that acts. */
export interface Redirect {
  readonly status: number;
  readonly location: string;
}

export interface Asked {
  readonly jenkins: Jenkins;
  /** The full name of the job; empty if there’s none. */
  readonly job: string;
  /** The other parts of the address. */
  readonly place: readonly string[];
  readonly query: URLSearchParams;
  readonly form: Readonly<Record<string, string>>;
  readonly user: string;
}

export function jobOf({ jenkins, job }: Asked): JobState {
  const found = jenkins.jobs.get(job);
  if (!found || jenkins.hidden.has(job)) throw new Refusal(404, 'no such job');
  return found;
}

function buildOf(asked: Asked): BuildState {
  const found = jobOf(asked).builds.find(({ number }) => String(number) === asked.place[0]);
  if (!found) throw new Refusal(404, 'no such build');
  return found;
}

function may({ jenkins, user }: Asked): void {
  if (jenkins.readers.has(user)) throw new Refusal(403, `${user} is missing the Job/Build permission`);
}

const typeOf = ({ type = 'StringParameterDefinition' }: ParameterState): string => type;

const definitionOf = (each: ParameterState): object => ({
  ...{ _class: `hudson.model.${typeOf(each)}`, name: each.name, type: typeOf(each) },
  ...{ description: each.description ?? '', ...(each.choices && { choices: each.choices }) },
  defaultParameterValue: /^File/.test(typeOf(each))
    ? null
    : { ...(!/^Password/.test(typeOf(each)) && { value: each.initial ?? each.choices?.[0] ?? '' }) },
});

const parametersOf = (values: Readonly<Record<string, string>>): object => ({
  _class: 'hudson.model.ParametersAction',
  parameters: Object.entries(values).map(([name, value]) => ({ name, value })),
});

const actionsOf = ({ values, user, approvers, interruption }: BuildState): object[] => [
  { _class: 'hudson.model.CauseAction', causes: [{ shortDescription: `Started by user ${user}`, userName: user }] },
  parametersOf(values),
  {},
  ...approvers.map((userId) => ({
    ...{ _class: 'org.jenkinsci.plugins.workflow.support.steps.input.ApproverAction', userId },
  })),
  ...(interruption ? [{ _class: 'jenkins.model.InterruptedBuildAction', causes: [interruption] }] : []),
];

const exported = (build: BuildState): object => ({
  _class: build.job.isPipeline ? 'org.jenkinsci.plugins.workflow.job.WorkflowRun' : 'hudson.model.FreeStyleBuild',
  ...{ number: build.number, queueId: build.queueId, timestamp: build.timestamp, duration: build.building ? 0 : 5_000 },
  ...{ building: build.building, result: build.result, displayName: `#${build.number}` },
  ...{ description: build.description, actions: actionsOf(build) },
});

function start(asked: Asked, given: Readonly<Record<string, string>>): Redirect {
  const job = jobOf(asked);
  may(asked);
  if (!job.isBuildable) throw new Refusal(409, 'not buildable');
  // What isn’t declared is dropped, and what isn’t sent has its default.
  const values = Object.fromEntries(
    job.parameters.map((each) => [each.name, given[each.name] ?? String(each.initial ?? each.choices?.[0] ?? '')]),
  );
  const equal = asked.jenkins.waiting().find((item) => item.job === job && same(item.values, values));
  const item = equal ?? asked.jenkins.enqueue(job, values, asked.user);
  return { status: equal ? 303 : 201, location: asked.jenkins.address(`queue/item/${item.id}/`) };
}

const same = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);

const stageOf = ({ id, name, status, error }: StageState): object => ({
  ...{ id, name, status, ...stageTimes },
  ...(error !== undefined && { error: { message: error, type: 'hudson.AbortException' } }),
});

function needsPlugin(asked: Asked): BuildState {
  const build = buildOf(asked);
  if (!asked.jenkins.hasStages || !build.job.isPipeline) throw new Refusal(404, 'no wfapi');
  return build;
}

function decide(asked: Asked, approves: boolean, answers: unknown): Redirect | undefined {
  const build = buildOf(asked);
  may(asked);
  const input = build.inputs.find(({ id }) => id === asked.place[1]);
  if (!input) throw new Refusal(404, 'no such input');
  if (input.submitters?.includes(asked.user) === false) {
    const message = `You need to be ${input.submitters.join()} to submit this`;
    if (asked.jenkins.refusesWithPages) throw new Refusal(200, `<html><body>${message}</body></html>`);
    throw new Refusal(400, message);
  }
  build.inputs.splice(build.inputs.indexOf(input), 1);
  for (const stage of build.stages) if (stage.status === 'PAUSED_PENDING_INPUT') stage.status = 'IN_PROGRESS';
  if (approves) {
    build.approvers.push(asked.user);
    build.answers.push(answers);
  } else {
    const _class = 'org.jenkinsci.plugins.workflow.support.steps.input.Rejection';
    const user = { id: asked.user, fullName: asked.user };
    // In the language of the server.
    build.interruption = { _class, shortDescription: `Abgelehnt von ${asked.user}`, timestamp: Date.now(), user };
    build.end('ABORTED');
  }
  return undefined;
}

function stop(asked: Asked, how: string): Redirect {
  const build = buildOf(asked);
  may(asked);
  if (how !== 'stop' && !build.job.isPipeline) throw new Refusal(404, 'pipelines only');
  build.interrupt(how, asked.user);
  // Back to where it came from, which is the place itself if nobody says: `HttpResponses.forwardToPreviousPage`.
  return { status: 302, location: '.' };
}

const itemOf = ({ id, build, isCanceled, since }: ItemState): object => ({
  ...{ _class: build || isCanceled ? 'hudson.model.Queue$LeftItem' : 'hudson.model.Queue$WaitingItem', id },
  ...{ why: build || isCanceled ? null : 'In the quiet period. Expires in 3 sec', inQueueSince: since },
  ...((build || isCanceled) && { cancelled: isCanceled, executable: build ? { number: build.number } : null }),
});

export const handlers: Readonly<Record<OperationId, (asked: Asked) => unknown>> = {
  whoAmI: ({ user }) => ({ _class: 'hudson.security.WhoAmI', anonymous: user === '', authenticated: user !== '' }),
  listJobs: ({ jenkins }) => jenkins.tree(),
  getPermissions({ jenkins, job, user }) {
    if (!jenkins.hasBlueOcean || !jenkins.jobs.has(job) || jenkins.hidden.has(job))
      throw new Refusal(404, 'no such pipeline');
    const mayAct = !jenkins.readers.has(user);
    return { permissions: { create: false, configure: false, read: true, start: mayAct, stop: mayAct } };
  },
  getJob(asked) {
    const { fullName, isBuildable, parameters, builds } = jobOf(asked);
    return {
      ...{ _class: 'org.jenkinsci.plugins.workflow.job.WorkflowJob', name: fullName.split('/').at(-1) },
      ...{ buildable: isBuildable, builds: builds.map(exported), allBuilds: builds.map(exported) },
      property: [{}, ...(parameters.length > 0 ? [{ parameterDefinitions: parameters.map(definitionOf) }] : [])],
    };
  },
  getQueue: ({ jenkins }) => ({
    items: jenkins.waiting().map(({ id, values }) => ({ id, actions: [{}, parametersOf(values)] })),
  }),
  getQueueItem({ jenkins, place: [id] }) {
    const found = jenkins.items.find((each) => String(each.id) === id && !each.isForgotten);
    if (!found) throw new Refusal(404, 'no such item');
    return itemOf(found);
  },
  getBuild: (asked) => exported(buildOf(asked)),
  listExecutors: ({ jenkins }) => ({
    computer: [
      {
        _class: 'hudson.model.Hudson$MasterComputer',
        oneOffExecutors: [
          { currentExecutable: null },
          ...jenkins.openPipelines().map(({ job, number }) => ({
            currentExecutable: { url: jenkins.address(`${jenkins.pathOf(job)}/${number}/`) },
          })),
        ],
      },
    ],
  }),
  getTestReport(asked) {
    const { cases } = buildOf(asked);
    if (!cases) throw new Refusal(404, 'no report');
    return {
      suites: [
        {
          name: 'shop',
          cases: cases.map(({ name, status, message = null, flaky = [] }) => ({
            ...{
              className: 'shop.Cart',
              name,
              status,
              duration: 0.25,
              errorDetails: message,
              errorStackTrace: message,
            },
            ...(flaky.length > 0 && { flakyFailures: flaky.map((each) => ({ message: each })) }),
          })),
        },
      ],
    };
  },
  describeRun(asked) {
    const build = needsPlugin(asked);
    return {
      id: String(build.number),
      name: `#${build.number}`,
      status: build.status(),
      stages: build.stages.map(stageOf),
    };
  },
  describeNode(asked) {
    const found = needsPlugin(asked).stages.find(({ id }) => id === asked.place[1]);
    if (!found) throw new Refusal(404, 'no such node');
    const node = { ...stageOf(found), id: `${found.id}1`, name: 'Shell Script' };
    return { ...stageOf(found), stageFlowNodes: [node] };
  },
  readNodeLog(asked) {
    const nodeId = asked.place[1] ?? '';
    const found = needsPlugin(asked).stages.find(({ id }) => `${id}1` === nodeId);
    if (!found) throw new Refusal(404, 'no such node');
    const text = found.log ?? '';
    return { nodeId, nodeStatus: found.status, length: text.length, hasMore: false, text };
  },
  listInputs: (asked) =>
    needsPlugin(asked).inputs.map(({ id, message, parameters }) => ({
      ...{
        id,
        message,
        proceedText: 'Proceed',
        proceedUrl: `/input/${id}/proceedEmpty`,
        abortUrl: `/input/${id}/abort`,
      },
      inputs: parameters.map((each) => ({
        ...{ type: typeOf(each), name: each.name, description: each.description ?? null },
        definition: {
          defaultVal: each.initial ?? each.choices?.[0] ?? '',
          ...(each.choices && { choices: each.choices }),
        },
      })),
    })),
  readLog: (asked) => {
    const log = Buffer.from(buildOf(asked).log);
    const from = Number(asked.query.get('start'));
    return log.subarray(from > log.length ? 0 : from).toString();
  },
  buildWithParameters: (asked) => start(asked, asked.form),
  build: (asked) => start(asked, {}),
  cancelItem(asked) {
    may(asked);
    const item = asked.jenkins.waiting().find(({ id }) => String(id) === asked.query.get('id'));
    if (item) item.isCanceled = true;
    return { status: 204, location: '' };
  },
  stop: (asked) => stop(asked, 'stop'),
  term: (asked) => stop(asked, 'term'),
  kill: (asked) => stop(asked, 'kill'),
  proceedEmpty: (asked) => decide(asked, true, undefined),
  proceed: (asked) => decide(asked, true, JSON.parse(asked.form['json'] ?? '')),
  abort: (asked) => decide(asked, false, undefined),
  submitDescription(asked) {
    if (asked.jenkins.keepsDescriptions) throw new Refusal(403, 'missing the Run/Update permission');
    buildOf(asked).description = asked.form['description'] ?? null;
    return { status: 302, location: '.' };
  },
};
