import { alertmanagerSuite } from './alertmanager/suite';
import { azureDevopsSuite } from './azure-devops/suite';
import { buildbotSuite } from './buildbot/suite';
import { cloudbeesCdSuite } from './cloudbees-cd/suite';
import type { ContractSuite } from './contract';
import { githubSuite } from './github/suite';
import { grafanaSuite } from './grafana/suite';
import { graphiteSuite } from './graphite/suite';
import { hostSuite } from './host/suite';
import { icingaSuite } from './icinga/suite';
import { jenkinsSuite } from './jenkins/suite';
import { jiraSuite } from './jira/suite';
import { junitSuite } from './junit/suite';
import { kubernetesSuite } from './kubernetes/suite';
import { localSuite } from './local/suite';
import { nagiosSuite } from './nagios/suite';
import { prometheusSuite } from './prometheus/suite';
import { sandboxTicketsSuite } from './sandbox-tickets/suite';
import { seleniumSuite } from './selenium/suite';
import { servicenowSuite } from './servicenow/suite';
import { statsdSuite } from './statsd/suite';

/** One for each connector in `src/connectors/index.ts`. */
export const suites: readonly ContractSuite[] = [
  alertmanagerSuite,
  azureDevopsSuite,
  buildbotSuite,
  cloudbeesCdSuite,
  githubSuite,
  grafanaSuite,
  graphiteSuite,
  hostSuite,
  icingaSuite,
  jenkinsSuite,
  jiraSuite,
  junitSuite,
  kubernetesSuite,
  localSuite,
  nagiosSuite,
  prometheusSuite,
  sandboxTicketsSuite,
  seleniumSuite,
  servicenowSuite,
  statsdSuite,
];
