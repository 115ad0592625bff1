import type { z } from 'zod';
import { lookUp } from '../core/keys';
import { registerSecret } from '../core/text/secrets';
import { passwordParts } from './forms';
import { settings } from './settings';
import type { Declared, Mode, Setting, SettingName } from './settings';

/** What each setting holds: what was written, else its default; undefined only where a setting has none. */
export type SettingValues = {
  readonly [Name in SettingName]:
    z.output<Declared<Name>['parse']> | (Declared<Name> extends { readonly default: unknown } ? never : undefined);
};

export type Environment = Readonly<Record<string, string | undefined>>;

const registrationSettings = [
  'MicrosoftAppType',
  'MicrosoftAppId',
  'MicrosoftAppPassword',
  'MicrosoftAppTenantId',
] as const satisfies readonly SettingName[];

/** Reads each setting by itself and registers the secrets; what belongs together is for the caller to say. A text with a problem counts as left out. */
export function readSettings(environment: Environment): {
  readonly mode: Mode;
  readonly values: SettingValues;
  readonly problems: string[];
} {
  const mode = modeOf(environment);
  const problems: string[] = [];
  const values = settings.map((setting) => {
    const text = lookUp(environment, setting.name)?.trim();
    if (!isSet(text)) return [setting.name, defaultOf(setting, mode)];
    if (setting.secret) registerSecret(text);
    if (setting.name === 'MONGODB_URI') passwordParts(text).forEach(registerSecret);
    const parsed = setting.parse.safeParse(text);
    if (parsed.success) return [setting.name, parsed.data];
    const said = setting.secret ? 'not valid' : `"${text}"`;
    problems.push(`${setting.name} is ${said}. It must be ${parsed.error.issues[0]?.message}.`);
    return [setting.name, defaultOf(setting, mode)];
  });
  return { mode, values: Object.fromEntries(values) as SettingValues, problems };
}

/** Anything of a registration means Teams, so that a mistake in it can't open local mode, which has no sign-in. */
function modeOf(environment: Environment): Mode {
  const isRegistered = registrationSettings.some((name) => isSet(environment[name]));
  return isRegistered || environment['NODE_ENV']?.trim() === 'production' ? 'teams' : 'local';
}

function defaultOf(setting: Setting, mode: Mode): unknown {
  if (setting.default === undefined) return undefined;
  return setting.parse.parse(typeof setting.default === 'string' ? setting.default : setting.default[mode]);
}

export function isSet(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}
