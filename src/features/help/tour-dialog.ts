import { ComponentDialog, DialogTurnStatus, TextPrompt, WaterfallDialog } from 'botbuilder-dialogs';
import type { DialogContext, DialogTurnResult, PromptValidatorContext, WaterfallStepContext } from 'botbuilder-dialogs';
import type { Catalog } from '../../core/catalog';
import { interestOf, names, tourQuestions, wordsFor } from './tour-words';
import type { Interest, TourQuestion } from './tour-words';

/** A short guided tour in private: five questions, nothing is changed by any answer. */

export const tourDialogId = 'help.tour';
const stepsId = 'help.tour.steps';
const lastAttempt = 3;

/** The tour, with the services of the catalog as its examples. */
export function createTourDialog(catalog: () => Catalog): ComponentDialog {
  return new TourDialog(catalog);
}

class TourDialog extends ComponentDialog {
  constructor(private readonly catalog: () => Catalog) {
    super(tourDialogId);
    for (const question of tourQuestions)
      this.addDialog(new TextPrompt(promptId(question), (prompt) => this.judge(question, prompt)));
    const asks = tourQuestions.map((question) => (step: WaterfallStepContext) => this.ask(question, step));
    this.addDialog(new WaterfallDialog(stepsId, [...asks, (step) => this.finish(step)]));
    this.initialDialogId = stepsId;
  }

  /** Some questions ask for a command; in the tour it is an answer and starts nothing. */
  takes(said: string): boolean {
    return /^(where|deploy|ship|release|rollback|roll back)\b/i.test(said.trim());
  }

  /** `cancel` and `help` are understood at every question. */
  protected override async onContinueDialog(inner: DialogContext): Promise<DialogTurnResult> {
    const said = (inner.context.activity.text ?? '')
      .trim()
      .toLowerCase()
      .replace(/[.!]+$/, '');
    const words = wordsFor(names(this.catalog()));
    if (/^(cancel|stop|quit|exit|leave|bye)( tour)?$/.test(said)) {
      await inner.context.sendActivity(words.left);
      return inner.cancelAllDialogs();
    }
    if (/^(help|\?)$/.test(said)) {
      await inner.context.sendActivity(words.help);
      await inner.repromptDialog();
      return { status: DialogTurnStatus.waiting };
    }
    return super.onContinueDialog(inner);
  }

  private async ask(question: TourQuestion, step: WaterfallStepContext): Promise<DialogTurnResult> {
    const words = wordsFor(names(this.catalog()));
    this.remember(question, step);
    const interest = (step.values as { interest?: Interest }).interest ?? 'ship';
    const asked = words.questions[question];
    return step.prompt(promptId(question), { prompt: asked.ask(interest), retryPrompt: asked.again });
  }

  /** Keeps the first answer, which decides how later questions are put. */
  private remember(question: TourQuestion, step: WaterfallStepContext): void {
    if (question !== tourQuestions[1]) return;
    (step.values as { interest?: Interest }).interest = interestOf(String(step.result)) ?? 'ship';
  }

  private async finish(step: WaterfallStepContext): Promise<DialogTurnResult> {
    const interest = (step.values as { interest?: Interest }).interest ?? 'ship';
    await step.context.sendActivity(wordsFor(names(this.catalog())).done(interest));
    return step.endDialog();
  }

  /** A wrong answer is asked again in other words; after the third the tour explains and goes on. */
  private async judge(question: TourQuestion, prompt: PromptValidatorContext<string>): Promise<boolean> {
    const words = wordsFor(names(this.catalog())).questions[question];
    const verdict = words.judge(prompt.recognized.value ?? '');
    if (verdict.right) {
      await prompt.context.sendActivity(verdict.say);
      return true;
    }
    if (prompt.attemptCount < lastAttempt) return false;
    await prompt.context.sendActivity(words.anyway);
    return true;
  }
}

function promptId(question: TourQuestion): string {
  return `help.tour.${question}`;
}
