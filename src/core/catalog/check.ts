import { builtInRoles, reservedNames } from './schema';
import type { ApprovalRule, ApprovalSeat, Catalog, CatalogFreeze } from './schema';
import { lookUp } from '../keys';
import { readCatalogDate } from '../time/moments';

/** What a schema can't see: names that lead nowhere, roles without the right, dates that end before they begin. */

/** Each problem with its path in the file. */
export function crossCheck(catalog: Catalog): [PropertyKey[], string][] {
  const problems: [PropertyKey[], string][] = [];
  const roles = { ...builtInRoles, ...catalog.roles };
  catalog.grants.forEach((grant, index) => {
    const path = ['grants', index];
    if ([grant.person, grant.group, grant.everyone].filter((each) => each !== undefined).length !== 1)
      problems.push([path, 'names either a person or a group or everyone: true']);
    if (grant.person && !lookUp(catalog.people, grant.person))
      problems.push([path, `there is no person ${grant.person}`]);
    if (grant.group && !hasGroup(catalog, grant.group)) problems.push([path, `there is no group ${grant.group}`]);
    if (!lookUp(roles, grant.role)) problems.push([path, `there is no role ${grant.role}`]);
    for (const service of grant.services ?? [])
      if (!lookUp(catalog.services, service)) problems.push([path, `there is no service ${service}`]);
    for (const environment of grant.environments ?? [])
      if (!lookUp(catalog.environments, environment)) problems.push([path, `there is no environment ${environment}`]);
  });
  for (const kind of ['people', 'groups', 'entraGroups', 'roles', 'services', 'environments'] as const)
    for (const key of Object.keys(catalog[kind]))
      if (reservedNames.has(key)) problems.push([[kind, key], describeReserved(key)]);
  if (catalog.contact !== undefined && !lookUp(catalog.people, catalog.contact))
    problems.push([['contact'], `there is no person ${catalog.contact}`]);
  for (const [key, service] of Object.entries(catalog.services))
    problems.push(...hostProblems(key, service), ...fileProblems(key, service));
  for (const [key, service] of Object.entries(catalog.services))
    for (const environment of service.environments)
      if (!lookUp(catalog.environments, environment))
        problems.push([['services', key, 'environments'], `there is no environment ${environment}`]);
  for (const [key, environment] of Object.entries(catalog.environments))
    for (const kind of ['deploy', 'rollback', 'restart'] as const)
      problems.push(...ruleProblems(['environments', key, kind], environment[kind], catalog));
  for (const [key, environment] of Object.entries(catalog.environments))
    problems.push(...practiceProblems(['environments', key], environment));
  for (const [key, environment] of Object.entries(catalog.environments))
    for (const setting of ['freezeOverride', 'breakGlass', 'lockBreaker'] as const)
      if (!lookUp(roles, environment[setting]))
        problems.push([['environments', key, setting], `there is no role ${environment[setting]}`]);
  for (const [key, members] of Object.entries(catalog.groups))
    for (const member of members)
      if (!lookUp(catalog.people, member)) problems.push([['groups', key], `there is no person ${member}`]);
  for (const key of Object.keys(catalog.entraGroups))
    if (lookUp(catalog.groups, key)) problems.push([['entraGroups', key], 'is the name of a list in groups already']);
  catalog.fourEyes.forEach(({ approval }, index) =>
    problems.push(...ruleProblems(['fourEyes', index, 'approval'], approval, catalog)),
  );
  for (const marks of ['fourEyes', 'confirm'] as const)
    catalog[marks].forEach(({ environments = [] }, index) => {
      for (const environment of environments)
        if (!lookUp(catalog.environments, environment))
          problems.push([[marks, index, 'environments'], `there is no environment ${environment}`]);
    });
  catalog.freezes.forEach((freeze, index) => problems.push(...freezeProblems(['freezes', index], freeze, catalog)));
  problems.push(...zoneProblems(['timeZone'], catalog.timeZone));
  return problems;
}

const describeReserved = (key: string): string =>
  `“${key}” has a special meaning in commands, so nobody could type this name; choose another one`;

/** The connectors of this machine keep what they know under `<service>.<environment>`. */
function fileProblems(
  key: string,
  { connector, environments }: Catalog['services'][string],
): [PropertyKey[], string][] {
  const dotted = [key, ...environments].find((each) => each.includes('.'));
  if (dotted === undefined || !['local', 'host'].includes(connector)) return [];
  return [[['services', key], `${dotted} has a dot, which connector: ${connector} can't keep apart; write - or _`]];
}

