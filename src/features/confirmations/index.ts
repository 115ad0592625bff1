import { z } from 'zod';
import type { Action, Asked, Command, Content, Feature, Guard, Reply, Turn } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import { isMarkedBy } from '../../core/operations';
import { plainText } from '../../core/text';
import type { PendingEffect } from '../../jobs/contract';
import type { Stored } from '../../store/contract';
import { defineAction } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { confirmationCard, titleOf } from './card';
import { questionsOf } from './personal-data';
import { confirmationsSpec, endedConfirmation, openConfirmation } from './record';
import type { Confirmation } from './record';

export { foreseenOnce } from './foreseen';

/** Does what was confirmed; `effect` is what was shown of it. */
export type ConfirmedDoer = (turn: Turn, asked: Asked, effect: string | undefined) => Promise<Reply>;

export interface Confirmations {
  readonly feature: Feature;
  /** Shows what the catalog marks before it is done. */
  readonly guard: Guard;
  /** Who does it once it is confirmed; must be given before anything is. */
  doBy(doer: ConfirmedDoer): void;
}

const kind = 'confirmations';
const maxCharacters = 4_000;
const Input = z.object({ id: z.string().min(1).max(100) });

/** Whatever the catalog marks is shown first, to be confirmed by the one who asked for it. */
export function createConfirmations(
  deps: FeatureDependencies,
  { commands }: { readonly commands: () => readonly Command[] },
): Confirmations {
  const { catalog, clock, outbox, store, sweeper } = deps;
  const confirmations = store.collection(confirmationsSpec);
  let doer: ConfirmedDoer = () => Promise.reject(new Error('Nobody does what is confirmed yet'));

  const commandOf = (action: string): Command | undefined => commands().find(({ name }) => name === action);

  const cardOf = (id: string, confirmation: Confirmation): Content => {
    const command = commandOf(confirmation.asked.action);
    return confirmationCard({ id, confirmation, command, catalog: catalog(), now: clock.now() });
  };

  async function perform({ id, value }: Stored<Confirmation>, { kind: what }: PendingEffect): Promise<void> {
    const content =
      what === 'show' ? cardOf(id, value) : contentOf(await doer(turnOf(value), value.asked, value.effect));
    if (!content) return;
    await outbox.put({
      key: `confirmation:${id}:${what}`,
      destination: { to: 'place', placeId: value.place.id, thread: value.thread },
      content,
      revision: what === 'show' && value.state !== 'open' ? 2 : 1,
      final: value.state !== 'open',
      onBehalfOf: value.person.id,
    });
  }

  sweeper.register<Confirmation>({
    name: kind,
    collection: confirmations,
    perform,
    wake: async ({ id }, now) =>
      void (await confirmations.update(id, (each) => endedConfirmation(each, 'expired', now))),
  });

  async function end(turn: Turn, id: string, state: 'confirmed' | 'left'): Promise<Reply> {
    const found = (await confirmations.get(id))?.value;
    if (!found) throw new UserError('I do not know that question any more, so nothing was done. Ask again.');
    if (found.person.id !== turn.person.id)
      throw new UserError(`Only ${plainText(found.person.name, 60)} can say that, so nothing was changed.`);
    const after = await confirmations.update(id, (each) => endedConfirmation(each, state, clock.now()));
    if (after?.changed) sweeper.kick(kind, id);
    const now = after?.value ?? found;
    return {
      ...cardOf(id, now),
      ...(after?.changed && { audit: { target: titleOf(now).slice(0, 120), outcome: state } }),
    };
  }

  const action = (verb: string, state: 'confirmed' | 'left'): Action =>
    defineAction({
      verb: `confirmations.${verb}`,
      operation: 'answer',
      input: Input,
      run: (turn, { id }) => end(turn, id, state),
    });

  return {
    feature: {
      name: kind,
      actions: [action('do', 'confirmed'), action('leave', 'left')],
      personalData: [questionsOf(confirmations)],
    },
    doBy: (given) => void (doer = given),
    async guard(turn, asked, foreseen) {
      const marked = markedBy(catalog(), asked);
      if (!marked) return undefined;
      if (JSON.stringify(asked).length > maxCharacters)
        throw new UserError('That is too long to be confirmed on a card, so nothing was done. Shorten it.');
      const { person, place, thread, trigger, correlationId } = turn;
      const id = idFrom(kind, correlationId, asked.action);
      const effect = await foreseen();
      const askedAt = clock.now();
      const opening = { asked, ...(effect && { effect }), person, place, thread, trigger, correlationId, askedAt };
      await confirmations.upsert(
        id,
        (known) =>
          known ??
          openConfirmation(
            { ...opening, person: { id: person.id, name: person.name } },
            askedAt + marked.expiresAfterSeconds * 1_000,
          ),
      );
      sweeper.kick(kind, id);
      return trigger === 'typed'
        ? { nothing: true }
        : { notice: 'Nothing was done yet: look at it once more, the question stands below.' };
    },
  };
}

/** The mark that holds it; of several the one whose question ends first. */
function markedBy({ confirm }: Catalog, { acts }: Asked): Catalog['confirm'][number] | undefined {
  return confirm
    .filter((mark) => acts.some((act) => isMarkedBy(mark, act)))
    .sort((one, other) => one.expiresAfterSeconds - other.expiresAfterSeconds)[0];
}

function turnOf({ person, place, thread, trigger, correlationId, askedAt }: Confirmation): Turn {
  return {
    correlationId,
    reference: correlationId.slice(0, 8),
    receivedAt: askedAt,
    person,
    place,
    thread,
    trigger,
    begin: () => Promise.reject(new UserError('A dialog is not begun by a confirmation. Write the line again.')),
  };
}

function contentOf(reply: Reply): Content | undefined {
  if ('nothing' in reply) return undefined;
  return 'notice' in reply ? { text: reply.notice } : reply;
}
