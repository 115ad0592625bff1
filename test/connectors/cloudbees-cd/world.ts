import { randomUUID } from 'node:crypto';

/** What a CloudBees CD has: projects with what can be started, and runs. The state that the double answers from; tests change it as agents and people would. */

export interface FormalState {
  readonly name: string;
  readonly type?: string;
  readonly required?: boolean;
  readonly more?: Readonly<Record<string, unknown>>;
}

interface TaskPlan {
  readonly name: string;
  /** Who may approve it; omitted if it isn’t a manual task. */
  readonly approvers?: readonly string[];
  readonly instruction?: string;
  readonly formal?: readonly FormalState[];
}

interface StagePlan {
  readonly name: string;
  readonly tasks: readonly TaskPlan[];
}

export interface PipelineState {
  readonly id: string;
  readonly name: string;
  readonly formal: readonly FormalState[];
  readonly stages: readonly StagePlan[];
}

export interface TaskState {
  readonly id: string;
  readonly plan: TaskPlan;
  status: string;
  job?: JobState;
  startTime?: string;
  endTime?: string;
  decision?: { readonly user: string; readonly action: string; readonly evidence: string; readonly values: object };
}

export interface StageState {
  readonly name: string;
  readonly tasks: TaskState[];
}

const now = (): string => new Date().toISOString();
const hasEnded = ({ status }: TaskState): boolean => status !== 'pending' && status !== 'running';

export class RuntimeState {
  readonly id = randomUUID();
  readonly createTime = now();
  readonly stages: StageState[];
  status = 'pending';
  isCompleted = false;
  finish?: string;
  /** How often it was asked to stop. */
  readonly aborts: boolean[] = [];

  constructor(
    readonly project: string,
    readonly pipeline: PipelineState,
    readonly release: string | undefined,
    readonly values: Readonly<Record<string, string>>,
    readonly user: string,
    readonly number: number,
  ) {
    this.stages = pipeline.stages.map(({ name, tasks }) => ({
      name,
      tasks: tasks.map((plan) => ({ id: randomUUID(), plan, status: 'pending' })),
    }));
  }

  get name(): string {
    return `${this.release ?? this.pipeline.name}_${this.number}`;
  }

  /** The task that runs or waits. */
  current(): TaskState | undefined {
    return this.stages.flatMap(({ tasks }) => tasks).find((task) => task.startTime !== undefined && !hasEnded(task));
  }

  isWaiting(task: TaskState): boolean {
    return !this.isCompleted && task.plan.approvers !== undefined && task === this.current();
  }

  /** Ends the task that runs, and begins the next. */
  next(outcome = 'success'): TaskState | undefined {
    const current = this.current();
    if (current) Object.assign(current, { status: outcome, endTime: now() });
    const task = this.stages.flatMap(({ tasks }) => tasks).find((each) => !hasEnded(each));
    if (outcome === 'error' || !task) {
      this.end(outcome);
      return undefined;
    }
    this.status = 'running';
    Object.assign(task, { status: task.plan.approvers ? 'pending' : 'running', startTime: now() });
    return task;
  }

  end(status: string): void {
    Object.assign(this, { status, isCompleted: true, finish: now() });
  }

  abort(force: boolean): void {
    this.aborts.push(force);
    this.status = force ? 'FORCE_ABORT' : 'ABORT';
    if (force) this.end(this.status);
  }
}

export interface JobStepState {
  readonly id: string;
  readonly name: string;
  status: string;
  outcome?: string;
  errorMessage?: string;
  log: string[];
}

export class JobState {
  readonly id = randomUUID();
  readonly createTime = now();
  status = 'pending';
  outcome?: string;
  abortStatus?: string;
  abortedBy?: string;
  errorMessage?: string;
  finish?: string;
  steps: JobStepState[] = [];
  readonly reasons: string[] = [];
  /** Whether its “always run” steps go on after an abort. */
  isStubborn = false;

  constructor(
    readonly project: string,
    readonly procedure: string,
    readonly values: Readonly<Record<string, string>>,
    readonly number: number,
  ) {}

  get name(): string {
    return `job_${this.number}_20261130100000`;
  }

  begin(...names: string[]): JobStepState[] {
    this.status = 'running';
    this.steps = names.map((name) => ({ id: randomUUID(), name, status: 'running', log: [] }));
    return this.steps;
  }

  end(outcome: string): void {
    for (const step of this.steps)
      if (step.status !== 'completed') Object.assign(step, { status: 'completed', outcome });
    Object.assign(this, { status: 'completed', outcome, finish: now() });
  }

  abort(force: boolean, reason: string, user: string): void {
    this.reasons.push(reason);
    Object.assign(this, { abortStatus: force ? 'FORCE_ABORT' : 'ABORT', abortedBy: user, errorMessage: reason });
    if (force || !this.isStubborn) this.end('error');
  }
}

interface InventoryState {
  readonly application: string;
  readonly component: string;
  readonly version: string;
  readonly status?: string;
  readonly at: string;
}

export class Project {
  readonly procedures = new Map<string, readonly FormalState[]>();
  readonly pipelines = new Map<string, PipelineState>();
  /** The name of each, with its own copy of a pipeline. */
  readonly releases = new Map<string, PipelineState>();
  readonly inventory = new Map<string, InventoryState[]>();
  /** By environment. */
  readonly properties = new Map<string, Record<string, string>>();

  constructor(readonly name: string) {}

  pipeline(name: string, formal: readonly FormalState[], stages: readonly StagePlan[]): PipelineState {
    const made = { id: randomUUID(), name, formal, stages };
    this.pipelines.set(name, made);
    return made;
  }

  release(name: string, formal: readonly FormalState[], stages: readonly StagePlan[]): PipelineState {
    const made = this.pipeline(`pipeline_${name}`, formal, stages);
    this.releases.set(name, made);
    return made;
  }
}

/** What every pipeline of these tests takes. */
export const keyed: readonly FormalState[] = [{ name: 'gavel_key' }, { name: 'gavel_person' }];
