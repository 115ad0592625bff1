import type { Catalog } from '../core/catalog';
import type { Finding } from './finding';

const about = 'the catalog';

/** What can be read, but leads nowhere: people whom Gavel can never meet, and services that nothing serves. Pure. */
export function lookAtCatalog(
  catalog: Catalog,
  allowedTenants: readonly string[],
  fileProblems: readonly string[],
  connectors: readonly string[],
): Finding[] {
  const problems = [...fileProblems];
  const tenants = new Set(allowedTenants.map((tenant) => tenant.toLowerCase()));
  for (const [name, { id }] of Object.entries(catalog.people)) {
    const tenant = /^entra:([^/]+)\//i.exec(id)?.[1]?.toLowerCase();
    if (tenant !== undefined && !tenants.has(tenant))
      problems.push(
        `The catalog’s ${name} is of tenant ${tenant}, which Gavel does not serve; correct the id, or add the tenant to GAVEL_ALLOWED_TENANTS.`,
      );
  }
  for (const [name, { connector }] of Object.entries(catalog.services))
    if (!connectors.includes(connector))
      problems.push(
        `The catalog’s service ${name} asks for a connector ${connector}, which Gavel does not have; it has ${connectors.join(', ')}.`,
      );
  return problems.length === 0 ? [{ about }] : problems.map((problem) => ({ about, problem }));
}

/** Without an admin nobody can ever be given a right in chat. Pure. */
export function lookAtAdmins(hasAdmin: boolean): Finding {
  const problem =
    'No admin is known, so nobody can give anybody a right in chat; name one in GAVEL_ADMINS by object id, or grant the role admin in the catalog.';
  return hasAdmin ? { about: 'the admins' } : { about: 'the admins', problem };
}
