/** What Gavel does with a tool, and what shows that it works: the README's table of connectors. */
interface Proof {
  /** Short enough for a row: verbs with their objects. */
  readonly does: string;
  /** The tool itself with its version, or what stands in for it. */
  readonly with: string;
  /** The tests that run it. */
  readonly tests: readonly string[];
}

const contract = 'a double that is held to the vendor’s published API';

/** By kind. Every connector has one. */
export const proofs: Readonly<Record<string, Proof>> = {
  alertmanager: {
    does: 'reads alerts, silences them, is called by it',
    ...{ with: 'Alertmanager 0.25', tests: ['test/connectors/alertmanager/alertmanager.server.ts'] },
  },
  'azure-devops': {
    does: 'deploys, runs pipelines with parameters, previews, follows, cancels and reruns them, decides approvals, reads source control, says what is live, opens tickets, reacts at once',
    ...{
      with: 'a double of the calls in the vendor’s published specifications, unverified',
      tests: ['test/connectors/azure-devops/pipelines.test.ts', 'test/connectors/azure-devops/approvals.test.ts'],
    },
  },
  buildbot: {
    does: 'deploys, runs builds with parameters, follows and cancels them, shows the log of what failed',
    ...{ with: 'Buildbot 3.7', tests: ['test/connectors/buildbot/buildbot.server.ts', 'test/e2e/buildbot.server.ts'] },
  },
  'cloudbees-cd': {
    does: 'deploys, runs pipelines, releases and procedures with parameters, follows and aborts them, decides manual tasks, says what is live',
    ...{
      with: 'a double of what the vendor’s clients and documentation say, unverified',
      tests: ['test/connectors/cloudbees-cd/pipelines.test.ts', 'test/connectors/cloudbees-cd/approvals.test.ts'],
    },
  },
  github: {
    does: 'deploys, runs workflows with inputs, follows, cancels and reruns them, decides what waits, is called by it, opens issues',
    ...{
      with: 'a double that is held to GitHub’s OpenAPI',
      tests: ['test/connectors/github/pipelines.test.ts', 'test/e2e/github-hooks.test.ts'],
    },
  },
  grafana: {
    does: 'graphs panels, reads and silences alerts, is called by it, marks deployments',
    ...{ with: contract, tests: ['test/connectors/grafana/alerts.test.ts', 'test/connectors/grafana/panels.test.ts'] },
  },
  graphite: {
    does: 'graphs what it stores, marks deployments',
    ...{ with: 'graphite-web 1.1.8', tests: ['test/connectors/graphite/graphite.server.ts'] },
  },
  host: {
    does: 'deploys and watches services on Gavel’s own server',
    ...{ with: 'real processes', tests: ['test/connectors/host/host.test.ts', 'test/deploy/own-release.test.ts'] },
  },
  icinga: {
    does: 'reads problems, acknowledges them, plans downtimes, checks again',
    ...{ with: 'Icinga 2.13', tests: ['test/connectors/icinga/icinga.server.ts'] },
  },
  jenkins: {
    does: 'deploys, runs jobs with parameters, follows and stops them, decides input steps, reads test reports',
    ...{
      with: 'a double of what the sources of Jenkins and its plugins say, unverified',
      tests: ['test/connectors/jenkins/pipelines.test.ts', 'test/connectors/jenkins/approvals.test.ts'],
    },
  },
  jira: {
    does: 'opens issues, comments on them, moves them, links them back',
    ...{
      with: 'a double of the calls in the vendor’s published OpenAPI, unverified',
      tests: ['test/connectors/jira/tickets.test.ts'],
    },
  },
  junit: {
    does: 'runs test suites on Gavel’s own server and reads their results',
    ...{ with: 'real mocha runs', tests: ['test/connectors/junit/runs.test.ts'] },
  },
  kubernetes: {
    does: 'says what is live, shows rollouts, pods, and logs, restarts, scales, undoes rollouts, removes pods',
    ...{
      with: 'a real API server with its controllers, a double of what runs containers',
      tests: [
        'test/connectors/kubernetes/real-cluster.ts',
        'test/connectors/kubernetes/workload.test.ts',
        'test/e2e/kubernetes.test.ts',
        'test/e2e/kubernetes-cluster.ts',
      ],
    },
  },
  local: {
    does: 'deploys, runs, measures and restarts the services of the sandbox',
    ...{ with: 'real processes', tests: ['test/connectors/local/services.test.ts'] },
  },
  nagios: {
    does: 'reads problems, acknowledges them, plans downtimes, checks again, graphs what checks measure',
    ...{ with: 'Nagios 4.4', tests: ['test/connectors/nagios/nagios.server.ts'] },
  },
  prometheus: {
    does: 'graphs queries, reads the alerts of its rules',
    ...{ with: 'Prometheus 2.42', tests: ['test/connectors/prometheus/prometheus.server.ts'] },
  },
  'sandbox-tickets': {
    does: 'opens tickets, comments on them, moves them, in the small tracker that comes with the sandbox',
    ...{ with: 'the tracker itself', tests: ['test/connectors/sandbox-tickets/tracker.test.ts'] },
  },
  selenium: {
    does: 'runs WebDriver suites with browsers of a Grid, closes those they leave open',
    ...{ with: 'Selenium Grid 4.48 with Chromium', tests: ['test/connectors/selenium/selenium.server.ts'] },
  },
  servicenow: {
    does: 'opens incidents, adds work notes, moves them',
    ...{
      with: 'a double of what the vendor’s documentation says, unverified',
      tests: ['test/connectors/servicenow/tickets.test.ts'],
    },
  },
  statsd: {
    does: 'shows what it holds, sends it the numbers of deployments, runs, and source control',
    ...{ with: 'statsd 0.9.0', tests: ['test/connectors/statsd/statsd.server.ts'] },
  },
};
