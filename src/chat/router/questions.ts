import { newId } from '../../core/keys';
import { cleanText, plainText, withoutBreaks } from '../../core/text';
import type { CardContent, Question } from '../contract';

/** The card of a question: without its heading in a dialog, as a complete card elsewhere. Pure, except for the ids of forms. */

type DialogData = CardContent<'chat/dialog'>['data'];

type DialogCard = CardContent<'chat/dialog'> & { readonly about?: string };

const titleLimit = 120;
const noButton: DialogData['go'] = { title: '', verb: '', id: '', revision: '' };

/** Each question has its own `form`, which identifies its answer if it's delivered again. */
export function questionCard(verb: string, id: string, question: Question): DialogCard {
  const {
    title,
    sentence,
    facts = [],
    fields = [],
    rows = [],
    links = [],
    go,
    keep = 'Cancel',
    revision = '',
  } = question;
  return {
    card: 'chat/dialog',
    data: {
      ...titleFields(title),
      sentence,
      facts: facts.map((fact) => ({ ...fact, title: withoutBreaks(fact.title) })),
      fields: fields.map(({ name, label, error = '', value = '', choices = [], isShort = false }) => ({
        ...{ name, label, error, value, choices, required: error !== '', multiline: !isShort },
      })),
      rows: rows.map(({ asks = false, ...row }) => ({ ...row, title: cleanText(row.title, titleLimit), asks })),
      links: links.map(({ title: page, url }) => ({ title: cleanText(page, 60), url })),
      go: go === undefined ? noButton : { title: cleanText(go, 60), verb, id, revision },
      keep,
      form: newId(),
    },
  };
}

/** A sentence instead of a question, in Markdown. */
function noteCard(title: string, sentence: string): DialogCard {
  return {
    card: 'chat/dialog',
    data: {
      ...titleFields(title),
      sentence,
      facts: [],
      fields: [],
      rows: [],
      links: [],
      go: noButton,
      keep: '',
      form: '',
    },
  };
}

/** What a question card becomes after it was answered with a sentence: nothing on it can be clicked anymore. */
export function answeredCard(form: string, sentence: string): DialogCard {
  return { ...noteCard('Answered', sentence), about: `question:${form}` };
}

/** What a question becomes when somebody closes it without an answer. */
export function leftCard(): DialogCard {
  return noteCard('Canceled', 'You closed this question. Nothing was changed.');
}

function titleFields(title: string): Pick<DialogData, 'title' | 'summary' | 'heading'> {
  const plain = cleanText(title, titleLimit);
  return { title: plain, summary: plain, heading: plainText(title, titleLimit) };
}
