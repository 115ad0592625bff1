import { alertmanagerConnector } from './alertmanager';
import { azureDevopsConnector } from './azure-devops';
import { buildbotConnector } from './buildbot';
import { cloudbeesCdConnector } from './cloudbees-cd';
import type { Connector } from './contract/kinds';
import { githubConnector } from './github';
import { grafanaConnector } from './grafana';
import { graphiteConnector } from './graphite';
import { hostConnector } from './host';
import { icingaConnector } from './icinga';
import { jenkinsConnector } from './jenkins';
import { jiraConnector } from './jira';
import { junitConnector } from './junit';
import { kubernetesConnector } from './kubernetes';
import { localConnector } from './local';
import { nagiosConnector } from './nagios';
import { prometheusConnector } from './prometheus';
import { sandboxTicketsConnector } from './sandbox-tickets';
import { seleniumConnector } from './selenium';
import { servicenowConnector } from './servicenow';
import { statsdConnector } from './statsd';

/** Every kind of outside system that Gavel knows, by the name that connections give it. */
export const connectors: ReadonlyMap<string, Connector> = new Map(
  [
    alertmanagerConnector,
    azureDevopsConnector,
    buildbotConnector,
    cloudbeesCdConnector,
    githubConnector,
    grafanaConnector,
    graphiteConnector,
    hostConnector,
    icingaConnector,
    jenkinsConnector,
    jiraConnector,
    junitConnector,
    kubernetesConnector,
    localConnector,
    nagiosConnector,
    prometheusConnector,
    sandboxTicketsConnector,
    seleniumConnector,
    servicenowConnector,
    statsdConnector,
  ].map((each) => [each.kind, each]),
);
