import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { grafanaConnector } from '../../../src/connectors/grafana';
import { hookSecret } from '../hooks/signing';
import { openConnection } from '../open-connection';
import { token } from './double';
import type { Grafana } from './double';

export const shop = { service: 'shop', environment: 'production' };

/** A connection to the double that it also calls, unless other settings say otherwise. */
export const openGrafana = (grafana: Grafana, more: object = {}): OpenConnection =>
  openConnection(
    grafanaConnector,
    { url: grafana.server.url, credential: 'GAVEL_GRAFANA', hook: { secret: 'GAVEL_GRAFANA_HOOK' }, ...more },
    { secrets: { GAVEL_GRAFANA: token, GAVEL_GRAFANA_HOOK: hookSecret } },
  );
