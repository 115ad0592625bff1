import { z } from 'zod';

/** What of Grafana's dashboards and of the answers to their queries is used. https://grafana.com/docs/grafana/latest/developers/http_api/ */

/** A data source by its name, or by its uid; nothing if it's the default one. */
const DataSource = z.union([z.string(), z.object({ uid: z.string().nullish(), type: z.string().nullish() })]).nullish();
export type DataSourceReference = z.output<typeof DataSource>;

/** A query has the fields of its data source, and they go there as they are. */
const Query = z.record(z.string(), z.unknown());
export type PanelQuery = z.output<typeof Query>;

const Step = z.object({ value: z.number().nullish() });

const FieldConfig = z.object({
  defaults: z
    .object({
      unit: z.string().nullish(),
      thresholds: z.object({ mode: z.string().nullish(), steps: z.array(Step).nullish() }).nullish(),
      custom: z.object({ thresholdsStyle: z.object({ mode: z.string().nullish() }).nullish() }).nullish(),
    })
    .nullish(),
});

export interface Panel {
  readonly id?: number | null | undefined;
  readonly type?: string | null | undefined;
  readonly title?: string | null | undefined;
  readonly datasource?: DataSourceReference;
  readonly targets?: readonly PanelQuery[] | null | undefined;
  readonly fieldConfig?: z.output<typeof FieldConfig> | null | undefined;
  /** Those of a row that is closed. */
  readonly panels?: readonly Panel[] | null | undefined;
  /** Where it is kept if several dashboards share it. */
  readonly libraryPanel?: { readonly uid: string } | null | undefined;
}

const PanelModel: z.ZodType<Panel> = z.lazy(() =>
  z.object({
    id: z.number().nullish(),
    type: z.string().nullish(),
    title: z.string().nullish(),
    datasource: DataSource,
    targets: z.array(Query).nullish(),
    fieldConfig: FieldConfig.nullish(),
    panels: z.array(PanelModel).nullish(),
    libraryPanel: z.object({ uid: z.string() }).nullish(),
  }),
);

const Value = z.union([z.string(), z.number(), z.boolean()]);
const Values = z.union([Value, z.array(Value)]).nullish();

const Variable = z.object({
  name: z.string(),
  type: z.string(),
  multi: z.boolean().nullish(),
  includeAll: z.boolean().nullish(),
  allValue: z.string().nullish(),
  current: z.object({ value: Values }).nullish().catch(undefined),
  options: z.array(z.object({ value: Values })).nullish(),
  /** The value of a constant; for others, where their values come from. */
  query: z.unknown().optional(),
});
export type Variable = z.output<typeof Variable>;

const Dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  panels: z.array(PanelModel).default([]),
  templating: z.object({ list: z.array(Variable).nullish() }).nullish(),
});
export type Dashboard = z.output<typeof Dashboard>;

export const DashboardAnswer = z.object({ dashboard: Dashboard });

export const SearchAnswer = z.array(z.object({ uid: z.string().min(1), type: z.string() }));

export const LibraryAnswer = z.object({ result: z.object({ model: PanelModel }) });

/** What Grafana tells its own pages. */
export const SettingsAnswer = z.object({
  defaultDatasource: z.string().nullish(),
  /** By name. */
  datasources: z.record(z.string(), z.object({ uid: z.string().nullish(), type: z.string() })).nullish(),
  rendererAvailable: z.boolean().nullish(),
});
export type GrafanaSettings = z.output<typeof SettingsAnswer>;

const Field = z.object({
  name: z.string().default(''),
  type: z.string().nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  config: z.object({ displayNameFromDS: z.string().nullish(), displayName: z.string().nullish() }).nullish(),
});
export type Field = z.output<typeof Field>;

const Frame = z.object({
  schema: z.object({ fields: z.array(Field).default([]) }).nullish(),
  /** One list for each field. */
  data: z.object({ values: z.array(z.array(z.unknown())).default([]) }).nullish(),
});
export type Frame = z.output<typeof Frame>;

/** What each query gave, by its letter. */
export const QueryAnswer = z.object({
  results: z.record(z.string(), z.object({ frames: z.array(Frame).nullish(), error: z.string().nullish() })),
});
export type QueryResults = z.output<typeof QueryAnswer>['results'];
