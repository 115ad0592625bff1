import type { AlertBinding, Bound, Systems } from '../../../connectors/contract';
import { describeReach } from '../../../core/catalog/rights';
import type { Target } from '../../../core/catalog/rights';
import { enumerate, plainText } from '../../../core/text';
import type { FeatureDependencies } from '../../contract';
import { alertTarget } from '../record';

/** What else is quiet during a maintenance: a source can monitor several services on the same host, or by the same labels. */

/** The other targets that this source keeps quiet, too. Rejects if it doesn't answer. */
export async function quietAt(
  systems: Pick<Systems, 'quietWith'>,
  binding: Pick<Bound<AlertBinding>, 'connection' | 'quiets'>,
  target: Target,
): Promise<readonly Target[]> {
  const subjects = (await binding.quiets?.()) ?? [];
  return othersThan(
    target,
    subjects.flatMap((subject) => systems.quietWith(binding.connection, subject)),
  );
}

/** The same for all of its sources. Never rejects: what a source doesn't tell now is checked again before it's told of the maintenance. */
export async function quietElsewhere(
  { systems, logger }: Pick<FeatureDependencies, 'systems' | 'logger'>,
  target: Target,
): Promise<readonly Target[]> {
  const { service, environment } = target;
  const found = await Promise.all(
    systems.alerts(service, environment).map((binding) =>
      quietAt(systems, binding, target).catch((error: unknown) => {
        logger.warn({ error, connection: binding.connection }, 'What a maintenance would keep quiet is unknown');
        return [];
      }),
    ),
  );
  return othersThan(target, found.flat());
}

function othersThan(target: Target, all: readonly Target[]): readonly Target[] {
  const others = new Map(all.map((each) => [alertTarget(each), each]));
  others.delete(alertTarget(target));
  return [...others.values()];
}

/** `payments in production and search in production`, escaped; at most five by name. */
export function nameTargets(targets: readonly Target[]): string {
  const names = targets.slice(0, 5).map((each) => plainText(describeReach(each), 120));
  return enumerate([...names, ...(targets.length > 5 ? [`${targets.length - 5} more`] : [])]);
}

/** A sentence about what else is quiet; empty if nothing is. */
export function describeElsewhere(also: readonly Target[] = []): string {
  if (also.length === 0) return '';
  return `**The maintenance also covers ${nameTargets(also)}**, because the same hosts or labels are monitored for ${also.length === 1 ? 'both' : 'all of them'}.`;
}
