import { newId } from '../../core/keys';
import { cleanText, plainText, withoutBreaks } from '../../core/text';
import type { CardContent, Question } from '../contract';

/** The card of a question: in a dialog without its heading, elsewhere as a card of its own. Pure but for the ids of forms. */

type DialogData = CardContent<'chat/dialog'>['data'];

type DialogCard = CardContent<'chat/dialog'> & { readonly about?: string };

const titleLimit = 120;
const noButton: DialogData['go'] = { title: '', verb: '', id: '', revision: '' };

/** Each question gets a `form` of its own, by which its answer is known when it's delivered again. */
export function questionCard(verb: string, id: string, question: Question): DialogCard {
  const { title, sentence, facts = [], fields = [], rows = [], go, keep = 'Cancel', revision = '' } = question;
  return {
    card: 'chat/dialog',
    data: {
      ...titleFields(title),
      sentence,
      facts: facts.map((fact) => ({ ...fact, title: withoutBreaks(fact.title) })),
      fields: fields.map(({ name, label, error = '', value = '', choices = [] }) => ({
        ...{ name, label, error, value, choices, required: error !== '' },
      })),
      rows: rows.map(({ asks = false, ...row }) => ({ ...row, title: cleanText(row.title, titleLimit), asks })),
      go: go === undefined ? noButton : { title: cleanText(go, 60), verb, id, revision },
      keep,
      form: newId(),
    },
  };
}

/** A sentence in place of a question, in Markdown. */
function noteCard(title: string, sentence: string): DialogCard {
  return {
    card: 'chat/dialog',
    data: { ...titleFields(title), sentence, facts: [], fields: [], rows: [], go: noButton, keep: '', form: '' },
  };
}

/** What a question of its own card becomes once it was answered by a sentence: nothing on it can be pressed anymore. */
export function answeredCard(form: string, sentence: string): DialogCard {
  return { ...noteCard('Answered', sentence), about: `question:${form}` };
}

/** What a question becomes when nobody wants an answer to it. */
export function leftCard(): DialogCard {
  return noteCard('Canceled', 'You closed this question. Nothing was changed.');
}

function titleFields(title: string): Pick<DialogData, 'title' | 'summary' | 'heading'> {
  const plain = cleanText(title, titleLimit);
  return { title: plain, summary: plain, heading: plainText(title, titleLimit) };
}
