import type { FeatureDependencies } from '../../contract';

/** Reads a source as soon as it says that something may have changed, instead of at the next round. */

/** What changes within this time is read together. */
const gatherMs = 500;

/** `readNow` reads these connections. */
export function watchSources(
  { systems, logger }: Pick<FeatureDependencies, 'systems' | 'logger'>,
  readNow: (connections: readonly string[]) => Promise<void>,
) {
  const watched = new Set<string>();

  /** Reads once for all changes until then, and once more for those that come meanwhile. */
  function createReader(connection: string): () => void {
    let isChanged = false;
    let isReading = false;
    async function readChanges(): Promise<void> {
      while (isChanged) {
        isChanged = false;
        await readNow([connection]).catch((error: unknown) =>
          logger.warn({ error, connection }, 'A change of an alert source could not be read'),
        );
      }
      isReading = false;
    }
    return () => {
      isChanged = true;
      if (isReading) return;
      isReading = true;
      setTimeout(() => void readChanges(), gatherMs).unref();
    };
  }

  return {
    /** Watches each source that isn't watched yet and can be. */
    watchAll(): void {
      for (const source of systems.alertSources()) {
        const { connection } = source;
        if (!source.watch || watched.has(connection)) continue;
        watched.add(connection);
        // A connection that is closed may be opened again with other settings.
        void source.watch(createReader(connection)).finally(() => watched.delete(connection));
      }
    },
  };
}
