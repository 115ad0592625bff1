import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { automation, Jenkins } from '../connectors/jenkins/double';
import { keyed } from '../connectors/jenkins/world';
import type { BuildState } from '../connectors/jenkins/world';
import { eventually } from '../patience';
import { wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { deployments } from './deploying';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { writeQuickCatalog } from './quick-catalog';

describe('a job of Jenkins that somebody starts', () => {
  const folder = temporaryFolder();
  let jenkins: Jenkins;
  let product: Product | undefined;
  let start: () => Promise<Product>;

  before(async () => {
    jenkins = await Jenkins.start();
    jenkins.job('shop/deploy', [{ name: 'VERSION' }, ...keyed]);
    const ports = await portsOfProduct();
    const environment = { GAVEL_CATALOG: writeCatalog(), GAVEL_JENKINS: automation.token };
    start = () => startProduct({ dataDir: folder.path, ports, environment });
    product = await start();
  });
  beforeEach(() => {
    jenkins.stopAt = () => undefined;
  });
  after(async () => {
    await product?.stop();
    folder.remove();
    await jenkins.close();
  });

  function writeCatalog(): string {
    const connection = `  ci: { kind: jenkins, url: "${jenkins.url}", user: ${automation.user}, credential: GAVEL_JENKINS, run: ["shop/*"] }`;
    const file = join(folder.path, 'with-jenkins.yaml');
    const text = readFileSync(writeQuickCatalog(folder.path), 'utf8');
    writeFileSync(file, text.replace(/^connections:$/m, `connections:\n${connection}`));
    return file;
  }

  const running = (): Product => product ?? assert.fail('it runs');
  const seeAs = (who: string, fits: (message: SeenMessage) => boolean): Promise<SeenMessage> =>
    running().client.waitFor(who, deployments, fits);
  const see = (words: RegExp): Promise<SeenMessage> =>
    seeAs('dana', ({ card, view }) => words.test(wordsOf(view ?? card)));
  const itemsOf = (version: string) => jenkins.items.filter(({ values }) => values['VERSION'] === version);

  async function preview(version: string): Promise<SeenMessage> {
    await running().client.say('dana', deployments, `run shop/deploy VERSION=${version}`);
    return see(new RegExp(`Nothing has been started yet.*${version.replaceAll('.', '\\.')}`, 's'));
  }

  it('goes on after Gavel was killed before it heard that the start has arrived, and there is exactly one run', async () => {
    const asked = await preview('2.14.0');
    const killed = new Promise<void>((resolve, reject) => {
      jenkins.onStop = () => void running().kill().then(resolve, reject);
    });
    let isPast = false;
    jenkins.stopAt = (id) => {
      if (isPast || id !== 'buildWithParameters') return undefined;
      isPast = true;
      return 'after';
    };
    // The click may be killed with the rest; what it asked for is stored.
    await running()
      .client.click('dana', asked, 'runs.start')
      .catch(() => undefined);
    await killed;
    jenkins.begin().end('SUCCESS');
    product = await start();
    await see(/R-\d+.*2\.14\.0.*Succeeded|Succeeded.*2\.14\.0/s);
    assert.equal(itemsOf('2.14.0').length, 1);
    assert.match(itemsOf('2.14.0')[0]?.values['GAVEL_KEY'] ?? '', /^run:/);
  });

  /** The approver’s card of the step with this message. */
  async function cardOf(message: string): Promise<SeenMessage> {
    const asked = await seeAs('avery', ({ card }) => {
      const text = JSON.stringify(card ?? {});
      return text.includes('"verb":"approvals.view"') && text.includes(message);
    });
    await running().client.refresh('avery', asked);
    return asked;
  }

  async function startRun(version: string): Promise<BuildState> {
    await running().client.click('dana', await preview(version), 'runs.start');
    await eventually('Jenkins has the start', () => itemsOf(version).length === 1);
    return jenkins.begin();
  }

  it('waits for its input steps, which are decided on their cards, or in Jenkins, which says by whom', async () => {
    const build = await startRun('2.15.0');
    const notify = { name: 'NOTIFY', type: 'ChoiceParameterDefinition', choices: ['everybody', 'nobody'] };
    build.wait({ id: 'Go-live', message: 'Deploy to production?', parameters: [notify, { name: 'approvedBy' }] });
    const card = await cardOf('Deploy to production?');
    await running().client.click('avery', card, 'approvals.approve', { 'choice-1': 'NOTIFY="nobody"' });
    await eventually('Jenkins has the approval', () => build.answers.length === 1);
    const answers = JSON.stringify(build.answers[0]);
    assert.match(answers, /"name":"NOTIFY","value":"nobody"/);
    assert.match(answers, /"name":"approvedBy","value":"Approved by Avery/);
    await see(/Deploy to production\?.*Approved by Avery|Approved by Avery.*Deploy to production\?/s);
    build.wait({ id: 'Open', message: 'Open to everybody?', parameters: [] });
    const late = await cardOf('Open to everybody?');
    build.approvers.push('ada');
    build.inputs = [];
    // Gavel may have seen it before the click, whose button is then gone.
    await running()
      .client.click('avery', late, 'approvals.approve')
      .catch(() => undefined);
    await see(/Approved in Jenkins by ada/);
    assert.equal(build.answers.length, 1);
    build.end('SUCCESS');
    await see(/2\.15\.0.*Succeeded|Succeeded.*2\.15\.0/s);
  });
});
