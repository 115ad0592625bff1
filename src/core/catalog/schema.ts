import { z } from 'zod';
import { readWeekMoment } from '../time/moments';
import type { WeekMoment } from '../time/moments';
import { Bindings, Connection } from './bindings';
import { marksWith } from './marks';
import { CatalogLinks } from './pages';
import { Retention } from './retention';

/** The schema of a catalog file: every key with its default. */

/** Letters, digits and dashes; dots and underscores only between them, so that no name ends a sentence or a path. */
const form = '[a-z](?:[a-z0-9-]|[._](?=[a-z0-9])){0,39}';

const nameForm = new RegExp(`^${form}$`);
/** `shop/production`, as cards name a service in an environment. */
export const placeIdForm = new RegExp(`^${form}/${form}$`);

const sets = [
  'to in on at into onto from as by of for with until till because and or not',
  'all any every everybody everyone everything everywhere none nothing nobody',
  'me my myself i you here there now last since the a an group windows',
  'please pls plz thank thanks thx ty cheers',
];

/** Words with another meaning where a name can occur: nobody could type such a name. A test computes them from all commands. */
export const reservedNames: ReadonlySet<string> = new Set(sets.flatMap((words) => words.split(' ')));

const name = z.string().regex(nameForm, 'a name of a-z, 0-9, - and, between them, . and _, at most 40 long');
const seconds = z.number().positive().max(31_536_000);

/**
 * What each right allows. `view`: view everything; `deploy`: request, cancel own, roll back; `run`: start pipelines; `approve`: approve or reject;
 * `operate`: restart, cancel any.
 */
export const rights = ['view', 'deploy', 'run', 'operate', 'approve', 'announce', 'audit', 'admin'] as const;
export type Right = (typeof rights)[number];

/** The roles of every catalog; a catalog can add more or redefine them. */
export const builtInRoles: Readonly<Record<string, readonly Right[]>> = {
  viewer: ['view'],
  developer: ['view', 'deploy', 'run'],
  operator: ['view', 'deploy', 'run', 'operate'],
  approver: ['view', 'approve'],
  admin: [...rights],
};

/** `local/docs-*`: the connection and the pipeline, with `*` for any characters. */
const PipelinePattern = z.string().min(1).max(200);

const Person = z.strictObject({
  id: z.string().regex(/^(entra:[0-9a-f-]{36}\/[0-9a-f-]{36}|[a-z]+:.+)$/i, 'entra:<tenant id>/<object id>'),
  name: z.string().min(1).max(80),
  title: z.string().max(60).optional(),
  /** Other names that this person uses for commits. */
  commitNames: z.array(z.string().min(1).max(100)).optional(),
  /** The addresses that this person uses for commits; more reliable than names, which anybody can choose. */
  emails: z.array(z.string().min(3).max(254).includes('@')).max(20).optional(),
  /** Has only what is granted by name: `everyone` doesn't include this person. For guests. */
  onlyByName: z.literal(true).optional(),
});

const Grant = z.strictObject({
  person: name.optional(),
  /** A list of people in this catalog. */
  group: name.optional(),
  everyone: z.literal(true).optional(),
  role: name,
  services: z.array(name).optional(),
  environments: z.array(name).optional(),
  /** The pipelines that it covers. A grant with only these covers no service. */
  pipelines: z.array(PipelinePattern).min(1).optional(),
});

/** Beyond these, a service counts as degraded and a release fails its verification; a single failed request never counts. What has no limit isn't judged. */
const Limits = z.strictObject({
  p95Ms: z.number().positive().optional(),
  p50Ms: z.number().positive().optional(),
  errorPercent: z.number().min(0).max(100).optional(),
  minimumRequestsPerSecond: z.number().min(0).optional(),
  saturationPercent: z.number().min(0).max(100).optional(),
});

const Service = z.strictObject({
  description: z.string().max(200),
  environments: z.array(name).min(1),
  limits: Limits.default({}),
  /** The people who answer for it: only they are mentioned when something critical is wrong. */
  owners: z.array(name).max(10).optional(),
  /** What differs from the links of the catalog. */
  links: CatalogLinks.optional(),
  /** What differs from the bindings of the catalog. */
  bindings: Bindings.default({}),
});

const seat = { role: name.optional(), group: name.optional() };
const isOneSeat = ({ role, group }: { role?: string; group?: string }) =>
  (role === undefined) !== (group === undefined);

/** Whose decision counts: people with a role there, or a group of the catalog. */
const Seat = z.strictObject(seat).refine(isOneSeat, 'must name either a role or a group');

const Stage = z
  .strictObject({ name: z.string().min(1).max(40), required: z.number().int().min(1).max(10), ...seat })
  .refine(isOneSeat, 'must name either a role or a group');

/** What has to hold before an approval counts: `required` refuses without it, `asked` only shows it. */
const Evidence = z.strictObject({
  /** The service is healthy there now. */
  health: z.enum(['asked', 'required']).optional(),
  /** The same release was verified in this environment. */
  verifiedIn: z.strictObject({ environment: name, is: z.enum(['asked', 'required']) }).optional(),
  /** The request names a ticket, such as SHOP-123. */
  ticket: z.enum(['asked', 'required']).optional(),
  /** The same release passed these test suites in these environments. */
  tests: z
    .array(z.strictObject({ suite: name, environment: name, is: z.enum(['asked', 'required']) }))
    .min(1)
    .max(5)
    .optional(),
});

