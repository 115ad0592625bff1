import { parseSettings } from '../src/config';
import type { SettingName } from '../src/config/settings';

/** What an app package is made for: one registration, named as its people shall see it. */
export interface PackageSettings {
  readonly appId: string;
  readonly name: string;
  readonly organisation: string;
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

/** Reads only what a package needs, so that it can be built where no secret is known. */
export function readPackageSettings(
  environment: Readonly<Record<string, string | undefined>>,
): PackageSettings | { readonly problems: readonly string[] } {
  const { values, problems } = parseSettings(Object.fromEntries(used.map((name) => [name, environment[name]])));
  const text = (name: SettingName, fallback = ''): string => (values[name] as string | undefined) ?? fallback;
  const missing = (name: SettingName, cure: string): void => {
    if (!environment[name]?.trim()) problems.push(`${name} is missing. ${cure}`);
  };
  missing('MicrosoftAppId', 'Set it to the app id of your bot registration; the package belongs to that bot.');
  missing('GAVEL_WEBSITE_URL', 'Set it to a page of yours about Gavel; Teams takes no package without one.');
  if (problems.length > 0) return { problems };
  const websiteUrl = text('GAVEL_WEBSITE_URL');
  return {
    appId: text('MicrosoftAppId'),
    name: text('GAVEL_APP_NAME', 'Gavel'),
    organisation: text('GAVEL_ORGANISATION', 'Gavel'),
    websiteUrl,
    privacyUrl: text('GAVEL_PRIVACY_URL', websiteUrl),
    termsUrl: text('GAVEL_TERMS_URL', websiteUrl),
  };
}
