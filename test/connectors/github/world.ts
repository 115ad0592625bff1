import { parse } from 'yaml';
import type { IssueState } from './issue-handlers';
import { SourceState } from './source-world';

/** What a GitHub has: repositories, workflows, runs. The state that the double answers from; tests change it as runners and people would. */

export interface StepState {
  name: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
}

export interface JobState {
  readonly id: number;
  name: string;
  status: 'queued' | 'in_progress' | 'completed' | 'waiting';
  conclusion: string | null;
  steps: StepState[];
  /** What it writes, one line after another. */
  log: string[];
  /** Notes on it, as GitHub writes them. */
  annotations: string[];
}

/** A review that an environment still waits for. */
interface Wait {
  readonly environment: string;
  /** What has to say yes: listed people, protection rules. */
  by: Set<'reviewer' | 'rule'>;
}

export class RunState {
  status: 'queued' | 'pending' | 'waiting' | 'in_progress' | 'completed' | 'requested' = 'queued';
  conclusion: string | null = null;
  attempt = 1;
  jobs: JobState[] = [];
  waits: Wait[] = [];
  readonly reviews: { environment: string; state: 'approved' | 'rejected'; user: string; comment: string }[] = [];
  readonly createdAt = new Date(Math.floor(Date.now() / 1_000) * 1_000).toISOString();
  updatedAt = this.createdAt;
  /** How often it was asked to stop. */
  cancels = 0;
  forced = 0;
  /** Whether it goes on after a cancel, as jobs with `always()` do. */
  isStubborn = false;

  constructor(
    readonly id: number,
    readonly number: number,
    readonly file: string,
    readonly title: string,
    readonly ref: string,
    readonly inputs: Readonly<Record<string, string>>,
  ) {}

  /** A runner takes it. */
  begin(jobs: readonly string[] = ['deploy']): JobState[] {
    this.status = 'in_progress';
    this.jobs = jobs.map((name, index) => jobOf(this.id * 100 + this.attempt * 10 + index, name));
    for (const job of this.jobs) job.status = 'in_progress';
    return this.jobs;
  }

  /** Ends it with all of its jobs. */
  end(conclusion: string): void {
    for (const job of this.jobs) if (job.status !== 'completed') endJob(job, conclusion);
    this.status = 'completed';
    this.conclusion = conclusion;
    this.updatedAt = new Date().toISOString();
  }

  /** It can't go on before these environments were approved. */
  wait(environment: string, by: readonly ('reviewer' | 'rule')[]): void {
    this.status = 'waiting';
    this.waits.push({ environment, by: new Set(by) });
    if (this.jobs.length === 0)
      this.jobs = [{ ...jobOf(this.id * 100, `deploy to ${environment}`), status: 'waiting' }];
  }

  /** What somebody decided; false if it didn't wait for that. */
  decide(
    environment: string,
    by: 'reviewer' | 'rule',
    state: 'approved' | 'rejected',
    user: string,
    comment: string,
  ): boolean {
    const wait = this.waits.find((each) => each.environment === environment && each.by.has(by));
    if (!wait) return false;
    this.reviews.push({ environment, state, user, comment });
    wait.by.delete(by);
    if (state === 'rejected') {
      this.waits = [];
      this.end('failure');
    } else if (wait.by.size === 0) {
      this.waits = this.waits.filter((each) => each !== wait);
      if (this.waits.length === 0) this.begin();
    }
    return true;
  }

  rerun(what: 'all' | 'failed'): void {
    this.attempt += 1;
    this.status = 'queued';
    this.conclusion = null;
    this.jobs = what === 'all' ? [] : this.jobs.filter(({ conclusion }) => conclusion === 'success');
  }
}

export function jobOf(id: number, name: string): JobState {
  return { id, name, status: 'queued', conclusion: null, steps: [], log: [], annotations: [] };
}

export function endJob(job: JobState, conclusion: string): void {
  for (const step of job.steps)
    if (step.status !== 'completed')
      Object.assign(step, { status: 'completed', conclusion: step.status === 'queued' ? 'skipped' : conclusion });
  Object.assign(job, { status: 'completed', conclusion });
}

interface EnvironmentState {
  readonly id: number;
  readonly name: string;
  /** The logins of listed reviewers. */
  reviewers: string[];
  /** The numbers of the Apps that are protection rules. */
  rules: number[];
}

export class Repository {
  /** Workflow files by name. */
  readonly files = new Map<string, string>();
  readonly states = new Map<string, 'active' | 'disabled_manually'>();
  readonly environments: EnvironmentState[] = [];
  readonly runs: RunState[] = [];
  readonly source = new SourceState();
  /** Newest first. */
  readonly issues: IssueState[] = [];
  /** How many lists leave a new run out. */
  lateLists = 0;

  constructor(
    readonly name: string,
    private readonly nextId: () => number,
  ) {}

  environment(name: string, reviewers: string[] = [], rules: number[] = []): void {
    this.environments.push({ id: this.nextId(), name, reviewers, rules });
  }

  workflowId(file: string): number {
    return [...this.files.keys()].indexOf(file) + 1;
  }

  /** As GitHub does: why not, or the run. */
  dispatch(file: string, ref: string, given: Readonly<Record<string, unknown>>): RunState | string {
    const workflow = parse(this.files.get(file) ?? '') as Workflow;
    const trigger = workflow.on?.workflow_dispatch;
    if (trigger === undefined) return "Workflow does not have 'workflow_dispatch' trigger";
    if (ref !== 'main' && !/^v\d/.test(ref)) return `No ref found for: ${ref}`;
    const known = trigger?.inputs ?? {};
    const unexpected = Object.keys(given).filter((name) => !Object.hasOwn(known, name));
    if (unexpected.length > 0) return `Unexpected inputs provided: ${JSON.stringify(unexpected)}`;
    const inputs: Record<string, string> = {};
    for (const [name, input] of Object.entries(known)) {
      const value = given[name] ?? input?.default;
      if (input?.required && (value === undefined || value === '')) return `Required input '${name}' not provided`;
      inputs[name] = String(value ?? '');
    }
    const title = String(workflow['run-name'] ?? workflow.name ?? file).replaceAll(
      /\$\{\{\s*inputs\.(\w+)\s*\}\}/g,
      (_, name: string) => inputs[name] ?? '',
    );
    const run = new RunState(this.nextId(), this.runs.length + 1, file, title, ref, inputs);
    this.runs.unshift(run);
    return run;
  }
}

interface Workflow {
  readonly name?: string;
  readonly 'run-name'?: string;
  readonly on?: {
    readonly workflow_dispatch?: { readonly inputs?: Readonly<Record<string, WorkflowInput | null>> } | null;
  };
}
interface WorkflowInput {
  readonly required?: boolean;
  readonly default?: unknown;
}

/** A workflow that keeps the key. */
export const deployFile = `name: Deploy
run-name: "Deploy \${{ inputs.version }} · \${{ inputs.gavel_key }}"
on:
  workflow_dispatch:
    inputs:
      version: { required: true, description: The release, type: string }
      environment: { type: environment, required: true }
      dry_run: { type: boolean, default: false }
      workers: { type: number, default: 2 }
      strategy: { type: choice, options: [rolling, blue-green], default: rolling }
      gavel_key: { default: '' }
jobs: {}
`;

/** One that doesn’t. */
export const nightlyFile = `name: Nightly
on: { workflow_dispatch: { inputs: { suite: { default: all } } } }
`;