const ApprovalRule = z
  .strictObject({
    required: z.number().int().min(0).max(10).optional(),
    role: name.default('approver'),
    /** Several in order, each with its own people; instead of `required` and `role`. */
    stages: z.array(Stage).min(1).max(5).optional(),
    requesterMayApprove: z.boolean().default(false),
    /** Whether people who wrote part of the change can approve it. */
    committersMayApprove: z.boolean().optional(),
    /** What applies if not all authors are known: one more approval (`strict`, the default), or nobody from the team that writes the code. */
    authorsUnknown: z.union([z.literal('strict'), z.strictObject({ team: name })]).optional(),
    expiresAfterSeconds: seconds.default(7_200),
    remindAfterSeconds: seconds.optional(),
    /** After this time, others can approve, too, and are told. */
    escalateAfterSeconds: seconds.optional(),
    escalateTo: Seat.optional(),
    evidence: Evidence.optional(),
  })
  .refine(
    ({ required, stages }) => (required === undefined) !== (stages === undefined),
    'must have either required or stages',
  )
  .refine(
    ({ escalateAfterSeconds, escalateTo }) => (escalateAfterSeconds === undefined) === (escalateTo === undefined),
    'needs escalateAfterSeconds and escalateTo together',
  )
  .transform((rule) => ({
    ...rule,
    required: rule.required ?? (rule.stages ?? []).reduce((sum, stage) => sum + stage.required, 0),
  }));

const weekMoment = z
  .string()
  .refine((words) => readWeekMoment(words) !== undefined, 'a weekday and a time such as Fri 16:00')
  .transform((words) => readWeekMoment(words) as WeekMoment);

/** When nothing may change: every week, or once between two dates. */
const Freeze = z
  .strictObject({
    name: z.string().min(1).max(60),
    reason: z.string().min(1).max(200),
    environments: z.array(name).min(1),
    services: z.array(name).min(1).optional(),
    weekly: z.strictObject({ from: weekMoment, to: weekMoment }).optional(),
    dates: z.strictObject({ from: z.string(), to: z.string() }).optional(),
    timeZone: z.string().optional(),
    /** What the freeze stops. */
    stops: z
      .array(z.enum(['deploy', 'rollback', 'restart']))
      .min(1)
      .default(['deploy']),
  })
  .refine(({ weekly, dates }) => (weekly === undefined) !== (dates === undefined), 'must have either weekly or dates');

/** With the operation `run`: which pipelines; all of them if it's omitted. */
const ofPipelines = { pipelines: z.array(PipelinePattern).min(1).optional() };

/** Needs confirmation by the requester first. */
const Confirm = marksWith({
  environments: z.array(name).min(1).optional(),
  ...ofPipelines,
  expiresAfterSeconds: z.number().int().min(10).max(86_400).default(600),
});

/** Needs another person's approval first. */
const FourEyes = marksWith({
  environments: z.array(name).min(1).optional(),
  ...ofPipelines,
  approval: ApprovalRule,
});

const Environment = z.strictObject({
  risk: z.enum(['low', 'medium', 'high']),
  /** For learning: Gavel approves practice deployments there itself and says so, and nobody else is told. */
  practice: z.literal(true).optional(),
  deploy: ApprovalRule,
  rollback: ApprovalRule,
  restart: ApprovalRule,
  verifyForSeconds: seconds,
  rollBackAutomatically: z.boolean(),
  runLimitSeconds: seconds.default(900),
  /** The role that can override a freeze, with a reason. */
  freezeOverride: name.default('admin'),
  /** The role that can deploy in an emergency, past every rule, with a review afterward. */
  breakGlass: name.default('admin'),
  /** The role that can end somebody else's lock. */
  lockBreaker: name.default('admin'),
  /** After holding a lock for this long, its holder is asked whether they still need it. */
  lockAskAfterSeconds: seconds.default(14_400),
});

export const CatalogFile = z.strictObject({
  timeZone: z.string().default('UTC'),
  people: z.record(name, Person),
  /** Who is offered as help if Gavel doesn't understand somebody; by default, the person who added Gavel there. */
  contact: name.optional(),
  roles: z.record(name, z.array(z.enum(rights))).default({}),
  /** Lists of people that grants and approvals can name. */
  groups: z.record(name, z.array(name).min(1)).default({}),
  /** Entra groups by their object ids: read through Microsoft Graph, and named like the lists above. */
  entraGroups: z.record(name, z.guid()).default({}),
  grants: z.array(Grant),
  services: z.record(name, Service),
  /** Where a commit or a ticket leads. */
  links: CatalogLinks.optional(),
  /** Outside systems; a secret is named here, never written. */
  connections: z.record(name, Connection).default({}),
  /** Which connection gives what, for every service that doesn't say otherwise. */
  bindings: Bindings.default({}),
  environments: z.record(name, Environment),
  freezes: z.array(Freeze).default([]),
  fourEyes: FourEyes,
  /** What needs confirmation by the requester first. */
  confirm: Confirm,
  /** How many days each kind of record is kept. */
  retention: Retention,
  /** The earlier form of `retention.history`; used if that is missing. */
  historyDays: z.number().int().min(1).max(365).optional(),
});

export type Catalog = Readonly<z.infer<typeof CatalogFile>>;
export type CatalogEnvironment = z.infer<typeof Environment>;
export type ApprovalStage = z.infer<typeof Stage> & Pick<ApprovalSeat, 'right'>;
export type ApprovalRule = Omit<z.infer<typeof ApprovalRule>, 'stages'> & {
  readonly stages?: readonly ApprovalStage[] | undefined;
};
/** `right`: everybody who has it there, for what no rule of the catalog is about. */
export type ApprovalSeat = z.infer<typeof Seat> & { readonly right?: Right };
export type CatalogFreeze = z.infer<typeof Freeze>;
export type HealthLimits = z.infer<typeof Limits>;
export type ActionKind = 'deploy' | 'rollback' | 'restart';