/** A list of people, or a group of Entra. */
function hasGroup({ groups, entraGroups }: Catalog, name: string): boolean {
  return lookUp(groups, name) !== undefined || lookUp(entraGroups, name) !== undefined;
}

/** Gavel gives one approval there by itself, so nothing that matters may stand behind it. */
function practiceProblems(
  path: PropertyKey[],
  { practice, risk, deploy, rollback }: Catalog['environments'][string],
): [PropertyKey[], string][] {
  if (!practice) return [];
  const problems: [PropertyKey[], string][] = [];
  if (risk !== 'low') problems.push([[...path, 'practice'], 'needs risk: low; Gavel itself approves there']);
  for (const [kind, { required, stages, evidence }] of Object.entries({ deploy, rollback }))
    if (required > 1 || stages || evidence)
      problems.push([[...path, kind], 'asks for at most one approval and no evidence where practice is true']);
  return problems;
}

/** One address tells what serves, so a service of this server runs in one environment. */
function hostProblems(
  key: string,
  { connector, host, environments }: Catalog['services'][string],
): [PropertyKey[], string][] {
  const path = ['services', key];
  if (connector !== 'host') return host ? [[[...path, 'host'], 'needs connector: host']] : [];
  if (!host)
    return [[path, 'has connector: host but does not say where it lies; write host: with releases and health']];
  return environments.length === 1 ? [] : [[[...path, 'environments'], 'is one environment with connector: host']];
}

function freezeProblems(path: PropertyKey[], freeze: CatalogFreeze, catalog: Catalog): [PropertyKey[], string][] {
  const { dates, timeZone } = freeze;
  const problems = timeZone === undefined ? [] : zoneProblems([...path, 'timeZone'], timeZone);
  for (const environment of freeze.environments)
    if (!lookUp(catalog.environments, environment))
      problems.push([[...path, 'environments'], `there is no environment ${environment}`]);
  for (const service of freeze.services ?? [])
    if (!lookUp(catalog.services, service)) problems.push([[...path, 'services'], `there is no service ${service}`]);
  if (!dates || problems.length > 0) return problems;
  const zone = timeZone ?? catalog.timeZone;
  const [from, to] = [readCatalogDate(dates.from, zone), readCatalogDate(dates.to, zone)];
  if (from === undefined || to === undefined)
    problems.push([[...path, 'dates'], 'needs dates such as 2026-12-20 18:00']);
  else if (to <= from) problems.push([[...path, 'dates'], 'ends before it begins']);
  return problems;
}

function zoneProblems(path: PropertyKey[], timeZone: string): [PropertyKey[], string][] {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone });
    return [];
  } catch {
    return [[path, `${timeZone} is no time zone; write for example Europe/Berlin`]];
  }
}

function ruleProblems(path: PropertyKey[], rule: ApprovalRule, catalog: Catalog): [PropertyKey[], string][] {
  const { role, required, stages, escalateTo, evidence, authorsUnknown } = rule;
  const team = typeof authorsUnknown === 'object' ? authorsUnknown.team : undefined;
  const verifiedIn = evidence?.verifiedIn?.environment;
  return [
    ...(stages ? [] : seatProblems(path, { role }, catalog, required > 0)),
    ...(stages ?? []).flatMap((stage, index) => seatProblems([...path, 'stages', index], stage, catalog)),
    ...(escalateTo ? seatProblems([...path, 'escalateTo'], escalateTo, catalog) : []),
    ...(team !== undefined && !hasGroup(catalog, team)
      ? [[[...path, 'authorsUnknown'], `there is no group ${team}`] as [PropertyKey[], string]]
      : []),
    ...(verifiedIn !== undefined && !lookUp(catalog.environments, verifiedIn)
      ? [[[...path, 'evidence'], `there is no environment ${verifiedIn}`] as [PropertyKey[], string]]
      : []),
  ];
}

/** A role that may not approve, or a group of nobody, would let a request wait for ever. */
function seatProblems(
  path: PropertyKey[],
  { role, group }: ApprovalSeat,
  catalog: Catalog,
  needed = true,
): [PropertyKey[], string][] {
  if (group !== undefined) return hasGroup(catalog, group) ? [] : [[path, `there is no group ${group}`]];
  const held = role === undefined ? undefined : (lookUp(catalog.roles, role) ?? lookUp(builtInRoles, role));
  if (!held) return [[path, `there is no role ${role}`]];
  if (needed && !held.includes('approve')) return [[path, `the role ${role} has no right to approve`]];
  return [];
}
