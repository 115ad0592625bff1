import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import type { HttpClient } from '../http';
import type { QueryValue } from '../http/address';
import type { HttpAnswer, HttpCall } from '../http/contract';
import * as answers from './schema';

/** The calls of GitHub's REST API that Gavel makes. Every method rejects with `ConnectorError`. */

export type GithubClient = ReturnType<typeof createGithubClient>;

type Query = Readonly<Record<string, QueryValue>>;
type Path = readonly (string | number)[];

const apiHeaders = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };
const pageSize = 100;
/** A token that GitHub has just made is unknown to some of its servers for so long. */
const settlingMs = 6_000;
const maxLogBytes = 262_144;

/** `tokenAgeMs`: how long ago the token was made; undefined for one that a person made. */
export function createGithubClient(http: HttpClient, tokenAgeMs: () => number | undefined = () => undefined) {
  /** A refused token has done nothing, so any call can be sent once more. */
  async function settled<T>(call: () => Promise<T>, triesLeft = 4): Promise<T> {
    try {
      return await call();
    } catch (error) {
      const isFresh = (tokenAgeMs() ?? Infinity) < settlingMs;
      if (!(error instanceof ConnectorError) || error.failure !== 'unauthorized' || !isFresh || triesLeft === 0)
        throw error;
      await pause(1_000);
      return settled(call, triesLeft - 1);
    }
  }
  const json = <T>(call: HttpCall, schema: z.ZodType<T>): Promise<T> =>
    settled(() => http.json({ ...call, headers: { ...apiHeaders, ...call.headers } }, schema));
  const bytes = (call: HttpCall) => settled(() => http.bytes({ ...call, headers: { ...apiHeaders, ...call.headers } }));

  const get = <T>(path: Path, schema: z.ZodType<T>, query: Query = {}): Promise<T> =>
    json({ kind: 'read', path, query }, schema);
  /** Sent once; `accept`: statuses that the caller reads itself. */
  const post = (path: Path, body: object | undefined, accept: readonly number[] = []) =>
    bytes({ kind: 'once', path, accept, ...(body && { body: { json: body } }) });

  const patch = (path: Path, body: object) => bytes({ kind: 'once', method: 'PATCH', path, body: { json: body } });
  /** Also if it’s gone already. */
  const remove = (path: Path) => bytes({ kind: 'once', method: 'DELETE', path, accept: [404] });

  /** Every page of a list that has `total_count`, at most `maxPages`. */
  async function all<T, Page>(
    path: Path,
    schema: z.ZodType<Page>,
    itemsOf: (page: Page) => readonly T[],
    maxPages: number,
  ): Promise<T[]> {
    const paging = {
      by: 'number',
      parameter: 'page',
      first: 1,
      isLast: (page: Page) => itemsOf(page).length < pageSize,
    } as const;
    const call: HttpCall = { kind: 'read', path, query: { per_page: pageSize }, headers: apiHeaders };
    const { pages } = await settled(() => http.pages(call, schema, paging, maxPages));
    return pages.flatMap((page) => [...itemsOf(page)]);
  }

  return {
    ...{ get, post, patch, remove, all, bytes },
    /** Whether a call of something that can’t exist is allowed; nothing happens. */
    probe: (path: Path, method: 'GET' | 'POST' = 'POST') => bytes({ kind: 'read', method, path, accept: [404, 409] }),
    repository: (repository: string) => get(within(repository), answers.RepositoryAnswer),
    workflows: (repository: string) =>
      all(within(repository, 'actions', 'workflows'), answers.WorkflowsAnswer, ({ workflows }) => workflows, 10),
    /** `file`: its name without the folder. */
    workflow: (repository: string, file: string) =>
      get(within(repository, 'actions', 'workflows', file), answers.WorkflowAnswer),
    /** The text of a file; of the default branch without `ref`. */
    async file(repository: string, path: string, ref: string | undefined): Promise<string> {
      const found = await get(within(repository, 'contents', ...path.split('/')), answers.FileAnswer, { ref });
      // A recording keeps the text itself.
      return Buffer.from(found.content, found.encoding === 'base64' ? 'base64' : 'utf8').toString('utf8');
    },
    /** What GitHub answers: the run that it made, or nothing. */
    async dispatch(repository: string, file: string, body: object): Promise<string> {
      return (await post(within(repository, 'actions', 'workflows', file, 'dispatches'), body)).body.toString('utf8');
    },
    ...runCalls({ get, post, all, bytes }),
    pendingDeployments: (repository: string, run: string) =>
      get(within(repository, 'actions', 'runs', run, 'pending_deployments'), answers.PendingDeploymentsAnswer),
    reviews: (repository: string, run: string) =>
      get(within(repository, 'actions', 'runs', run, 'approvals'), answers.ReviewsAnswer),
    review: async (repository: string, run: string, review: object): Promise<void> =>
      void (await post(within(repository, 'actions', 'runs', run, 'pending_deployments'), review)),
    /** As the protection rule that the App is. */
    reviewGate: async (repository: string, run: string, review: object): Promise<void> =>
      void (await post(within(repository, 'actions', 'runs', run, 'deployment_protection_rule'), review)),
    environments: (repository: string) =>
      all(within(repository, 'environments'), answers.EnvironmentsAnswer, ({ environments }) => environments, 5),
    protectionRules: (repository: string, environment: string) =>
      get(
        within(repository, 'environments', environment, 'deployment_protection_rules'),
        answers.ProtectionRulesAnswer,
      ),
  };
}

