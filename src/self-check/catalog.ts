import type { Catalog } from '../core/catalog';
import type { Finding } from './finding';

const about = 'the catalog';

/** Valid entries that lead nowhere: people whom Gavel can never meet, and keys of earlier releases. Pure. */
export function lookAtCatalog(
  catalog: Catalog,
  allowedTenants: readonly string[],
  fileProblems: readonly string[],
): Finding[] {
  const problems = [...fileProblems];
  for (const [name, { id }] of Object.entries(catalog.people)) {
    const tenant = strangeTenant(id, allowedTenants);
    if (tenant !== undefined)
      problems.push(
        `${name} in the catalog belongs to tenant ${tenant}, which isn’t allowed. Correct the ID, or add the tenant to GAVEL_ALLOWED_TENANTS.`,
      );
  }
  problems.push(...marksOfBefore(catalog));
  return problems.length === 0 ? [{ about }] : problems.map((problem) => ({ about, problem }));
}

/** Marks that name a command or button instead of an operation: accepted in this release, refused in the next. */
function marksOfBefore({ fourEyes, confirm }: Catalog): string[] {
  const lines = { fourEyes, confirm };
  return (['fourEyes', 'confirm'] as const).flatMap((key) => {
    const doors = [...new Set(lines[key].flatMap(({ formerly }) => formerly ?? []))];
    return doors.map((door) => {
      const operations = lines[key].filter(({ formerly }) => formerly === door).map(({ operation }) => operation);
      const cure = [...new Set(operations)].map((each) => `\`operation: ${each}\``).join(' and a line with ');
      return `The catalog’s ${key} uses \`action: ${door}\`, which the next release won’t accept. Write ${cure} instead, which covers every command and button that does the same.`;
    });
  });
}

/** The catalog without people from tenants that Gavel doesn't serve: they can never use it. Pure. */
export function withoutStrangers(catalog: Catalog, allowedTenants: readonly string[]): Catalog {
  const served = Object.entries(catalog.people).filter(([, { id }]) => strangeTenant(id, allowedTenants) === undefined);
  return { ...catalog, people: Object.fromEntries(served) };
}

/** The tenant of this person if Gavel doesn't serve it. */
function strangeTenant(id: string, allowedTenants: readonly string[]): string | undefined {
  const tenant = /^entra:([^/]+)\//i.exec(id)?.[1]?.toLowerCase();
  return tenant !== undefined && !allowedTenants.some((each) => each.toLowerCase() === tenant) ? tenant : undefined;
}

/** Without an admin, nobody can ever be granted a role in chat. Pure. */
export function lookAtAdmins(hasAdmin: boolean): Finding {
  const problem =
    'There is no admin, so nobody can grant roles in chat. Add someone’s object ID to GAVEL_ADMINS, or grant the admin role in the catalog.';
  return hasAdmin ? { about: 'the admins' } : { about: 'the admins', problem };
}
