import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import { freePort } from '../free-ports';
import { eventually } from '../patience';
import { askForDeployment } from '../proof/ask';
import { channelNumber, createPeople, dana, deliver, personNumber, writeProofCatalog } from '../proof/harness';
import { createLedgerConnector } from '../proof/runs/ledger-connector';
import { startRunLedger } from '../proof/runs/run-ledger';
import { startOpenConnector } from '../proof/teams/open-connector';
import type { Call } from './instrument';
import type { Trace, Watch } from './watch';
import { connectorsWith } from '../systems';

/** One act of a person, from the activity to the answer. */
export interface TracedAct extends Trace {
  readonly title: string;
  /** The decision, in words. */
  readonly decisionIs: string;
  /** How many files may run until the answer. */
  readonly mostFiles: number;
}

const version = '1.0.2';

/** A started Gavel with its store on disk, a connector over HTTP and Teams over HTTP: Approve is clicked, then a `deploy` is typed. */
export async function traceActs({ next }: Watch): Promise<readonly TracedAct[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-trace-'));
  writeProofCatalog(folder, 2, 1);
  const ledger = await startRunLedger();
  const teams = await startOpenConnector();
  const people = createPeople(teams.url);
  const port = await freePort();
  const settings = {
    PORT: String(port),
    GAVEL_DATA: folder,
    GAVEL_CATALOG: join(folder, 'catalog.yaml'),
    LOG_LEVEL: 'silent',
  };
  const result = readConfig(settings);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  const connectors = connectorsWith(createLedgerConnector(ledger.url));
  const app = await createApp({ ...result.config, mode: 'teams' }, { childEnvironment: {}, connectors });
  await app.start();
  try {
    const [approver, first, second] = [personNumber(1), channelNumber(1), channelNumber(2)] as const;
    await deliver(port, people.says(approver, first, 'hello'));

    // Once before it counts: what a process does only the first time isn't part of a click.
    const warmUp = await askForDeployment(port, teams, first, 's1', version);
    await deliver(port, people.clicks(approver, first, warmUp.card.id, 'approvals.approve', { id: warmUp.approvalId }));
    await eventually('a run', () => ledger.started[0]);
    const asked = await askForDeployment(port, teams, second, 's2', version);
    await quiet();
    const approved = next(isApproval);
    await deliver(port, people.clicks(approver, second, asked.card.id, 'approvals.approve', { id: asked.approvalId }));
    const clicked = await approved;

    await eventually('a second run', () => ledger.started[1]);
    await quiet();
    const shown = next(isPolicy);
    await deliver(port, people.says(dana, first, 'deploy s1 1.0.1 to production'));
    const typed = await shown;
    return [
      { title: 'a clicked Approve', decisionIs: 'what a vote makes of an approval', mostFiles: 47, ...clicked },
      { title: 'a typed `deploy`', decisionIs: 'what stands in the way of a deployment', mostFiles: 50, ...typed },
    ];
  } finally {
    await app.stop();
    await teams.close();
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The pure function that applies a vote to an approval. */
const isApproval = ({ file, name }: Call): boolean =>
  file.startsWith('features/approvals/') && name === 'approvalTransition';

/** The pure function that says what blocks a deployment. */
const isPolicy = ({ file, name }: Call): boolean => file.startsWith('features/policy/') && name === 'findObstacles';

/** Everything that the last act started is over. */
const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3_000));
