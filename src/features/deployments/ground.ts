import type { ApprovalRule, Catalog } from '../../core/catalog';
import { ruleSentence } from '../../core/catalog/approval-rule';
import { lookUp } from '../../core/look-up';
import type { FeatureDependencies } from '../contract';
import { lostGround } from '../policy';
import { servingConnector } from '../serving-connector';
import type { Deployment } from './contract';
import { isAutomatic } from './record';

/** Whether a deployment that was requested earlier can still take effect. */

/** The rule that holds for it now; undefined: its environment is gone. */
export function ruleNow(
  catalog: Catalog,
  { environment, kind }: Pick<Deployment, 'environment' | 'kind'>,
): ApprovalRule | undefined {
  return lookUp(catalog.environments, environment)?.[kind];
}

/** Why the catalog no longer lets it take effect: a whole sentence in outside text; undefined while it does. Pure. */
export function lostInCatalog(catalog: Catalog, deployment: Deployment): string | undefined {
  const { service, environment, requester, emergency } = deployment;
  const target = { service, environment };
  // Restoring what ran before needs nobody's permission, but a place to restore it in.
  if (isAutomatic(deployment))
    return lookUp(catalog.services, service)?.environments.includes(environment)
      ? undefined
      : `${service} no longer runs in ${environment}.`;
  const role = lookUp(catalog.environments, environment)?.breakGlass ?? 'admin';
  const lost = lostGround(catalog, { target, requester, needs: { right: 'deploy' } });
  return lost ?? (emergency ? lostGround(catalog, { target, requester, needs: { role } }) : undefined);
}

/** The same, and whether its release is still there with the commit that was requested. Rejects when source control can't be asked. */
export async function lostBy(deps: FeatureDependencies, deployment: Deployment): Promise<string | undefined> {
  const lost = lostInCatalog(deps.catalog(), deployment);
  if (lost !== undefined) return lost;
  const { service, version, commit } = deployment;
  const source = servingConnector(deps, service)?.sourceControl;
  if (!source) return undefined;
  const release = await source.release(service, version);
  if (!release) return `The release ${version} of ${service} no longer exists.`;
  return release.commit === commit
    ? undefined
    : `${version} is now the commit ${release.commit.slice(0, 7)}, not ${commit.slice(0, 7)}, which was requested.`;
}

/** Why a deployment that began without an approval needs one by now: a whole sentence in outside text. Pure. */
export function needsApproval(catalog: Catalog, deployment: Deployment): string | undefined {
  if (isAutomatic(deployment) || deployment.emergency || deployment.approvedBy.length > 0) return undefined;
  const rule = ruleNow(catalog, deployment);
  if (!rule) return ruleIsGone(deployment);
  return rule.required === 0 ? undefined : `The rule has changed since it was requested: ${ruleSentence(rule)}.`;
}

export function ruleIsGone({ environment }: Pick<Deployment, 'environment'>): string {
  return `The rule for ${environment} is no longer in the catalog.`;
}
