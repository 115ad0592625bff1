/** What came of asking an outside system within its time. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** The answer, or that there was none in time. Never rejects; late work goes on by itself and is ignored. */
export async function within<T>(limitMs: number, ask: () => Promise<T>): Promise<Answer<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer<T>>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, error: new Error(`No answer within ${limitMs} ms`) }), limitMs);
  });
  const asked: Promise<Answer<T>> = (async () => ({ ok: true, value: await ask() }) as const)().catch(
    (error: unknown) => ({ ok: false, error }) as const,
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The value, or undefined when there was none in time. */
export async function valueWithin<T>(limitMs: number, ask: () => Promise<T>): Promise<T | undefined> {
  const answer = await within(limitMs, ask);
  return answer.ok ? answer.value : undefined;
}