interface Calls {
  readonly get: <T>(path: Path, schema: z.ZodType<T>, query?: Query) => Promise<T>;
  readonly post: (path: Path, body: object | undefined, accept?: readonly number[]) => Promise<HttpAnswer>;
  readonly all: <T, Page>(
    path: Path,
    schema: z.ZodType<Page>,
    itemsOf: (page: Page) => readonly T[],
    maxPages: number,
  ) => Promise<T[]>;
  readonly bytes: (call: HttpCall) => Promise<HttpAnswer>;
}

/** What is asked of runs and their jobs. */
function runCalls({ get, post, all, bytes }: Calls) {
  return {
    /** Unfiltered, because filtered lists can be out of date. Newest first, but not reliably. */
    runs: async (repository: string, file: string | number, page: number) =>
      (
        await get(within(repository, 'actions', 'workflows', file, 'runs'), answers.RunsAnswer, {
          per_page: pageSize,
          page,
        })
      ).workflow_runs,
    /** The newest of all workflows; with a status, which can be out of date. */
    repositoryRuns: async (repository: string, status?: 'waiting') =>
      (await get(within(repository, 'actions', 'runs'), answers.RunsAnswer, { per_page: pageSize, status }))
        .workflow_runs,
    run: (repository: string, run: string) => get(within(repository, 'actions', 'runs', run), answers.RunAnswer),
    jobs: (repository: string, run: string, attempt: number) =>
      all(
        within(repository, 'actions', 'runs', run, 'attempts', attempt, 'jobs'),
        answers.JobsAnswer,
        ({ jobs }) => jobs,
        3,
      ),
    annotations: (repository: string, job: number) =>
      get(within(repository, 'check-runs', job, 'annotations'), answers.AnnotationsAnswer, { per_page: 50 }),
    /** The end of what a job wrote; undefined if there is nothing yet, or never will be. It’s kept on another host, which gets no credential. */
    async log(repository: string, job: number): Promise<string | undefined> {
      const { status, body } = await bytes({
        ...{ kind: 'read', path: within(repository, 'actions', 'jobs', job, 'logs'), circuit: 'logs' },
        ...{ mayLeave: true, keepEnd: true, limits: { maxBytes: maxLogBytes }, accept: [404, 410] },
      });
      return status === 200 ? body.toString('utf8') : undefined;
    },
    /** 202; 409 if it can’t be canceled. */
    cancel: async (repository: string, run: string, isForced: boolean): Promise<number> =>
      (await post(within(repository, 'actions', 'runs', run, isForced ? 'force-cancel' : 'cancel'), undefined, [409]))
        .status,
    rerun: (repository: string, run: string, what: 'all' | 'failed') =>
      post(within(repository, 'actions', 'runs', run, what === 'all' ? 'rerun' : 'rerun-failed-jobs'), undefined),
  };
}

/** `repository`: `acme/shop`. */
export function within(repository: string, ...path: Path): Path {
  return ['repos', ...repository.split('/'), ...path];
}
