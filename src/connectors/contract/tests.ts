import type { FoundRun, OnBehalfOf, RunFollower } from './runs';

/** Test suites that run against a service in an environment. Every moment is in milliseconds since 1970. */

/** A suite that can be run. */
export interface TestSuite {
  /** People type it. Unique for the service in the environment. */
  readonly name: string;
  /** What people call it, if not by its name. One line. */
  readonly title: string;
  /** Whether `start` can be limited to some of its tests. */
  readonly canRerunFailed: boolean;
}

/** One start of a suite. Stored before it is sent, so that the run can be found after a crash. */
export interface TestStart {
  /** The idempotency key: the same key never starts a second run. */
  readonly key: string;
  readonly suite: string;
  /** The names of the tests to run, as their `TestCase` has them. Omitted: all. */
  readonly only?: readonly string[];
  readonly by: OnBehalfOf;
  /** Before it was first sent: no run of this key can be older. */
  readonly askedAt: number;
  /** Connects the run with the log lines of the turn that requested it. */
  readonly correlationId?: string;
}

/** A test that failed or was flaky. Every text is outside text. */
export interface TestCase {
  /** The same in every run: its class or file, and its name. */
  readonly id: string;
  readonly name: string;
  readonly outcome: 'failed' | 'flaky';
  readonly file?: string;
  /** Why it failed, for a flaky one the first time. One line; empty if nothing says so. */
  readonly message: string;
  /** What else was said about it, at most `detailLines`. */
  readonly detail: readonly string[];
  readonly durationMs: number;
  /** How often it ran, from 1. */
  readonly attempts: number;
  /** Its newest picture, as `TestFollower.picture` takes it. Omitted if it left none. */
  readonly picture?: string;
}

/** The most lines of a case’s `detail`. */
export const detailLines = 40;
/** The most cases that a report lists; its numbers count all. */
export const reportedCases = 200;

/** What a run of a suite found. `total` is the sum of the four outcomes, and at least 1. */
export interface TestReport {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  /** Failed at first and passed when it was tried again. */
  readonly flaky: number;
  readonly skipped: number;
  /** The time of all tests together. */
  readonly durationMs: number;
  /** The failed ones first, then the flaky ones, each in the order of the results; at most `reportedCases`. */
  readonly cases: readonly TestCase[];
}

/** Follows the runs of the suites of a connection, whatever the catalog now says of the service. */
export interface TestFollower extends RunFollower {
  /**
   * What a run that has ended found; undefined if it goes on or has left no results that can be read. A run with a failed test has failed, and so has one
   * that ran no test at all or left no results: its `reason` says so.
   */
  report(id: string): Promise<TestReport | undefined>;
  /** A picture of a case as PNG, not larger than 4 MB; undefined if it's gone or is no such picture. */
  picture(id: string, picture: string): Promise<Uint8Array | undefined>;
}

/** Runs the suites of a service in an environment. */
export interface TestRunner extends TestFollower {
  suites(): Promise<readonly TestSuite[]>;
  /**
   * Starts one run and returns before it ends. The same key again returns the same run. Rejects with `not found` if there is no such suite, and with
   * `unclear` if nobody knows whether it arrived; then `findStart` tells.
   */
  start(start: TestStart): Promise<{ readonly id: string }>;
  /** Whether a run was started with this key. */
  findStart(start: TestStart): Promise<FoundRun>;
}
