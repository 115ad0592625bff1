import type { Ticket } from '../../src/connectors/contract';
import { people } from '../features/fakes';
import { hostileName, hostileText, longText } from './contract';
import { scene } from './stage';
import type { Stage } from './stage';

/** Tickets: the draft, the card in every state, what it asks, and lists. */

const { dana, noor } = people;
const line = 'ticket Checkout is slow for shop in production';

async function prepare({ type }: Stage, typed = line): Promise<string> {
  const shown = await type(dana, typed, 'channel');
  const { actions = [] } = ('card' in shown ? shown.data : {}) as { actions?: readonly { id: string }[] };
  return actions[0]?.id ?? '';
}

async function open(stage: Stage, typed = line): Promise<string> {
  const id = await prepare(stage, typed);
  await stage.click(dana, 'tickets.open', { id }, 'channel');
  await stage.world.pass(1_000);
  return id;
}

/** What the tool says now. */
function tell({ world }: Stage, more: Partial<Ticket>): void {
  const ticket = world.tracker.tickets.get('SHOP-1');
  if (ticket) world.tracker.tickets.set('SHOP-1', { ...ticket, ...more });
}

const life = scene(async (stage) => {
  const { show, keep, click, ask, world } = stage;
  await show('tickets-none', dana, 'tickets');
  await show('ticket-draft', dana, line);
  keep('ticket-change', await ask(dana, 'tickets.change', await prepare(stage)));
  const dismissed = await prepare(stage);
  keep('ticket-dismissed', await click(dana, 'tickets.dismiss', { id: dismissed }, 'channel'));
  const id = await open(stage);
  keep('ticket', await click(dana, 'tickets.view', { id }, 'channel'));
  keep('ticket-comment', await ask(dana, 'tickets.comment', id));
  keep('ticket-move', await ask(dana, 'tickets.move', id));
  tell(stage, { state: 'doing', status: 'In review', assignee: 'Noor Operator' });
  keep('ticket-doing', await click(dana, 'tickets.view', { id }, 'channel'));
  world.tracker.faults.push({ method: 'move', failure: 'refused' });
  await click(dana, 'tickets.move', { id, to: 'done', revision: '0' }, 'channel');
  await world.pass(2_000);
  keep('ticket-refused', await click(dana, 'tickets.view', { id }, 'channel'));
  tell(stage, { state: 'done', status: 'Done', moves: ['open'] });
  keep('ticket-done', await click(dana, 'tickets.view', { id }, 'channel'));
  await open(stage, 'ticket Search finds nothing for shop');
  await show('tickets', dana, 'tickets', 'channel');
  world.tracker.tickets.delete('SHOP-1');
  keep('ticket-gone', await click(dana, 'tickets.view', { id }, 'channel'));
});

const troubled = scene(async (stage) => {
  stage.world.tracker.faults.push({ method: 'open', failure: 'refused' });
  const id = await open(stage);
  stage.keep('ticket-failed', await stage.click(dana, 'tickets.view', { id }, 'channel'));
});

const odd = scene(async (stage) => {
  const id = await open(stage, `ticket ${hostileName} for shop`);
  tell(stage, { title: hostileText, status: hostileName, assignee: hostileName, url: '' });
  stage.keep('ticket-hostile', await stage.click(dana, 'tickets.view', { id }, 'channel'));
  tell(stage, { title: longText, status: longText, assignee: longText });
  stage.keep('ticket-long', await stage.click(dana, 'tickets.view', { id }, 'channel'));
});

/** About a run that failed: the form, the card of the run, and what somebody sees who comes second. */
const about = scene(async (stage) => {
  const { world, type, click, ask, keep, show, sent } = stage;
  const nightly = world.pipelines.offered.get('nightly');
  if (nightly) world.pipelines.offered.set('shop/nightly', { ...nightly, id: 'shop/nightly' });
  const preview = await type(dana, 'run shop/nightly where=staging', 'channel');
  const { actions = [] } = ('card' in preview ? preview.data : {}) as { actions?: readonly { id: string }[] };
  const id = actions[0]?.id ?? '';
  await click(dana, 'runs.start', { id }, 'channel');
  await world.pass(1_000);
  world.pipelines.tell({ state: 'failed', reason: '2 of 24 checks failed', url: 'https://ci.example/job/nightly/482' });
  await world.pass(20_000, 5_000);
  keep('ticket', sent('runs/run'));
  await show('ticket-about', dana, 'ticket R-1001', 'channel');
  keep('ticket-report', await ask(dana, 'tickets.report', `run/${id}`));
  await click(dana, 'tickets.report', { id: `run/${id}` }, 'channel');
  await world.pass(2_000);
  keep('ticket-open', sent('runs/run'));
  keep('ticket-taken', await ask(noor, 'tickets.report', `run/${id}`));
});

export const ticketScenes = [life, troubled, odd, about];
