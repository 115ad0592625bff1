/** What a Jenkins has: jobs, what waits, and builds. The state that the double answers from; tests change it as agents and people would. */

export interface ParameterState {
  readonly name: string;
  readonly type?: string;
  readonly initial?: string | boolean;
  readonly choices?: readonly string[];
  readonly description?: string;
}

export interface StageState {
  readonly id: string;
  readonly name: string;
  status: string;
  /** Of the step in it that failed. */
  error?: string;
  log?: string;
}

interface InputState {
  readonly id: string;
  readonly message: string;
  readonly parameters: readonly ParameterState[];
  /** Who may decide it; omitted: everybody. */
  readonly submitters?: readonly string[];
}

interface CaseState {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
  readonly flaky?: readonly string[];
}

const first = 1_796_000_000_000;

export class BuildState {
  readonly timestamp = Date.now();
  building = true;
  result: string | null = null;
  stages: StageState[] = [];
  inputs: InputState[] = [];
  readonly approvers: string[] = [];
  /** What each approved input step was told. */
  readonly answers: unknown[] = [];
  interruption?: {
    readonly _class: string;
    readonly shortDescription: string;
    readonly timestamp?: number;
    readonly user?: object;
  };
  description: string | null = null;
  log = '';
  cases?: readonly CaseState[];
  /** How it was asked to end. */
  readonly stops: string[] = [];
  /** Only this ends it. */
  endsBy = 'stop';

  constructor(
    readonly job: JobState,
    readonly number: number,
    readonly queueId: number,
    readonly values: Readonly<Record<string, string>>,
    readonly user: string,
  ) {}

  end(result: string): void {
    Object.assign(this, { building: false, result, inputs: [] });
    for (const stage of this.stages)
      if (stage.status === 'IN_PROGRESS') stage.status = result === 'SUCCESS' ? result : 'ABORTED';
  }

  stage(id: string, name: string, status = 'IN_PROGRESS'): StageState {
    const made = { id, name, status };
    this.stages.push(made);
    return made;
  }

  wait(input: InputState): void {
    this.inputs.push(input);
    const stage = this.stages.at(-1) ?? this.stage('5', 'production');
    stage.status = 'PAUSED_PENDING_INPUT';
  }

  interrupt(how: string, by: string): void {
    this.stops.push(how);
    if (how !== this.endsBy) return;
    this.interruption = {
      _class: 'jenkins.model.CauseOfInterruption$UserInterruption',
      shortDescription: `Aborted by ${by}`,
    };
    this.end('ABORTED');
  }

  status(): string {
    if (this.building) return this.inputs.length > 0 ? 'PAUSED_PENDING_INPUT' : 'IN_PROGRESS';
    return this.result === 'FAILURE' ? 'FAILED' : this.result === 'NOT_BUILT' ? 'NOT_EXECUTED' : (this.result ?? '');
  }
}

export interface ItemState {
  readonly id: number;
  readonly job: JobState;
  readonly values: Readonly<Record<string, string>>;
  readonly user: string;
  readonly since: number;
  isCanceled: boolean;
  build?: BuildState;
  /** Five minutes after it left. */
  isForgotten?: boolean;
}

export class JobState {
  /** The newest first. */
  readonly builds: BuildState[] = [];
  isBuildable = true;

  constructor(
    readonly fullName: string,
    readonly parameters: readonly ParameterState[],
    readonly isPipeline: boolean,
  ) {}

  /** A build that Gavel didn’t start. */
  build(queueId = -1, values: Readonly<Record<string, string>> = {}, user = 'noor'): BuildState {
    const made = new BuildState(this, this.builds.length + 1, queueId, values, user);
    this.builds.unshift(made);
    return made;
  }
}

/** What every job of these tests takes. */
export const keyed: readonly ParameterState[] = [{ name: 'GAVEL_KEY' }, { name: 'GAVEL_PERSON' }];

export const stageTimes = { startTimeMillis: first, durationMillis: 1_000 };
