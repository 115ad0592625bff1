import type { AlertmanagerClient } from '../alertmanager-api/client';
import type { CheckLine } from '../contract';
import type { HttpClient } from '../http';
import { checkCall } from '../http/checks';
import { readFiringLabels } from './alerts';
import { tryReading, tryWriting } from './annotations';
import type { GrafanaClient } from './client';

interface CheckParts {
  readonly http: HttpClient;
  readonly client: GrafanaClient;
  readonly alertmanager: AlertmanagerClient;
}

/** Each permission that Gavel can use, tried with a real call. */
export async function checkGrafana({ http, client, alertmanager }: CheckParts): Promise<CheckLine[]> {
  const give = (permission: string, lost: string): string =>
    `Give Gavel’s service account ${permission}, or Gavel can’t ${lost}.`;
  const everything = { tag: undefined, words: undefined };
  return Promise.all([
    checkCall('dashboards', () => client.findDashboards(everything), give('dashboards:read', 'draw panels')),
    checkCall('queries', () => client.tryQuery(), give('datasources:query', 'draw panels')),
    checkCall('alerts', () => alertmanager.alerts(), give('alert.instances:read', 'read alerts')),
    checkCall('alerting rules', () => readFiringLabels(http), give('alert.rules:read on all folders', 'read alerts')),
    checkCall('silences', () => alertmanager.silences(), give('alert.instances:read', 'read alerts')),
    checkCall(
      'making silences',
      () => alertmanager.trySilence(),
      give('alert.instances:create and alert.instances:write', 'silence alerts'),
    ),
    checkCall('reading annotations', () => tryReading(http), give('annotations:read', 'mark deployments')),
    checkCall('making annotations', () => tryWriting(http), give('annotations:create', 'mark deployments')),
  ]);
}
