import { existsSync, readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import type { Finding } from './finding';

const about = 'the app package';

/** Whether the package that was built here belongs to the running bot; nothing if none was built here. */
export function lookAtAppPackage(file: string, appId: string): Finding[] {
  if (!existsSync(file)) return [];
  const botId = botIdIn(file);
  if (botId === undefined) return [{ about, problem: `${file} isn’t an app package. Run \`npm run manifest\` again.` }];
  if (botId.toLowerCase() === appId.toLowerCase()) return [{ about }];
  const problem = `${file} is for bot ${botId}, but MicrosoftAppId is ${appId}. Run \`npm run manifest\` again and upload the package. Otherwise, people will message the wrong bot.`;
  return [{ about, problem }];
}

function botIdIn(file: string): string | undefined {
  try {
    const text = unzipSync(readFileSync(file))['manifest.json'] ?? new Uint8Array();
    const { bots } = JSON.parse(Buffer.from(text).toString()) as { bots?: { botId?: unknown }[] };
    return typeof bots?.[0]?.botId === 'string' ? bots[0].botId : undefined;
  } catch {
    return undefined;
  }
}
