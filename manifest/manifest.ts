import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppManifestUtils } from '@microsoft/app-manifest';
import type { TeamsManifestV1D27 } from '@microsoft/app-manifest';
import type { Command } from '../src/chat/contract';
import type { PackageSettings } from './settings';

/** The manifest of the app package: a template, the settings of one installation, and Gavel's actual commands. */

export type Manifest = TeamsManifestV1D27.TeamsManifestV1D27;

/** Teams shows at most this many commands. */
const maxListed = 12;
const scopes = ['personal', 'team', 'groupChat'] as const;
/** Fields that come from the settings and the commands instead of the template. */
type Filled = 'version' | 'id' | 'name' | 'developer' | 'bots';
const schemaFile = '@microsoft/app-manifest/build/json-schemas/teams/v1.27/MicrosoftTeams.schema.json';

/** Pure, except that it reads the template next to this file. */
export function makeManifest(settings: PackageSettings, version: string, commands: readonly Command[]): Manifest {
  const template = JSON.parse(readFileSync(join(__dirname, 'manifest.template.json'), 'utf8')) as Omit<
    Manifest,
    Filled
  >;
  const listed = commands
    .filter((command) => command.isInFront)
    .slice(0, maxListed)
    .map(({ name, summary }) => ({ title: name, description: summary }));
  const { $schema, manifestVersion, ...rest } = template;
  return {
    $schema,
    manifestVersion,
    version,
    id: settings.appId,
    name: { short: settings.name, full: `${settings.name}: ship and run software from chat` },
    developer: {
      name: settings.organization,
      websiteUrl: settings.websiteUrl,
      privacyUrl: settings.privacyUrl,
      termsOfUseUrl: settings.termsUrl,
    },
    ...rest,
    bots: [
      {
        botId: settings.appId,
        scopes: [...scopes],
        isNotificationOnly: false,
        supportsFiles: true,
        supportsCalling: false,
        supportsVideo: false,
        commandLists: scopes.map((scope) => ({ scopes: [scope], commands: listed })),
      },
    ],
  };
}

/** Problems that the local copy of the schema finds, and those that Teams finds beyond the schema. */
export async function manifestProblems(manifest: Manifest): Promise<string[]> {
  const schema: unknown = JSON.parse(readFileSync(require.resolve(schemaFile), 'utf8'));
  const problems = await AppManifestUtils.validateAgainstSchema(manifest, schema as never);
  const bot = manifest.bots?.[0];
  if (bot?.scopes.some((scope) => scope === 'team') && manifest.supportsChannelFeatures === undefined)
    problems.push('supportsChannelFeatures is missing; since 1.25, Teams requires it of every bot in teams.');
  for (const { scopes: names, commands } of bot?.commandLists ?? []) {
    if (commands.length > 12)
      problems.push(`There are ${commands.length} commands for ${names.join()}; Teams allows 12.`);
    for (const { title, description = '' } of commands)
      if (title.length > 32 || description.length > 128)
        problems.push(`The command ${title} has more than 32 characters, or its description more than 128.`);
  }
  return problems;
}
