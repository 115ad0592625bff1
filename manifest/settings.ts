import type { SettingName } from '../src/config/settings';
import { readSettings } from '../src/config/values';

/** What an app package needs: one registration, and the names and links that people see. */
export interface PackageSettings {
  readonly appId: string;
  readonly name: string;
  readonly organization: string;
  readonly websiteUrl: string;
  readonly privacyUrl: string;
  readonly termsUrl: string;
}

const used: readonly SettingName[] = [
  'MicrosoftAppId',
  'GAVEL_APP_NAME',
  'GAVEL_ORGANISATION',
  'GAVEL_WEBSITE_URL',
  'GAVEL_PRIVACY_URL',
  'GAVEL_TERMS_URL',
];

/** Reads only what a package needs, so you can build it without any secret. */
export function readPackageSettings(
  environment: Readonly<Record<string, string | undefined>>,
): PackageSettings | { readonly problems: readonly string[] } {
  const { values, problems } = readSettings(Object.fromEntries(used.map((name) => [name, environment[name]])));
  const missing = (name: SettingName, cure: string): void => {
    if (!environment[name]?.trim()) problems.push(`${name} is missing. ${cure}`);
  };
  missing('MicrosoftAppId', 'Set it to the app ID of your bot registration; the package belongs to that bot.');
  missing('GAVEL_WEBSITE_URL', 'Set it to your own page about Gavel; Teams requires one.');
  if (problems.length > 0) return { problems };
  const { MicrosoftAppId: appId = '', GAVEL_WEBSITE_URL: websiteUrl = '' } = values;
  return {
    appId,
    name: values.GAVEL_APP_NAME,
    organization: values.GAVEL_ORGANISATION,
    websiteUrl,
    privacyUrl: values.GAVEL_PRIVACY_URL ?? websiteUrl,
    termsUrl: values.GAVEL_TERMS_URL ?? websiteUrl,
  };
}
