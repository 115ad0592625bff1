import { startIngestion } from '../telemetry/ingestion';

// The ingestion endpoint of Application Insights as a part of a measurement: it reports its address and how much it received.

async function main(): Promise<void> {
  const { connectionString, certificateFile, envelopes } = await startIngestion(process.env['BENCH_FOLDER'] ?? '');
  process.on('message', () => process.send?.({ connectionString, certificateFile, told: envelopes.length }));
  process.on('disconnect', () => process.exit(0));
  process.send?.({});
}

void main();
