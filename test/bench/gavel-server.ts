import { createRequire } from 'node:module';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type * as app from '../../src/app';
import type { RateLimit } from '../../src/chat/rate-limit';
import type * as settings from '../../src/config';
import { answerQuestions, usage } from './process';
import { createQuickConnector } from './quick-connector';
import { connectorsWith } from '../systems';

// The complete compiled Gavel: store, audit log, rights, cards, outbox. Where replies are counted, Teams' limit of 50 a second is lifted.

const load = createRequire(__filename);
const built = process.env['BENCH_BUILT'] ?? '';
const { createApp } = load(join(built, 'app.js')) as typeof app;
const { readConfig } = load(join(built, 'config.js')) as typeof settings;

const noLimits: RateLimit = {
  freeAt: () => 0,
  allowedAt: () => 0,
  take: () => ({ use: () => undefined, markLeft: () => undefined, markEnded: () => undefined }),
  recall: () => undefined,
  hold: () => undefined,
  silencesMs: () => [],
  answerWaits: () => () => undefined,
};

async function main(): Promise<void> {
  const result = readConfig(process.env);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  const { BENCH_OPENID: openIdUrl, BENCH_LOGIN: loginUrl } = process.env;
  const pace = process.env['BENCH_PACE'] === 'none' ? noLimits : undefined;
  const connectors = connectorsWith(createQuickConnector());
  const teams = { openIdUrl, loginUrl, trustsThisMachine: true, pace };
  const gavel = await createApp({ ...result.config, mode: 'teams' }, { childEnvironment: {}, connectors, teams });
  await gavel.start();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const port = result.config.port;
  answerQuestions(
    (question: { readonly usage?: true; readonly delay?: 'begin' | 'end' }) => {
      if (question.usage) return usage();
      if (question.delay === undefined) return { port };
      if (question.delay === 'begin') return void (delay.reset(), delay.enable());
      delay.disable();
      return { p50Ms: delay.percentile(50) / 1e6, p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6 };
    },
    () => gavel.stop(),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
