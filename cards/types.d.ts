// Written by `npm run cards` from the samples of each card: change those instead.

/** The data that each card shows, by the name of the card. */
export interface Cards {
  'alerts/alert': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly causes: readonly {
      readonly glyph: string;
      readonly color: string;
      readonly title: string;
      readonly text: string;
    }[];
    readonly graph: {
      readonly title: string;
      readonly top: string;
      readonly from: string;
      readonly middle: string;
      readonly to: string;
      readonly limitWords: string;
      readonly markLegend: string;
      readonly words: string;
      readonly altText: string;
      readonly drawn: boolean;
      readonly marked: boolean;
      readonly image: string;
    };
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly note: string;
    readonly buttons: readonly {
      readonly title: string;
      readonly verb: string;
      readonly id: string;
      readonly asks: boolean;
    }[];
    readonly links: readonly { readonly title: string; readonly url: string }[];
    readonly refreshFor: readonly string[];
    readonly footer: string;
  };
  'alerts/storm': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly rows: readonly {
      readonly service: string;
      readonly alerts: string;
      readonly glyph: string;
      readonly color: string;
      readonly worst: string;
      readonly first: string;
      readonly weight: string;
    }[];
    readonly more: string;
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly footer: string;
  };
  'approvals/approval': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly life: readonly {
      readonly glyph: string;
      readonly word: string;
      readonly weight: string;
      readonly quiet: boolean;
      readonly gap: string;
    }[];
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly approvals: readonly {
      readonly glyph: string;
      readonly color: string;
      readonly weight: string;
      readonly who: string;
      readonly what: string;
    }[];
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly notReached: string;
    readonly commitsTitle: string;
    readonly commits: readonly {
      readonly page: string;
      readonly commit: string;
      readonly message: string;
      readonly author: string;
    }[];
    readonly commitsMore: string;
    readonly choices: readonly {
      readonly name: string;
      readonly label: string;
      readonly options: readonly { readonly title: string; readonly value: string }[];
    }[];
    readonly approveTitle: string;
    readonly viewer: { readonly canDecide: boolean; readonly note: string };
    readonly successor: string;
    readonly cancel: { readonly verb: string; readonly id: string };
    readonly refreshFor: readonly string[];
    readonly footer: string;
  };
  'approvals/list': {
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly rows: readonly {
      readonly id: string;
      readonly title: string;
      readonly what: string;
      readonly detail: string;
    }[];
    readonly rowsMore: string;
    readonly choices: readonly { readonly title: string; readonly value: string }[];
    readonly othersTitle: string;
    readonly others: readonly {
      readonly id: string;
      readonly title: string;
      readonly what: string;
      readonly detail: string;
    }[];
    readonly othersMore: string;
    readonly footer: string;
  };
  'audits/list': {
    readonly kind: string;
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly days: readonly {
      readonly day: string;
      readonly entries: readonly { readonly time: string; readonly who: string; readonly text: string }[];
    }[];
    readonly more: string;
    readonly actions: readonly { readonly title: string; readonly verb: string; readonly id: string }[];
    readonly footer: string;
  };
  'chat/choose': {
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly inputs: readonly {
      readonly name: string;
      readonly label: string;
      readonly required: boolean;
      readonly placeholder: string;
      readonly error: string;
      readonly value: string;
      readonly picker: boolean;
      readonly choices: readonly { readonly title: string; readonly value: string }[];
    }[];
    readonly id: string;
    readonly footer: string;
    readonly kind: string;
    readonly button: string;
    readonly by: string;
    readonly help: string;
  };
  'chat/dialog': {
    readonly title: string;
    readonly summary: string;
    readonly heading: string;
    readonly sentence: string;
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly fields: readonly {
      readonly name: string;
      readonly label: string;
      readonly error: string;
      readonly value: string;
      readonly choices: readonly { readonly title: string; readonly value: string }[];
      readonly required: boolean;
      readonly multiline: boolean;
    }[];
    readonly rows: readonly {
      readonly title: string;
      readonly detail: string;
      readonly verb: string;
      readonly id: string;
      readonly asks: boolean;
    }[];
    readonly links: readonly { readonly title: string; readonly url: string }[];
    readonly go: { readonly title: string; readonly verb: string; readonly id: string; readonly revision: string };
    readonly keep: string;
    readonly form: string;
  };
  'chat/nearest': {
    readonly by: string;
    readonly kind: string;
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly person: string;
    readonly lines: readonly { readonly title: string; readonly line: string }[];
    readonly footer: string;
  };
  'chat/refusal': {
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly next: { readonly button: string; readonly verb: string; readonly id: string };
    readonly other: { readonly button: string; readonly verb: string; readonly id: string };
    readonly footer: string;
  };
  'deployments/closed': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly verb: string;
    readonly footer: string;
  };
  'deployments/deploy-picker': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly chosen: { readonly service: string; readonly environment: string; readonly release: string };
    readonly services: readonly { readonly title: string; readonly value: string }[];
    readonly environments: readonly { readonly title: string; readonly value: string }[];
    readonly releases: readonly { readonly title: string; readonly value: string }[];
    readonly fewReleases: boolean;
    readonly manyReleases: boolean;
    readonly question: string;
    readonly blocks: readonly {
      readonly glyph: string;
      readonly color: string;
      readonly word: string;
      readonly text: string;
    }[];
    readonly getInLine: string;
    readonly previews: readonly {
      readonly title: string;
      readonly facts: readonly { readonly title: string; readonly value: string }[];
      readonly commitsTitle: string;
      readonly commits: readonly {
        readonly commit: string;
        readonly page: string;
        readonly message: string;
        readonly author: string;
      }[];
      readonly commitsMore: string;
    }[];
    readonly notes: readonly {
      readonly glyph: string;
      readonly color: string;
      readonly word: string;
      readonly text: string;
    }[];
    readonly button: string;
    readonly overrides: boolean;
    readonly takesReason: boolean;
    readonly reason: string;
    readonly footer: string;
  };
  'deployments/deployment-result': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly life: readonly {
      readonly glyph: string;
      readonly word: string;
      readonly weight: string;
      readonly quiet: boolean;
      readonly gap: string;
    }[];
    readonly footer: string;
    readonly target: string;
    readonly summary: string;
    readonly sentence: string;
    readonly compare: {
      readonly title: string;
      readonly before: string;
      readonly after: string;
      readonly limit: string;
      readonly rows: readonly {
        readonly name: string;
        readonly before: string;
        readonly after: string;
        readonly limit: string;
        readonly glyph: string;
        readonly color: string;
      }[];
    };
    readonly steps: readonly {
      readonly glyph: string;
      readonly color: string;
      readonly weight: string;
      readonly name: string;
      readonly detail: string;
      readonly time: string;
    }[];
    readonly failure: { readonly title: string; readonly log: readonly { readonly text: string }[] };
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly ticket: { readonly title: string; readonly id: string };
    readonly logButton: { readonly title: string; readonly id: string };
    readonly retryButton: { readonly title: string; readonly id: string };
    readonly nextButton: { readonly title: string; readonly id: string };
    readonly healthButton: string;
    readonly rollback: { readonly title: string; readonly id: string };
    readonly links: { readonly title: string; readonly run: string };
  };
  'deployments/deployment-running': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly life: readonly {
      readonly glyph: string;
      readonly word: string;
      readonly weight: string;
      readonly quiet: boolean;
      readonly gap: string;
    }[];
    readonly footer: string;
    readonly summary: string;
    readonly sentence: string;
    readonly progress: { readonly done: string; readonly rest: string; readonly text: string };
    readonly steps: readonly {
      readonly glyph: string;
      readonly color: string;
      readonly weight: string;
      readonly name: string;
      readonly detail: string;
      readonly time: string;
    }[];
    readonly compare: {
      readonly title: string;
      readonly before: string;
      readonly after: string;
      readonly limit: string;
      readonly rows: readonly {
        readonly name: string;
        readonly before: string;
        readonly after: string;
        readonly limit: string;
        readonly glyph: string;
        readonly color: string;
      }[];
    };
    readonly logTitle: string;
    readonly log: readonly { readonly text: string }[];
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly target: string;
    readonly healthButton: string;
    readonly cancelTitle: string;
    readonly links: { readonly title: string; readonly run: string };
  };
  'deployments/list': {
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly rows: readonly {
      readonly id: string;
      readonly glyph: string;
      readonly color: string;
      readonly title: string;
      readonly detail: string;
      readonly number: string;
      readonly open: string;
    }[];
    readonly more: string;
    readonly actions: readonly { readonly title: string; readonly verb: string; readonly id: string }[];
    readonly footer: string;
  };
  'deployments/log': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly back: { readonly title: string; readonly verb: string; readonly id: string };
    readonly lines: readonly { readonly line: string }[];
    readonly footer: string;
  };
  'deployments/requested': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly cancel: string;
    readonly refreshFor: readonly string[];
    readonly footer: string;
  };
  'deployments/rollback': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly blocks: readonly {
      readonly glyph: string;
      readonly color: string;
      readonly word: string;
      readonly text: string;
    }[];
    readonly getInLine: string;
    readonly notes: readonly { readonly word: string; readonly text: string }[];
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly commitsTitle: string;
    readonly commits: readonly {
      readonly commit: string;
      readonly page: string;
      readonly message: string;
      readonly author: string;
    }[];
    readonly commitsMore: string;
    readonly reason: string;
    readonly button: string;
    readonly footer: string;
  };
  'deployments/unclear': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly life: readonly {
      readonly glyph: string;
      readonly word: string;
      readonly weight: string;
      readonly quiet: boolean;
      readonly gap: string;
    }[];
    readonly footer: string;
    readonly summary: string;
    readonly sentence: string;
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly ticket: { readonly title: string; readonly id: string };
    readonly viewer: { readonly canSettle: boolean };
  };
  'deployments/where': {
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly sentence: string;
    readonly title: string;
    readonly summary: string;
    readonly services: readonly {
      readonly service: string;
      readonly rows: readonly {
        readonly glyph: string;
        readonly color: string;
        readonly environment: string;
        readonly word: string;
        readonly release: string;
        readonly commit: string;
        readonly since: string;
        readonly note: string;
      }[];
    }[];
    readonly more: string;
    readonly footer: string;
  };
  'emergencies/emergency': {
    readonly skipsTitle: string;
    readonly skips: readonly {
      readonly glyph: string;
      readonly color: string;
      readonly name: string;
      readonly detail: string;
    }[];
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly note: string;
    readonly reason: string;
    readonly start: string;
    readonly findings: boolean;
    readonly deploymentId: string;
    readonly refreshFor: readonly string[];
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly footer: string;
  };
  'environments/lines': {
    readonly kind: string;
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly lines: readonly { readonly line: string }[];
    readonly footer: string;
  };
  'graphs/graph': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly chart: {
      readonly drawn: boolean;
      readonly image: string;
      readonly altText: string;
      readonly top: string;
      readonly from: string;
      readonly middle: string;
      readonly to: string;
      readonly lines: readonly { readonly glyph: string; readonly color: string; readonly text: string }[];
      readonly limitWords: string;
      readonly drawnBy: string;
      readonly markLegend: string;
    };
    readonly words: string;
    readonly buttons: readonly {
      readonly title: string;
      readonly verb: string;
      readonly id: string;
      readonly asks: boolean;
    }[];
    readonly footer: string;
  };
  'health/fleet': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly sentence: string;
    readonly title: string;
    readonly summary: string;
    readonly heads: readonly { readonly title: string }[];
    readonly rows: readonly {
      readonly service: string;
      readonly cells: readonly {
        readonly id: string;
        readonly there: boolean;
        readonly glyph: string;
        readonly word: string;
        readonly color: string;
        readonly weight: string;
        readonly quiet: boolean;
        readonly detail: string;
        readonly title: string;
      }[];
    }[];
    readonly rowsMore: string;
    readonly worst: { readonly shown: boolean; readonly id: string; readonly button: string };
    readonly footer: string;
  };
  'health/health': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly tilesTitle: string;
    readonly tiles: readonly {
      readonly name: string;
      readonly value: string;
      readonly weight: string;
      readonly limit: string;
      readonly size: string;
    }[];
    readonly graph: {
      readonly title: string;
      readonly top: string;
      readonly from: string;
      readonly middle: string;
      readonly to: string;
      readonly limitWords: string;
      readonly markLegend: string;
      readonly words: string;
      readonly altText: string;
      readonly drawn: boolean;
      readonly marked: boolean;
      readonly image: string;
    };
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly buttons: readonly {
      readonly title: string;
      readonly verb: string;
      readonly id: string;
      readonly asks: boolean;
    }[];
    readonly footer: string;
  };
  'help/command': {
    readonly kind: string;
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly usage: string;
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly examplesTitle: string;
    readonly examples: readonly {
      readonly command: string;
      readonly summary: string;
      readonly line: string;
      readonly action: string;
    }[];
    readonly from: string;
    readonly buttons: readonly { readonly title: string; readonly line: string }[];
    readonly footer: string;
  };
  'help/hello': {
    readonly kind: string;
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly buttons: readonly { readonly title: string; readonly line: string }[];
    readonly footer: string;
  };
  'help/help': {
    readonly kind: string;
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly groups: readonly {
      readonly title: string;
      readonly all: string;
      readonly line: string;
      readonly commands: readonly {
        readonly command: string;
        readonly summary: string;
        readonly line: string;
        readonly action: string;
      }[];
    }[];
    readonly hidden: string;
    readonly search: boolean;
    readonly from: string;
    readonly buttons: readonly { readonly title: string; readonly line: string }[];
    readonly footer: string;
  };
  'onboarding/checklist': {
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly rows: readonly {
      readonly glyph: string;
      readonly color: string;
      readonly weight: string;
      readonly about: string;
      readonly words: string;
    }[];
    readonly more: string;
    readonly buttons: readonly { readonly title: string; readonly line: string }[];
    readonly footer: string;
  };
  'onboarding/question': {
    readonly kind: string;
    readonly progress: string;
    readonly title: string;
    readonly summary: string;
    readonly notice: string;
    readonly sentence: string;
    readonly label: string;
    readonly choices: readonly { readonly title: string; readonly value: string }[];
    readonly shape: string;
    readonly value: string;
    readonly first: { readonly title: string; readonly verb: string; readonly id: string; readonly revision: string };
    readonly later: readonly { readonly title: string; readonly verb: string; readonly id: string }[];
    readonly footer: string;
  };
  'onboarding/settings': {
    readonly kind: string;
    readonly title: string;
    readonly summary: string;
    readonly notice: string;
    readonly sentence: string;
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly choices: readonly { readonly title: string; readonly value: string }[];
    readonly buttons: readonly { readonly title: string; readonly line: string }[];
    readonly footer: string;
  };
  'onboarding/setup': {
    readonly id: string;
    readonly kind: string;
    readonly title: string;
    readonly summary: string;
    readonly revision: string;
    readonly sentence: string;
    readonly services: readonly { readonly title: string; readonly value: string }[];
    readonly chosen: string;
    readonly environments: readonly { readonly title: string; readonly value: string }[];
    readonly within: string;
    readonly outcomes: string;
    readonly when: string;
    readonly hours: string;
    readonly zone: string;
    readonly cards: string;
    readonly cardsNow: string;
    readonly approvers: string;
    readonly people: readonly { readonly title: string; readonly value: string }[];
    readonly limits: string;
    readonly footer: string;
  };
  'onboarding/welcome': {
    readonly kind: string;
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly offers: readonly { readonly title: string; readonly text: string }[];
    readonly stepsTitle: string;
    readonly steps: readonly { readonly number: string; readonly text: string }[];
    readonly buttons: readonly { readonly title: string; readonly line: string }[];
    readonly footer: string;
  };
  'policy/list': {
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly more: string;
    readonly actions: readonly {
      readonly title: string;
      readonly verb: string;
      readonly id: string;
      readonly asks?: boolean;
    }[];
    readonly footer: string;
    readonly kind: string;
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly rows: readonly {
      readonly glyph: string;
      readonly color: string;
      readonly name: string;
      readonly words: string;
      readonly when: string;
      readonly action?: string;
      readonly verb?: string;
      readonly id?: string;
    }[];
  };
  'runs/form': {
    readonly id: string;
    readonly kind: string;
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly inputs: readonly {
      readonly name: string;
      readonly type: string;
      readonly label: string;
      readonly required: boolean;
      readonly error: string;
      readonly hint: string;
      readonly value: string;
      readonly choices: readonly { readonly title: string; readonly value: string }[];
      readonly multiline: boolean;
      readonly longest: number;
      readonly minimum: number;
      readonly maximum: number;
      readonly amount: null | number;
    }[];
    readonly button: string;
    readonly link: { readonly title: string; readonly url: string };
    readonly footer: string;
  };
  'runs/run': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly progress: { readonly done: string; readonly rest: string; readonly text: string };
    readonly steps: readonly {
      readonly glyph: string;
      readonly color: string;
      readonly weight: string;
      readonly name: string;
      readonly detail: string;
      readonly time: string;
    }[];
    readonly waits: readonly { readonly text: string }[];
    readonly logTitle: string;
    readonly log: readonly { readonly text: string }[];
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly ticket: { readonly title: string; readonly id: string };
    readonly approval: { readonly title: string; readonly id: string };
    readonly buttons: {
      readonly settleNot: string;
      readonly settleAgain: string;
      readonly rerun: string;
      readonly again: string;
      readonly cancel: string;
      readonly link: string;
      readonly url: string;
    };
    readonly footer: string;
  };
  'scm/service': {
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly requestsTitle: string;
    readonly requests: readonly {
      readonly glyph: string;
      readonly color: string;
      readonly weight: string;
      readonly lead: string;
      readonly detail: string;
      readonly age: string;
    }[];
    readonly requestsMore: string;
    readonly checksTitle: string;
    readonly checks: readonly { readonly glyph: string; readonly color: string; readonly text: string }[];
    readonly checksMore: string;
    readonly reviewers: readonly { readonly name: string; readonly bar: string; readonly count: string }[];
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly buttons: readonly { readonly title: string; readonly id: string }[];
    readonly link: { readonly title: string; readonly url: string };
    readonly remind: string;
    readonly footer: string;
  };
  'status/status': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly sections: readonly {
      readonly title: string;
      readonly rows: readonly {
        readonly glyph: string;
        readonly color: string;
        readonly weight: string;
        readonly lead: string;
        readonly detail: string;
        readonly action: string;
        readonly verb: string;
        readonly id: string;
      }[];
      readonly more: { readonly text: string; readonly action: string; readonly id: string };
    }[];
    readonly quiet: string;
    readonly viewer: { readonly canDeploy: boolean };
    readonly deploy: string;
    readonly footer: string;
  };
  'tests/run': {
    readonly id: string;
    readonly kind: string;
    readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly cases: readonly {
      readonly glyph: string;
      readonly color: string;
      readonly name: string;
      readonly message: string;
    }[];
    readonly casesMore: string;
    readonly picture: { readonly image: string; readonly altText: string; readonly caption: string };
    readonly logTitle: string;
    readonly log: readonly { readonly text: string }[];
    readonly facts: readonly { readonly title: string; readonly value: string }[];
    readonly buttons: readonly {
      readonly title: string;
      readonly verb: string;
      readonly id: string;
      readonly asks: boolean;
    }[];
    readonly others: readonly {
      readonly title: string;
      readonly verb: string;
      readonly id: string;
      readonly asks: boolean;
    }[];
    readonly link: { readonly title: string; readonly url: string };
    readonly footer: string;
  };
  'workloads/log': {
    readonly kind: string;
    readonly title: string;
    readonly summary: string;
    readonly sentence: string;
    readonly lines: readonly { readonly line: string }[];
    readonly actions: readonly { readonly title: string; readonly verb: string; readonly id: string }[];
    readonly remove: string;
    readonly footer: string;
  };
}
