/* Events on their way to the server. Each is kept under a name of its own until the server has it, so that nothing is lost when the
 * visitor leaves, the network is away or two tabs send at once: the server knows an event by its id and counts it once.
 * Promise: in order, at most BATCH at a time, silent; what the server calls wrong is dropped, what it could not take is sent again. */
import { forGood } from './keep';
import { number, object } from './read';
import { randomId } from './visitor';

const START = 'e.', BATCH = 40, MOST = 200, BEACON_BYTES = 60000, KEPT_MS = 7 * 86400000;
const RETRY_MS = [2000, 10000, 60000, 300000];

export type Sent = 'taken' | 'refused' | 'later';
export type Send = (body: string) => Promise<Sent>;
export interface QueueTools { send: Send; beacon: (body: string) => boolean; now: () => number; later: (run: () => void, ms: number) => void }
export type Kept = Record<string, unknown>;

/* What the status of an answer says of the events in it. */
export function fateOf(status: number): Sent {
  if (status >= 200 && status < 300) return 'taken';
  return status === 429 || status >= 500 || status === 0 ? 'later' : 'refused';
}

let sequence = 0;
/* Names sort by time, so the oldest goes first. */
const nameOf = (now: number, id: string): string => START + now.toString(36) + (sequence++ % 1296).toString(36).padStart(2, '0') + id;

export class Queue {
  private busy = false;
  private failures = 0;
  private waiting = false;
  constructor(private readonly tools: QueueTools) {}

  put(event: Kept): void {
    const now = this.tools.now(), id = randomId();
    forGood.set(nameOf(now, id.slice(0, 6)), { id, ...event, time: now });
    this.prune();
    this.soon(50);
  }

  private soon(ms: number): void {
    if (this.waiting) return;
    this.waiting = true;
    this.tools.later(() => {
      this.waiting = false;
      void this.flush();
    }, ms);
  }

  private names(): string[] {
    return forGood.names(START).sort();
  }

  /* The newest MOST of the last week stay. */
  private prune(): void {
    const names = this.names(), oldest = this.tools.now() - KEPT_MS;
    for (const name of names.slice(0, Math.max(0, names.length - MOST))) forGood.remove(name);
    const first = names[0];
    if (first && number(object(forGood.get(first)).time, 0) < oldest) forGood.remove(first);
  }

  private body(names: string[]): string {
    return JSON.stringify({ events: names.map((n) => forGood.get(n)).filter((e) => e !== null) });
  }

  /* Sends what waits, one batch after the other, until nothing does or the server cannot. */
  async flush(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      for (let names = this.names(); names.length; names = this.names()) {
        const batch = names.slice(0, BATCH), fate = await this.tools.send(this.body(batch));
        if (fate === 'later') {
          this.soon(RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)] ?? 60000);
          return;
        }
        this.failures = 0;
        batch.forEach((n) => forGood.remove(n));
      }
    } finally {
      this.busy = false;
    }
  }

  /* The page is going: hand over what fits. It stays kept, since nobody says whether it arrived; the next page sends it again. */
  leave(): void {
    const names = this.names().slice(-BATCH);
    if (!names.length) return;
    const body = this.body(names);
    if (body.length < BEACON_BYTES) this.tools.beacon(body);
  }

  clear(): void {
    this.names().forEach((n) => forGood.remove(n));
  }
}
