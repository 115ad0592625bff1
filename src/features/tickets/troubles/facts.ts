import type { TicketNote } from '../../../connectors/contract';
import { may } from '../../../core/catalog/rights';
import type { Target } from '../../../core/catalog/rights';
import { idFrom, lookUp } from '../../../core/keys';
import { cleanText, webAddress } from '../../../core/text';
import type { Collection, Stored } from '../../../store/contract';
import type { FeatureDependencies } from '../../contract';
import { troubleKinds } from '../contract';
import type { TicketRecord, TroubleKind, TroubleName } from '../contract';
import { reportButton, ticketFact } from './cards';
import type { ShownTicket, Trouble, TroubleSource } from './contract';

/** Which ticket is about what. */

export type Troubles = ReturnType<typeof createTroubles>;

/** The features in which things go wrong, by kind. */
export function createTroubles() {
  const sources = new Map<TroubleKind, TroubleSource>();
  return {
    register: (kind: TroubleKind, source: TroubleSource): void => void sources.set(kind, source),
    redraw: async ({ kind, id }: TroubleName): Promise<void> => sources.get(kind)?.redraw(id),
    find: async ({ kind, id }: TroubleName, personId: string): Promise<Trouble | undefined> =>
      sources.get(kind)?.find(id, personId),
  };
}

const kindOfLetter: Readonly<Record<string, TroubleKind>> = { a: 'alert', d: 'deployment', r: 'run' };

/** `D-1042`: what a typed label names; undefined if it names nothing. Pure. */
export function readTroubleLabel(typed: string): TroubleName | undefined {
  const [, letter = ''] = /^([adr])-\d{1,9}$/i.exec(typed.trim()) ?? [];
  const kind = lookUp(kindOfLetter, letter.toLowerCase());
  return kind && { kind, id: typed.trim().toUpperCase() };
}

/** `deployment/36eb…`: what a button names; undefined if it names nothing. Pure. */
export function readTroubleName(clicked: string): TroubleName | undefined {
  const [word = '', id = ''] = clicked.split('/');
  const kind = troubleKinds.find((each) => each === word);
  return kind && { kind, id };
}

/** After so many tickets that the tool rejected, the last one counts. */
const maxRounds = 50;

/** The ticket about this, and the id of the one that comes next: after one that the tool rejected, somebody can open another. */
export async function ticketAbout(
  records: Pick<Collection<TicketRecord>, 'get'>,
  { kind, id }: TroubleName,
): Promise<{ readonly id: string; readonly found: Stored<TicketRecord> | undefined }> {
  let failed: Stored<TicketRecord> | undefined;
  for (let round = 0; ; round += 1) {
    const ticketId = idFrom('ticket about', kind, id, String(round));
    const found = await records.get(ticketId);
    if (!found) return { id: ticketId, found: failed };
    if (found.value.phase !== 'failed' || round >= maxRounds) return { id: ticketId, found };
    failed = found;
  }
}

/** Whether somebody can open a ticket about it: there is none yet, or the tool rejected it. */
export const canReport = (found: Stored<TicketRecord> | undefined): boolean =>
  found === undefined || found.value.phase === 'failed';

/** What the card of something that went wrong shows to this person; without one, to everybody in a channel. */
export async function showTicketOf(
  deps: Pick<FeatureDependencies, 'catalog' | 'systems'>,
  records: Pick<Collection<TicketRecord>, 'get'>,
  name: TroubleName,
  { service, environment }: Target,
  viewer: string | undefined,
): Promise<ShownTicket> {
  const { found } = await ticketAbout(records, name);
  const isBound = canReport(found) && deps.systems.tickets(service, environment) !== undefined;
  const offers = isBound && (viewer === undefined || may(deps.catalog(), viewer, 'deploy', { service, environment }));
  return {
    facts: found ? [ticketFact(found.value)] : [],
    button: offers ? reportButton(name) : { title: '', id: '' },
  };
}

/** Where the trouble can be seen. An address that only this network knows is told as text. */
export async function notesOf(
  { messageLink }: Pick<FeatureDependencies, 'messageLink'>,
  { label, messageKey, pages }: Trouble,
): Promise<readonly TicketNote[]> {
  const card = webAddress(await messageLink?.(messageKey));
  return [{ text: `About ${cleanText(label, 40)}`, ...(card !== '' && { url: card }) }, ...pages].map(writeNote);
}

function writeNote({ text, url }: TicketNote): TicketNote {
  if (url === undefined || url.startsWith('https://')) return { text, ...(url !== undefined && { url }) };
  return { text: `${text}: ${url}` };
}
