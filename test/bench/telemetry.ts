import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { writeProofCatalog } from '../proof/harness';
import { figure, median, times } from './contract';
import type { Measurement } from './contract';
import { connections, sample, warmUpSeconds } from './help-message';
import type { Sample } from './help-message';
import { startPart } from './process';
import { startGavel } from './start-gavel';

/** How much processor time Application Insights may cost on top of the work itself. */
const maxRatio = 1.25;

interface Ingested {
  readonly connectionString: string;
  readonly certificateFile: string;
  /** How many envelopes have arrived so far. */
  readonly told: number;
}

export const telemetry: Measurement = {
  how: 'The same “help” messages to Gavel with Application Insights, which sends to an ingestion endpoint of its own over TLS; the peer is Gavel without it.',
  async measure(bench) {
    const load = await startPart({ main: 'load.ts', core: 1 });
    const environment = { BENCH_FOLDER: bench.folder };
    const ingestion = await startPart({ main: 'ingestion-server.ts', core: 1, environment });
    const { connectionString, certificateFile } = await ingestion.ask<Ingested>({});
    const start = async (environment: Readonly<Record<string, string>>) => {
      const folder = mkdtempSync(join(bench.folder, 'telemetry-'));
      writeProofCatalog(folder, 20, 100);
      return startGavel({ built: await bench.built(), folder, withoutPace: true, environment });
    };
    const silent = await start({});
    const telling = await start({
      APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString,
      NODE_EXTRA_CA_CERTS: certificateFile,
    });
    const [without, withIt]: [Sample[], Sample[]] = [[], []];
    try {
      for (let round = 0; round <= bench.rounds; round++)
        for (const [server, kept] of [
          [silent, without],
          [telling, withIt],
        ] as const) {
          const { port } = await server.ask<{ port: number }>({});
          const seconds = round === 0 ? warmUpSeconds : bench.seconds;
          const found = await sample(server, load, { port, connections, seconds, text: 'help', token: undefined });
          if (round > 0) kept.push(found);
        }
    } finally {
      await Promise.all([silent.stop(), telling.stop(), load.stop()]);
    }
    const { told } = await ingestion.ask<Ingested>({});
    await ingestion.stop();
    const messages = withIt.reduce((sum, { answered }) => sum + answered, 0);
    if (told < messages) bench.note(`telemetry: ${told} envelopes arrived for more than ${messages} messages`);
    const [mine, others] = [withIt, without].map((samples) => median(samples.map(({ cpuUs }) => cpuUs)));
    const ratio = median(withIt.map(({ cpuUs }, index) => cpuUs / (without[index]?.cpuUs ?? cpuUs)));
    return [
      {
        what: 'help message with Application Insights, peer Gavel without: processor time of one',
        gavel: `${figure(mine ?? 0)} µs`,
        peer: `${figure(others ?? 0)} µs`,
        ratio: times(ratio),
        aim: `at most ${maxRatio}×`,
        holds: ratio <= maxRatio,
      },
    ];
  },
};
