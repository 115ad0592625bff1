import { randomUUID } from 'node:crypto';
import assert from 'node:assert/strict';
import type { RepositoryState } from './source-world';
import type { SubscriptionState, WorkItemState } from './ticket-handlers';

/** What an organization of Azure DevOps has. The state that the double answers from; tests change it as agents and people would. */

export const people = {
  gavel: { id: 'a0000000-0000-4000-8000-000000000001', displayName: 'Gavel' },
  mara: { id: 'a0000000-0000-4000-8000-000000000002', displayName: 'Mara Lindqvist' },
} as const;
type Person = (typeof people)[keyof typeof people];

export interface PipelineState {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  queueStatus: 'enabled' | 'paused' | 'disabled';
  /** Its file by branch; the type of its repository. */
  readonly files: Map<string, string>;
  readonly repositoryType: string;
}

export interface RecordState {
  readonly id: string;
  readonly parentId: string | null;
  readonly type: 'Stage' | 'Phase' | 'Job' | 'Task' | 'Checkpoint' | 'Checkpoint.Approval';
  readonly name: string;
  readonly order: number;
  attempt: number;
  state: 'pending' | 'inProgress' | 'completed';
  result: string | null;
  error?: string;
  log?: string;
}

export interface ApprovalState {
  readonly id: string;
  readonly build: BuildState;
  status: string;
  readonly approvers: readonly Person[];
  readonly blocked: Person[];
  readonly needed: number;
  readonly decided: { readonly by: Person; readonly status: string; readonly comment: string; readonly at: number }[];
}

export class BuildState {
  status: 'notStarted' | 'inProgress' | 'cancelling' | 'completed' = 'notStarted';
  result: string | undefined;
  queuedAt = Date.now();
  startedAt: number | undefined;
  finishedAt: number | undefined;
  readonly tags: string[] = [];
  readonly records: RecordState[] = [];
  /** As people call it. */
  number: string;
  /** How often it was asked to end. */
  cancels = 0;

  constructor(
    readonly id: number,
    readonly pipeline: PipelineState,
    readonly templateParameters: Readonly<Record<string, string>>,
    readonly sourceBranch: string,
    readonly sourceVersion = 'c'.repeat(40),
    readonly by: Person = people.gavel,
  ) {
    this.number = `20261201.${id}`;
  }

  /** It has begun with this stage; a task of it runs. */
  stage(
    name: string,
    task = 'Deploy',
  ): { readonly stage: RecordState; readonly job: RecordState; readonly task: RecordState } {
    this.status = 'inProgress';
    this.startedAt ??= Date.now();
    const stage = this.record('Stage', name, null, 'inProgress');
    const job = this.record('Job', 'Job', stage.id, 'inProgress');
    return { stage, job, task: this.record('Task', task, job.id, 'inProgress') };
  }

  record(type: RecordState['type'], name: string, parentId: string | null, state: RecordState['state']): RecordState {
    const made = {
      id: randomUUID(),
      parentId,
      type,
      name,
      order: this.records.length + 1,
      attempt: 1,
      state,
      result: null,
    };
    this.records.push(made);
    return made;
  }

  /** Everything in it that is open ends so. */
  end(result: 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled'): void {
    for (const record of this.records) {
      if (record.state === 'completed') continue;
      record.result =
        record.state === 'pending' ? 'skipped' : result === 'partiallySucceeded' ? 'succeededWithIssues' : result;
      record.state = 'completed';
    }
    this.status = 'completed';
    this.result = result;
    this.finishedAt = Date.now();
  }
}

/** The file of a pipeline that keeps Gavel’s key. */
export const deployFile = `
parameters:
  - { name: version, displayName: Version, type: string }
  - { name: strategy, type: string, default: rolling, values: [rolling, blue-green] }
  - { name: replicas, type: number, default: 2 }
  - { name: dryRun, type: boolean, default: false }
  - { name: gavelKey, type: string, default: ' ' }
  - { name: gavelPerson, type: string, default: ' ' }
stages:
  - stage: Deploy
`;

export class World {
  readonly pipelines: PipelineState[] = [];
  readonly builds: BuildState[] = [];
  readonly approvals: ApprovalState[] = [];
  readonly repositories: RepositoryState[] = [];
  readonly workItems: WorkItemState[] = [];
  readonly subscriptions: SubscriptionState[] = [];
  /** By the name of the environment, the newest first. */
  readonly deployments = new Map<string, { readonly build: BuildState; readonly result: string | null }[]>();
  private next = 100;

  pipeline(name: string, file = deployFile, { path = '\\', repositoryType = 'TfsGit' } = {}): PipelineState {
    const files = new Map([['refs/heads/main', file]]);
    const made = { id: this.next++, name, path, queueStatus: 'enabled' as const, files, repositoryType };
    this.pipelines.push(made);
    return made;
  }

  build(
    pipeline: PipelineState,
    values: Readonly<Record<string, string>> = {},
    { ref = 'refs/heads/main', commit = 'c'.repeat(40), by = people.gavel as Person } = {},
  ): BuildState {
    const made = new BuildState(this.next++, pipeline, values, ref, commit, by);
    this.builds.push(made);
    return made;
  }

  latest(): BuildState {
    return this.builds.at(-1) ?? assert.fail('nothing was started');
  }

  /** A stage of it waits for these people. */
  wait(build: BuildState, stageName: string, approvers: readonly Person[] = [people.gavel], needed = 1): ApprovalState {
    build.status = 'inProgress';
    build.startedAt ??= Date.now();
    const stage = build.record('Stage', stageName, null, 'pending');
    const checkpoint = build.record('Checkpoint', 'Checkpoint', stage.id, 'inProgress');
    const { id } = build.record('Checkpoint.Approval', 'Checkpoint.Approval', checkpoint.id, 'inProgress');
    const made = { id, build, status: 'pending', approvers, blocked: [], needed, decided: [] };
    this.approvals.push(made);
    return made;
  }

  /** Somebody decides it, here or on its page. */
  decide(approval: ApprovalState, by: Person, status: 'approved' | 'rejected', comment: string): void {
    approval.decided.push({ by, status, comment, at: Date.now() });
    const isOver = status === 'rejected' || approval.decided.length >= approval.needed;
    if (!isOver) return;
    approval.status = status;
    const record = approval.build.records.find(({ id }) => id === approval.id);
    for (const each of approval.build.records)
      if (each === record || each.id === record?.parentId)
        Object.assign(each, { state: 'completed', result: status === 'approved' ? 'succeeded' : 'failed' });
    if (status === 'rejected') approval.build.end('failed');
  }
}
