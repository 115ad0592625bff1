import type { AlertSource, SourceAlert } from '../../../connectors/contract';
import type { EffectCall } from '../../../workflows';
import type { FeatureDependencies } from '../../contract';
import type { Alert } from '../record';
import { mayActOn, reachOf } from '../sources/facts';
import type { AlertEffect, AlertEvent } from '../workflow';

/** Tells a source what a person did in Gavel, in that person's name. */

type CarryCall = EffectCall<Alert, Extract<AlertEffect, { readonly kind: 'carry' }>>;
type Result = Pick<Extract<AlertEvent, { readonly type: 'carried' }>, 'result' | 'id'>;

export async function carry(
  { systems, logger, catalog }: Pick<FeatureDependencies, 'systems' | 'logger' | 'catalog'>,
  call: CarryCall,
  apply: (id: string, event: AlertEvent) => Promise<unknown>,
): Promise<void> {
  const { id, value, effect } = call;
  const { what, connection, sourceKey } = effect;
  const source = systems.alertSources().find((each) => each.connection === connection);
  const signal = value.signals.find((each) => each.connection === connection && each.alert.key === sourceKey);
  if (what === 'unacknowledge' || what === 'end silence') {
    const ended = { type: 'taken back', connection, key: sourceKey } as const;
    const about = what === 'end silence' ? 'silence' : 'acknowledge';
    let outcome: 'done' | 'failed' = 'done';
    try {
      if (source && signal) await undo(source, signal.alert, call);
    } catch (error) {
      logger.warn({ error, connection, alert: id }, 'Taking back at an alert source failed');
      outcome = 'failed';
    }
    const silence = effect.silenceId !== undefined && { id: effect.silenceId };
    await apply(id, { ...ended, what: about, result: outcome, ...silence });
    return;
  }
  const event = { type: 'carried', what, connection, key: sourceKey } as const;
  let result: Result = { result: 'not there' };
  try {
    const by = what === 'acknowledge' ? value.acknowledged?.by.id : value.silenced?.by.id;
    // What joined the alert later may concern more than whoever acted can change.
    const [, ...others] = reachOf(systems, { ...value, signals: signal ? [signal] : [] });
    if (source && signal && mayActOn(catalog(), by ?? '', others)) result = await doAt(source, signal.alert, call);
  } catch (error) {
    logger.warn({ error, connection, alert: id }, 'Telling an alert source failed');
    result = { result: 'failed' };
  }
  await apply(id, { ...event, ...result });
}

async function doAt(source: AlertSource, alert: SourceAlert, { effect }: CarryCall): Promise<Result> {
  const { what, comment, until, silenceId } = effect;
  const by = { name: effect.by, comment };
  if (what === 'acknowledge') {
    if (!source.acknowledge) return { result: 'not there' };
    await source.acknowledge(alert, by, until);
    return { result: 'done' };
  }
  if (!source.silence || until === undefined) return { result: 'not there' };
  return { result: 'done', ...(await source.silence(alert, by, until, silenceId)) };
}

async function undo(source: AlertSource, alert: SourceAlert, { effect }: CarryCall): Promise<void> {
  const by = { name: effect.by, comment: effect.comment };
  if (effect.what === 'unacknowledge') await source.unacknowledge?.(alert, by);
  else if (effect.silenceId !== undefined) await source.endSilence?.(effect.silenceId, by);
}
