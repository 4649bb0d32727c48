/* Shows what belongs on the page at hand, and takes it away when the page becomes another one. */
import { fits, questionOf, shownAs } from './choose';
import { knownCart } from './cart';
import { seenProducts } from './tracker';
import { placeFor, slotsOf } from './place';
import type { Answer, Core, PageFacts, Placement } from './types';

const PHONE_PX = 640;

export class Showing {
  private ended = false;
  private readonly made: HTMLElement[] = [];
  private readonly undo: (() => void)[] = [];
  constructor(private readonly core: Core, private readonly page: PageFacts, private readonly returning: boolean) {}

  start(): void {
    const moment = { now: Date.now(), phone: innerWidth < PHONE_PX, returning: this.returning, hasSlot: (s: string) => slotsOf(s).length > 0 };
    for (const p of this.core.config.placements) {
      if (!fits(p, this.page.page, moment)) continue;
      void this.one(p);
    }
  }

  end(): void {
    this.ended = true;
    this.undo.splice(0).forEach((run) => run());
    this.made.splice(0).forEach((e) => e.remove());
  }

  private ask(p: Placement): Promise<Answer | null> {
    if (p.source === 'recent') return this.core.products(this.recent().slice(0, p.n));
    return this.core.recommend(questionOf(p, this.page, knownCart().map((l) => l.product_id)));
  }

  private recent(): string[] {
    return seenProducts().filter((id) => id !== this.page.product_id);
  }

  /* While an experiment tries displays, no place is taken before the answer says which. */
  private async one(p: Placement): Promise<void> {
    const answer = p.experiment.length ? await this.ask(p) : undefined;
    if (answer === null || this.ended) return;
    await this.as(answer ? shownAs(p, answer.display, this.core.config.displays) : p, answer);
  }

  private as(p: Placement, answer?: Answer): Promise<void> {
    return p.display === 'inline' ? this.inline(p, answer) : this.overlay(p, answer);
  }

  private async inline(p: Placement, known?: Answer): Promise<void> {
    if (p.source === 'recent' && !this.recent().length) return;
    const answer = known ? Promise.resolve(known) : this.ask(p), cards = this.core.part('cards');
    const slots = await placeFor(p, this.page.page, () => this.ended, (e) => this.made.push(e));
    const part = slots.length ? await cards : null;
    if (!part || this.ended) return;
    const other = shownAs(p, (await this.ready(answer))?.display ?? '', this.core.config.displays);
    if (other.display !== 'inline') return this.overlay(other, (await answer) ?? undefined);
    await Promise.all(slots.map((slot) => part.inline(p, slot, answer)));
  }

  /* The answer when it is there already: a skeleton is shown for one that is not. */
  private ready(answer: Promise<Answer | null>): Promise<Answer | null> {
    return Promise.race([answer, Promise.resolve(null)]);
  }

  private async overlay(p: Placement, known?: Answer): Promise<void> {
    if (!this.core.caps.may(p.slot, p.frequency)) return;
    const part = await this.core.part('overlay');
    if (part && !this.ended) this.undo.push(part.arm(p, () => (known ? Promise.resolve(known) : this.ask(p))));
  }
}
