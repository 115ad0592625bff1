import type { Person } from '../../chat/contract';
import type { RunStatus, TestCase, TestReport } from '../../connectors/contract';

/** One run of a test suite that somebody asked for in chat. Every moment is in milliseconds since 1970. */

/** The states that a test run never leaves. */
export const finalTestStates = ['passed', 'failed', 'canceled'] as const;
/** `unclear`: nobody knows whether it ran or how it ended, and a person decides. */
export type TestState = 'starting' | 'running' | 'unclear' | (typeof finalTestStates)[number];

/** A suite of a service in an environment. */
export interface SuitePlace {
  readonly service: string;
  readonly environment: string;
  readonly suite: string;
}

/** The release that was live while the tests ran. */
export interface TestedRelease {
  readonly version: string;
  readonly commit: string;
}

/** What is kept of a test that failed or was flaky. Every text is outside text. */
type KeptCase = Pick<TestCase, 'id' | 'name' | 'outcome' | 'message' | 'durationMs' | 'attempts'>;

/** What a test run found, as it's kept. */
export type KeptReport = Omit<TestReport, 'cases'> & { readonly cases: readonly KeptCase[] };

/** The run whose failed tests are run again. */
interface RerunOf {
  readonly number: number;
  /** The names of the tests. */
  readonly only: readonly string[];
  /** The commit that run decides about; undefined if it decides about none. */
  readonly commit: string | undefined;
}

/** A picture of the first failed test that has one, small enough for a card. */
export interface KeptPicture {
  /** The test that it shows: outside text. */
  readonly name: string;
  /** PNG as base64. */
  readonly png: string;
}

/** What starts it. */
export interface RequestedTests extends SuitePlace {
  /** People know it as `T-1042`. */
  readonly number: number;
  /** What people call the suite: outside text. */
  readonly title: string;
  readonly connection: string;
  readonly canRerunFailed: boolean;
  readonly rerunOf?: RerunOf | undefined;
  readonly requester: Person;
  readonly placeId: string;
  readonly thread: string | undefined;
  readonly correlationId: string;
  /** The machine that executes it, if it's a process of one. */
  readonly executor?: string | undefined;
}

/** A test run as the store keeps it. */
export interface TestRun extends RequestedTests {
  readonly state: TestState;
  readonly stateSince: number;
  readonly wakeAt?: number | undefined;
  readonly startedAt: number;
  /** How often people have had it started: another start needs another key. */
  readonly starts: number;
  /** When the start was first sent. From then on, it's sent again only if the system says that there is no run. */
  readonly triedAt?: number | undefined;
  readonly runId?: string | undefined;
  /** What was live just before it started; undefined if nobody could tell. */
  readonly before?: TestedRelease | undefined;
  /** What was tested: live before and after. Undefined while it runs, and if that changed or nobody could tell. */
  readonly release?: TestedRelease | undefined;
  /** As last seen. */
  readonly run?: RunStatus | undefined;
  readonly report?: KeptReport | undefined;
  readonly picture?: KeptPicture | undefined;
  /** How often the system didn't answer, since it last did. */
  readonly looksFailed?: number;
  readonly cancelRequestedBy?: Person | undefined;
  /** Why it ended or is unclear: outside text. */
  readonly reason?: string | undefined;
  /** Who ended it, if it didn't end by itself. */
  readonly endedBy?: Person | undefined;
}
