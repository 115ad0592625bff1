import { settings } from '../../src/config/settings';
import type { Setting } from '../../src/config/settings';

/** The text of `.env.example`. */
export function exampleEnvironment(): string {
  const groups = [...new Set(settings.map((setting) => setting.group))];
  const parts = groups.map((group) => {
    const lines = settings
      .filter((setting) => setting.group === group)
      .map(
        (setting) =>
          `# ${setting.summary}. Default: ${describeDefault(setting)}\n# ${setting.name}=${exampleValue(setting)}`,
      );
    return `## ${group}\n\n${lines.join('\n\n')}\n`;
  });
  return `# \`npm run docs\` writes this file from the settings in src/config/settings.ts. Without any of them, Gavel runs in local mode.\n\n${parts.join('\n')}`;
}

function describeDefault(setting: Setting): string {
  if (setting.without !== undefined) return `(${setting.without})`;
  if (typeof setting.default === 'string') return setting.default;
  return `(${setting.default.local} in local mode, else ${setting.default.teams})`;
}

function exampleValue({ default: value }: Setting): string {
  return typeof value === 'string' ? value : '';
}
