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
  /** How long to wait for MongoDB; half a minute by default. */
  readonly startMs?: number;
  /** For use next to a running Gavel: starts, repairs and refuses nothing. */
  readonly onlyLooks?: boolean;
}

/** Opens the store that the configuration names; rejects with `StartError` if it can't be used. */
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

/** Where the heads of the audit log are anchored. Throws if the anchors are where they no longer belong. */
function anchorFileOf({ dataDir, auditAnchorFolder, mongo }: StoreConfig): string {
  // Anchors belong to one audit log: those of an earlier embedded store say nothing about this one.
  const name = mongo ? `audit.${mongo.database}.anchor.ndjson` : 'audit.anchor.ndjson';
  const [file, usual] = [join(auditAnchorFolder, name), join(dataDir, name)];
  if (!existsSync(file) && existsSync(usual))
    throw new StartError(
      `The audit log’s anchors are still in ${usual}. Move that file to ${auditAnchorFolder}, the folder in GAVEL_AUDIT_ANCHORS.`,
    );
  return file;
}

/** The data folder and its contents belong to Gavel's user, and nobody else can read them. */

const maxTightened = 20_000;

/**
 * Creates the folder if it's missing, and removes other users' permissions from a folder with Gavel's data and everything in it. Throws `StartError`
 * if it can't be used. `setting` is the setting that names it.
 */
export function openPrivateFolder(folder: string, setting: string): void {
  const isNew = !existsSync(folder);
  if (isNew) makeFolder(folder, setting);
  else if (!statSync(folder).isDirectory())
    throw new StartError(`${folder} is a file, but Gavel needs a folder there. Set ${setting} to a folder.`);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unwritable(folder, setting, cause);
  }
  if (existsSync(join(folder, 'gavel.db')) || existsSync(join(folder, 'audit.key'))) tighten(folder);
}

/** Creates one level after another: Node's recursive way loops where the system allows none, such as in /proc. */
function makeFolder(folder: string, setting: string): void {
  const nearest = nearestTo(dirname(folder));
  if (!statSync(nearest).isDirectory())
    throw new StartError(`${nearest} is a file, but Gavel needs a folder there. Set ${setting} to a folder.`);
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

/** Throws `StartError` if the folder couldn't be created or written to. Creates nothing. */
export function checkWritable(folder: string, setting: string): void {
  const nearest = nearestTo(folder);
  try {
    accessSync(nearest, constants.W_OK);
  } catch (cause) {
    throw unwritable(nearest, setting, cause);
  }
}

/** This folder or, if it doesn't exist yet, the nearest existing one above it. */
function nearestTo(folder: string): string {
  return existsSync(folder) ? folder : nearestTo(dirname(folder));
}

function unwritable(folder: string, setting: string, cause: unknown): StartError {
  const { code } = cause as { code?: string };
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new StartError(`The disk that holds ${folder} is full. Free some space, then start Gavel again.`, { cause });
  if (code === 'EROFS')
    return new StartError(`${folder} is on a read-only file system. Set ${setting} to a writable folder.`, { cause });
  return new StartError(
    `Gavel can’t write to ${folder}. Make the user that runs Gavel the owner of that folder, or set ${setting} to another folder.`,
    { cause },
  );
}

/** Only files of Gavel's own user; links are skipped. The number is limited, because new files are private anyway. */
function tighten(folder: string): void {
  const waiting = [folder];
  for (let count = 0; waiting.length > 0 && count < maxTightened; count++) {
    const path = waiting.pop() ?? '';
    try {
      const info = lstatSync(path);
      if (info.isSymbolicLink()) continue;
      if ((info.mode & 0o077) !== 0) chmodSync(path, info.mode & 0o700);
      // The sandbox has the working copy of a repository: thousands of files that aren't secret.
      if (info.isDirectory() && !path.endsWith(`${sep}sandbox`))
        for (const name of readdirSync(path)) waiting.push(join(path, name));
    } catch {
      // It disappeared in the meantime, or belongs to somebody else.
    }
  }
}

/** How long a start can spend reading through the store in the background: a large one takes a while. */
const limitMs = 30_000;

/** Checks the store for damage once. */
export function createInspection(store: Pick<Store, 'inspect'>, logger: Logger) {
  let problems: readonly string[] = [];
  return {
    /** Starts in the background; call the result to cancel it. */
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
    /** The problems found so far, in sentences. */
    problems: () => problems,
  };
}
