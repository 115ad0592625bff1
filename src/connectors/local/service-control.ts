import { join } from 'node:path';
import { z } from 'zod';
import type { ServiceControl } from '../contract';
import { ConnectorError } from '../../core/errors';
import type { ServicePlaces } from '../machine/places';
import { runScript } from '../machine/processes';
import { connectorName } from './options';
import type { LocalOptions } from './options';
import { sandboxScripts } from './records';

const restartLimitMs = 30_000;
const Outcome = z.object({
  processId: z.number().optional(),
  refused: z.string().optional(),
  problem: z.string().optional(),
});

/** Restarts by the sandbox's own script, which knows its processes and holds the lock of the place meanwhile. */
export function createServiceControl({
  dataDir,
  places,
  environment: declared = {},
}: Pick<LocalOptions, 'dataDir' | 'environment'> & { readonly places: ServicePlaces }): ServiceControl {
  return {
    async restart(service, environment, key) {
      places.check(service, environment);
      const words = ['restart', dataDir, `${service}.${environment}`, key];
      const { code, output } = await runScript(join(sandboxScripts, 'fleet.js'), words, declared, restartLimitMs);
      const outcome = parse(output);
      if (outcome?.processId !== undefined) return { processId: outcome.processId };
      if (outcome?.refused) throw new ConnectorError(connectorName, 'refused', outcome.refused);
      throw new ConnectorError(connectorName, 'unclear', outcome?.problem ?? `the restart ended with ${String(code)}`);
    },
  };
}

function parse(output: string): z.infer<typeof Outcome> | undefined {
  try {
    return Outcome.safeParse(JSON.parse(output)).data;
  } catch {
    return undefined;
  }
}
