import type { SettingName } from './settings';
import { isSet } from './values';
import type { Environment, SettingValues } from './values';

/** What is missing in the registration of the bot, or doesn't fit together. */
export function registrationProblems(environment: Environment, { MicrosoftAppType: type }: SettingValues): string[] {
  const missing = (name: SettingName, cure: string): string[] =>
    isSet(environment[name]) ? [] : [`${name} is missing. ${cure}`];
  const problems = [
    ...missing(
      'MicrosoftAppType',
      'Set it to SingleTenant or UserAssignedMSI; without sign-in Gavel runs in local mode only.',
    ),
    ...missing('MicrosoftAppId', 'Set it to the app id of your bot registration.'),
    ...missing('MicrosoftAppTenantId', 'Set it to the tenant id of your bot registration.'),
  ];
  if (type === 'SingleTenant')
    problems.push(
      ...missing('MicrosoftAppPassword', 'Set it to a client secret of the registration, or use UserAssignedMSI.'),
    );
  if (type === 'UserAssignedMSI' && isSet(environment['MicrosoftAppPassword']))
    problems.push(
      'MicrosoftAppPassword is set, but a managed identity has none. Remove it, or set MicrosoftAppType to SingleTenant.',
    );
  return problems;
}
