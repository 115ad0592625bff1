const onlyOwner = 0o077;
let usualMask: number | undefined;

/** From now on this process makes files and folders that only its own user can read, whatever the umask it was started with. */
export function keepFilesPrivate(): void {
  usualMask ??= process.umask(onlyOwner);
}

/** Starts what isn't Gavel itself with the umask Gavel was started with: what a deploy command makes may be meant for others. */
export function withUsualMask<T>(work: () => T): T {
  if (usualMask === undefined) return work();
  process.umask(usualMask);
  try {
    return work();
  } finally {
    process.umask(onlyOwner);
  }
}
