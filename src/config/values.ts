import type { z } from 'zod';
import { lookUp } from '../core/keys';
import { registerSecret } from '../core/text/secrets';
import { passwordParts } from './forms';
import { settings } from './settings';
import type { Declared, Mode, Setting, SettingName } from './settings';

/** The value of each setting: what was written, or else its default; undefined only if a setting has neither. */
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

/** Reads each setting and registers the secrets; the caller checks how they fit together. A text with a problem counts as omitted. */
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

/** Any setting of a registration means Teams, so a mistake in it can't open local mode, which has no sign-in. */
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
