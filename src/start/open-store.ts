import { accessSync, chmodSync, constants, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Config } from '../config';
import { StartError } from '../core/errors';
import type { Logger } from '../core/telemetry/logger';
import { readAuditKey } from '../store/audit/files';
import type { Store } from '../store/contract';
import { openMongoStore } from '../store/mongo';
import { openSqliteStore } from '../store/sqlite';

type StoreConfig = Pick<Config, 'dataDir' | 'auditKeyFile' | 'auditKey' | 'auditAnchorFolder' | 'instance' | 'mongo'>;

interface OpenOptions {
  /** How long to wait for MongoDB; half a minute unless told. */
  readonly startMs?: number;
  /** Beside a running Gavel: nothing is begun, mended or refused. */
  readonly onlyLooks?: boolean;
}

/** Opens the store that the configuration names; rejects with `StartError` when it can't be used. */
export async function openStore(config: StoreConfig, logger: Logger, options: OpenOptions = {}): Promise<Store> {
  const { auditKeyFile, auditKey, instance, mongo } = config;
  const { onlyLooks } = options;
  if (!onlyLooks) {
    openPrivateFolder(config.dataDir, 'GAVEL_DATA');
    if (config.auditAnchorFolder !== config.dataDir) openPrivateFolder(config.auditAnchorFolder, 'GAVEL_AUDIT_ANCHORS');
  }
  const auditAnchorFile = anchorFileOf(config);
  const audit = { auditKeyFile, auditKey, auditAnchorFile, instance };
  if (!mongo) return openSqliteStore({ ...audit, file: embeddedFile(config), logger, onlyLooks });
  const key = auditKey ?? readAuditKey(auditKeyFile, auditAnchorFile, undefined, onlyLooks);
  return openMongoStore({ ...mongo, auditKey: key, auditAnchorFile, instance, logger, ...options });
}

/** The file of the embedded store. */
export function embeddedFile({ dataDir }: Pick<StoreConfig, 'dataDir'>): string {
  return join(dataDir, 'gavel.db');
}

/** Where the heads of the audit log are anchored. Throws when they lie where they no longer belong. */
function anchorFileOf({ dataDir, auditAnchorFolder, mongo }: StoreConfig): string {
  // Anchors belong to one audit log: those of an embedded store that was there before say nothing of this one.
  const name = mongo ? `audit.${mongo.database}.anchor.ndjson` : 'audit.anchor.ndjson';
  const [file, usual] = [join(auditAnchorFolder, name), join(dataDir, name)];
  if (!existsSync(file) && existsSync(usual))
    throw new StartError(
      `The anchors of the audit log are still in ${usual}. Move that file to ${auditAnchorFolder}, which GAVEL_AUDIT_ANCHORS names.`,
    );
  return file;
}

/** The data folder and what lies in it belong to the user Gavel runs as, and nobody else reads them. */

const maxTightened = 20_000;

/**
 * Makes the folder where it's missing, and takes from others the rights to a folder that holds a Gavel and to all in it. Throws `StartError` when
 * it can't be used. `setting` is what names it.
 */
export function openPrivateFolder(folder: string, setting: string): void {
  const isNew = !existsSync(folder);
  if (isNew) makeFolder(folder, setting);
  else if (!statSync(folder).isDirectory())
    throw new StartError(`${folder} is a file where a folder is needed. Set ${setting} to a folder.`);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unwritable(folder, setting, cause);
  }
  if (existsSync(join(folder, 'gavel.db')) || existsSync(join(folder, 'audit.key'))) tighten(folder);
}

/** One step after the other: Node's own way of making several goes round in circles where the system allows none, as in /proc. */
function makeFolder(folder: string, setting: string): void {
  const nearest = nearestTo(dirname(folder));
  if (!statSync(nearest).isDirectory())
    throw new StartError(`${nearest} is a file where a folder is needed. Set ${setting} to a folder.`);
  let path = nearest;
  for (const step of relative(nearest, folder).split(sep)) {
    path = join(path, step);
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (cause) {
      if ((cause as { code?: string }).code === 'EEXIST') continue;
      throw unwritable(dirname(path), setting, cause);
    }
  }
}

/** Throws `StartError` where the folder couldn't be made or written to. Makes nothing. */
export function checkWritable(folder: string, setting: string): void {
  const nearest = nearestTo(folder);
  try {
    accessSync(nearest, constants.W_OK);
  } catch (cause) {
    throw unwritable(nearest, setting, cause);
  }
}

/** This folder or, where it isn't made yet, the first one above that is there. */
function nearestTo(folder: string): string {
  return existsSync(folder) ? folder : nearestTo(dirname(folder));
}

function unwritable(folder: string, setting: string, cause: unknown): StartError {
  const { code } = cause as { code?: string };
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new StartError(`The disk of ${folder} is full. Free some space, then start Gavel again.`, { cause });
  if (code === 'EROFS')
    return new StartError(`${folder} is on a read-only disk. Set ${setting} to a writable folder.`, { cause });
  return new StartError(
    `Gavel can’t write to ${folder}; give that folder to the user it runs as, or set ${setting} to another.`,
    { cause },
  );
}

/** Only what belongs to Gavel's own user; links are left alone. The number is bounded: what is made from now on is private anyway. */
function tighten(folder: string): void {
  const waiting = [folder];
  for (let count = 0; waiting.length > 0 && count < maxTightened; count++) {
    const path = waiting.pop() ?? '';
    try {
      const info = lstatSync(path);
      if (info.isSymbolicLink()) continue;
      if ((info.mode & 0o077) !== 0) chmodSync(path, info.mode & 0o700);
      // The sandbox holds a working copy of a repository, thousands of files that say nothing.
      if (info.isDirectory() && !path.endsWith(`${sep}sandbox`))
        for (const name of readdirSync(path)) waiting.push(join(path, name));
    } catch {
      // Gone meanwhile, or somebody else's.
    }
  }
}

/** How long the store may be read through at a start, beside its work: a large one takes a while. */
const limitMs = 30_000;

/** Looks once for damage in the store. */
export function createInspection(store: Pick<Store, 'inspect'>, logger: Logger) {
  let problems: readonly string[] = [];
  return {
    /** Begins beside everything else; call what it gives back to hear no more of it. */
    begin(): () => void {
      let isOver = false;
      void store.inspect?.(limitMs).then(
        (found) => {
          if (isOver) return;
          problems = found;
          for (const problem of found) logger.error({ problem }, 'The store is damaged');
        },
        (error: unknown) => isOver || logger.warn({ error }, 'The store could not be read through'),
      );
      return () => (isOver = true);
    },
    /** What was found so far, in sentences. */
    problems: () => problems,
  };
}
