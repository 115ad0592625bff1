import { ConnectorError } from '../../../core/errors';
import type { ServiceControl } from '../../contract';
import type { Selection } from '../../monitored/objects';
import type { NagiosClient } from '../client';
import { objectTypeOf, targetFields } from './downtimes';
import { commandTypes } from './submit';
import type { NagiosCommands } from './submit';

const maxChecks = 50;

interface RecheckParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: NagiosClient;
  readonly commands: NagiosCommands;
}

/** Forces a check of everything that a binding selects, also outside its hours. */
export function bindControl(
  { name, client, commands }: RecheckParts,
  { concerns, isWholeHost }: Selection,
): ServiceControl {
  return {
    async recheck() {
      const all = (await client.names()).filter(
        (each) => concerns(each) && (isWholeHost || each.service !== undefined),
      );
      if (all.length === 0) throw new ConnectorError(name, 'not found', 'no host or service that the binding names');
      if (all.length > maxChecks)
        throw new ConnectorError(name, 'refused', `${all.length} checks, more than ${maxChecks}`);
      for (const each of all) {
        const type = commandTypes.check[objectTypeOf(each)];
        const { now = '' } = await commands.openForm(type);
        await commands.submit(type, { ...targetFields(each), start_time: now, force_check: 'on' });
      }
    },
  };
}
