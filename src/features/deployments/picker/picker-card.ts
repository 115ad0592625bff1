import type { CardContent, Turn } from '../../../chat/contract';
import type { Catalog } from '../../../core/catalog';
import { lookUp } from '../../../core/look-up';
import { bandState } from '../../../core/card/status';
import { plainText } from '../../../core/text';
import { dayAndMonth, footerTime, describeMoment } from '../../../core/time/words';
import { environmentsOf } from './choice';
import type { Offer } from './choice';
import { outlookOf } from './outlook';
import type { Preview, ReleaseList } from './preview';
import { previewParts } from './preview-words';
import type { Choice } from './record';

/** The picker as its card: pure words over what was read. */

export interface PickerView {
  readonly id: string;
  readonly turn: Turn;
  readonly now: number;
  readonly catalog: Catalog;
  readonly offers: readonly Offer[];
  readonly choice: Choice;
  /** Said first: why something is not as it was wished. */
  readonly remark: string;
  readonly list: ReleaseList | undefined;
  readonly preview: Preview | undefined;
}

const shownReleases = 12;

/** The one card of the picker, narrowed as far as the choice goes. */
export function pickerCard(view: PickerView): CardContent {
  const { catalog, choice, now } = view;
  const title = titleOf(choice);
  const releases = view.list ? releaseChoices(view) : [];
  const parts = previewParts(view);
  const question = releases.length > 0 ? 'Show changes' : 'Show releases';
  return {
    card: 'deployments/deploy-picker',
    data: {
      id: view.id,
      kind: 'Deploy',
      state: bandState('draft'),
      title,
      summary: `Deploy picker: ${parts.previews.length > 0 ? `${choice.service} ${choice.release} to ${choice.environment}` : title}, nothing asked for yet`,
      sentence: [view.remark, sentenceOf(view)].filter(Boolean).join(' '),
      chosen: {
        service: choice.service ?? '',
        environment: choice.environment ?? '',
        release: choice.release ?? releases[0]?.value ?? '',
      },
      services: view.offers.map(({ service }) => ({ title: service, value: service })),
      environments: environmentsOf(view.offers, choice.service).map((each) => ({ title: each, value: each })),
      releases,
      fewReleases: releases.length > 0 && releases.length <= 5,
      manyReleases: releases.length > 5,
      question,
      ...parts,
      footer: `For you in ${plainText(view.turn.place.name, 60)} · ${footerTime(now, catalog.timeZone)} · ref ${view.turn.reference}`,
    },
  };
}

function titleOf({ service, environment }: Choice): string {
  if (service && environment) return `${service} to ${environment}`;
  if (service) return `${service}, where to?`;
  return environment ? `To ${environment}` : 'What goes where?';
}

function sentenceOf(view: PickerView): string {
  const { catalog, choice, list, preview } = view;
  const nothing = '**Nothing is asked for yet.**';
  if (!choice.service || !choice.environment) return `${nothing} Choose a service and where it goes.`;
  if (list && list.releases.length === 0)
    return `${nothing} There are no releases of ${choice.service} to choose from.`;
  const rule = lookUp(catalog.environments, choice.environment)?.deploy;
  return preview && rule
    ? `${nothing} ${outlookOf(rule, preview).sentence}`
    : `${nothing} Choose a release and see what it changes.`;
}

function releaseChoices({ list, catalog, now, choice }: PickerView): { title: string; value: string }[] {
  if (!list) return [];
  const running = list.running?.version;
  const fit = list.releases.filter((release) => release.version !== running).slice(0, shownReleases);
  const chosen = list.releases.find((release) => release.version === choice.release);
  const shown = chosen && !fit.includes(chosen) ? [...fit, chosen] : fit;
  const runningSince = list.releases.find((release) => release.version === running)?.createdAt;
  return shown.map((release) => {
    const there = list.elsewhere.find(({ version }) => version === release.version);
    const last = list.recent.find(({ deployment }) => deployment.version === release.version)?.deployment.state;
    const remarks = [
      release.version === running && 'runs there now',
      (last === 'failed' || last === 'rolled back') && 'failed here',
      there && `in ${there.environment}`,
      runningSince !== undefined && release.createdAt < runningSince && 'older than now',
    ].filter(Boolean);
    return {
      title: [release.version, dayWords(release.createdAt, now, catalog.timeZone), ...remarks.slice(0, 1)].join(', '),
      value: release.version,
    };
  });
}

/** `today 11:20` or `17 Nov`. */
function dayWords(time: number, now: number, timeZone: string): string {
  const moment = describeMoment(time, now, timeZone);
  return moment.includes(',') ? dayAndMonth(time, timeZone) : `today ${moment}`;
}
