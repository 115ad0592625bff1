import { alertmanagerSuite } from './alertmanager/suite';
import type { ContractSuite } from './contract';
import { hostSuite } from './host/suite';
import { localSuite } from './local/suite';
import { nagiosSuite } from './nagios/suite';
import { prometheusSuite } from './prometheus/suite';

/** One for each connector in `src/connectors/index.ts`. */
export const suites: readonly ContractSuite[] = [
  alertmanagerSuite,
  hostSuite,
  localSuite,
  nagiosSuite,
  prometheusSuite,
];
