/* Asks the server. Promise: an answer within the time given or null, never an exception; nothing is retried here. */

export const ANSWER_MS = 800;

export async function ask(url: string, init: RequestInit, most_ms = ANSWER_MS): Promise<unknown> {
  const stop = new AbortController(), clock = setTimeout(() => stop.abort(), most_ms);
  try {
    const response = await fetch(url, { ...init, signal: stop.signal, credentials: 'omit' });
    return response.ok ? ((await response.json()) as unknown) : null;
  } catch {
    return null;
  } finally {
    clearTimeout(clock);
  }
}

/* The same promise, or null when it takes longer than that. */
export const within = <T>(ms: number, work: Promise<T | null>): Promise<T | null> =>
  Promise.race([work, new Promise<null>((go) => setTimeout(() => go(null), ms))]);

/* A body without a type of its own needs no question beforehand (CORS preflight). */
export const post = (body: unknown): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });
