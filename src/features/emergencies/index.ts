import { cannotSee } from '../../core/catalog/refusals';
import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Command, DescribeAudit, Feature } from '../../chat/contract';
import { may } from '../../core/catalog/rights';
import type { Act } from '../../core/operations';
import { cleanText, plainText } from '../../core/text';
import { openWorkflow } from '../../workflows';
import type { ActivityOf } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { emergencyCommand, previewActions } from './preview/commands';
import type { EmergencyNeeds } from './facts';
import { listReviews } from './list';
import { drawPreview, previewTopic } from './preview/cards';
import type { PreviewParts } from './preview/cards';
import { previewWorkflow } from './preview/workflow';
import type { EmergencyPreview, PreviewVerdict } from './preview/workflow';
import { createReviewStore, reviewTopic } from './store';
import type { ReviewStore } from './store';

/** Deploying past every rule in an emergency: confirmed first, announced to everybody concerned, with a review that stays open. */
export function createEmergencies(deps: FeatureDependencies, needs: EmergencyNeeds): { feature: Feature } {
  const reviews = createReviewStore(deps, needs);
  const previews = openWorkflow(deps, previewWorkflow, ({ apply }): ActivityOf<EmergencyPreview, PreviewVerdict> => ({
    effects: { redraw: ({ id }) => deps.outbox.changed(previewTopic(id)) },
    wake: async ({ id }) => void (await apply(id, { type: 'time' }, {})),
  }));
  const parts: PreviewParts = { deps, ...needs, previews };
  needs.deployments.onEmergency(reviews.follow);
  deps.outbox.drawCopies(previewTopic(''), async (copy) => {
    const found = await previews.records.get(copy.about.slice(previewTopic('').length));
    return found && drawPreview(parts, copy, found);
  });
  return {
    feature: {
      name: 'emergencies',
      commands: [emergencyCommand(parts), ...reviewCommands(deps, reviews)],
      actions: [...previewActions(parts), ...reviewActions(deps, reviews)],
      describeAudit,
    },
  };
}

function reviewCommands(deps: FeatureDependencies, reviews: ReviewStore): Command[] {
  return [
    {
      name: 'emergency reviews',
      phrasings: ['which|what emergencies are [still] open', 'open reviews', 'what has to be reviewed'],
      synonyms: ['reviews'],
      operation: 'look',
      summary: 'List emergency deployments waiting for a review',
      shows: ['emergency-reviews'],
      topic: 'Look',
      examples: ['emergency reviews'],
      right: 'view',
      run: (turn) => listReviews(deps, reviews, turn),
    },
    {
      name: 'emergency review',
      synonyms: ['close review'],
      operation: 'review',
      summary: 'Close the review of an emergency deployment',
      topic: 'Decide',
      arguments: [
        { name: 'id', kind: 'deployment', summary: 'the deployment’s number', required: true },
        { name: 'findings', kind: 'text', summary: 'what was found', keyword: 'because', isNeeded: true },
      ],
      examples: ['emergency review D-1042 because the missing check was added'],
      right: 'approve',
      acts: (_turn, { id = '' }) => reviewActs(reviews, id),
      async run({ person }, { id = '', findings = '' }) {
        const { value } = await reviews.close(id, person, cleanText(findings, 500));
        return {
          text: `**The review of D-${value.number} is closed.** ${plainText(value.title, 120)}: ${plainText(value.closed?.findings ?? '', 500)}`,
        };
      },
    },
  ];
}

const Id = z.string().regex(/^[0-9a-f]{32}$/);

/** The button that closes a review, and the refresh that draws it for people who can. */
function reviewActions(deps: FeatureDependencies, reviews: ReviewStore): Action[] {
  return [
    defineAction({
      verb: 'emergencies.close',
      operation: 'review',
      acts: (_turn, { id }) => reviewActs(reviews, id),
      input: z.object({ id: Id, findings: z.string().max(500).default('') }),
      freeText: ['findings'],
      asks: ({ person }, id) => reviews.ask(id, person),
      async run({ person }, { id, findings }) {
        const card = await reviews.draw(await reviews.close(id, person, cleanText(findings, 500)), person.id);
        return { ...card, about: reviewTopic(id) };
      },
    }),
    defineAction({
      verb: 'emergencies.view',
      operation: 'look',
      input: z.object({ id: Id }),
      async run({ person }, { id }) {
        const found = await reviews.known(id);
        if (!may(deps.catalog(), person.id, 'view', found.value))
          throw cannotSee(deps.catalog(), { service: found.value.service, environment: found.value.environment });
        return { ...(await reviews.draw(found, person.id)), about: reviewTopic(id) };
      },
    }),
  ];
}

async function reviewActs(reviews: ReviewStore, idOrNumber: string): Promise<readonly Act[]> {
  const { service, environment } = (await reviews.known(idOrNumber)).value;
  return [{ operation: 'review', reach: { service, environment } }];
}

const describeAudit: DescribeAudit = ({ outcome, target, detail = {} }, names) => {
  const [, label = target, service = '', environment = ''] = /^(D-\d+)(?: (.+) in (.+))?$/.exec(target) ?? [];
  if (outcome === 'reviewed')
    return `closed the review of the emergency deployment of ${names.deployment(label) ?? 'a release'} (${label}): “${detail['findings'] ?? ''}”`;
  if (outcome !== 'emergency') return undefined;
  return `deployed ${service} ${detail['version'] ?? ''} to ${environment} as an emergency (${label}): “${detail['reason'] ?? ''}”`;
};
