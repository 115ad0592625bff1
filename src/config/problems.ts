import { findNear } from '../core/text/nearest';
import type { SettingName } from './settings';
import { isSet } from './values';
import type { Environment, SettingValues } from './values';

/** What is missing in the bot's registration or doesn't fit together. */
export function registrationProblems(environment: Environment, { MicrosoftAppType: type }: SettingValues): string[] {
  const missing = (name: SettingName, cure: string): string[] =>
    isSet(environment[name]) ? [] : [`${name} is missing. ${cure}`];
  const problems = [
    ...missing(
      'MicrosoftAppType',
      'Set it to SingleTenant or UserAssignedMSI. Without sign-in, Gavel runs in local mode only.',
    ),
    ...missing('MicrosoftAppId', 'Set it to the app ID of your bot registration.'),
    ...missing('MicrosoftAppTenantId', 'Set it to the tenant ID of your bot registration.'),
  ];
  if (type === 'SingleTenant')
    problems.push(
      ...missing('MicrosoftAppPassword', 'Set it to a client secret of your app registration, or use UserAssignedMSI.'),
    );
  if (type === 'UserAssignedMSI' && isSet(environment['MicrosoftAppPassword']))
    problems.push(
      'MicrosoftAppPassword is set, but a managed identity doesn’t use a password. Remove MicrosoftAppPassword, or set MicrosoftAppType to SingleTenant.',
    );
  return problems;
}

const ownPrefix = /^(GAVEL_|MicrosoftApp)/i;
/** Variables that Kubernetes sets for a service called gavel. */
const fromKubernetes = /^GAVEL_(.+_)?(SERVICE_(HOST|PORT(_.+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_.+)?)?)$/;

/** A sentence for each variable that looks like a setting but isn't one. Pure. */
export function misspelledSettings(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): string[] {
  const bySpelling = new Map(names.map((name) => [name.toLowerCase(), name]));
  return Object.entries(environment).flatMap(([typed, value]) => {
    if (names.includes(typed) || value === undefined || fromKubernetes.test(typed)) return [];
    const isOurs = ownPrefix.test(typed);
    const [near] = findNear(typed, bySpelling.keys());
    const name = near && bySpelling.get(near.word);
    // Another program's variable can look similar, so only one letter may differ.
    if (isOurs) return [`Gavel has no setting ${typed}. ${name ? `Did you mean ${name}?` : 'Remove it.'}`];
    const isMeant = name !== undefined && near !== undefined && near.distance === 1 && name.includes('_');
    return isMeant ? [`Gavel has no setting ${typed}. Did you mean ${name}?`] : [];
  });
}
