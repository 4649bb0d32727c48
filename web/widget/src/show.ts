/* Shows what belongs on the page at hand, and takes it away when the page becomes another one. */
import { fits, questionOf } from './choose';
import { knownCart } from './cart';
import { placeFor, slotsOf } from './place';
import type { Answer, Core, Display, PageFacts, Placement } from './types';

/* The server's names of displays; an owner's or an experiment's wish changes how, not where. */
const ASKED: Readonly<Record<string, Display>> = { popup: 'popup', slide_in: 'slidein', banner: 'banner', sticky: 'sticky', inline: 'inline' };
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
      void (p.display === 'inline' ? this.inline(p) : this.overlay(p));
    }
  }

  end(): void {
    this.ended = true;
    this.undo.splice(0).forEach((run) => run());
    this.made.splice(0).forEach((e) => e.remove());
  }

  private ask(p: Placement): Promise<Answer | null> {
    return this.core.recommend(questionOf(p, this.page, knownCart().map((l) => l.product_id)));
  }

  private async inline(p: Placement): Promise<void> {
    const answer = this.ask(p), cards = this.core.part('cards');
    const slots = await placeFor(p, this.page.page, () => this.ended, (e) => this.made.push(e));
    const part = slots.length ? await cards : null;
    if (!part || this.ended) return;
    const asked = ASKED[(await this.settled(answer))?.display ?? ''];
    if (asked && asked !== 'inline') return this.overlay({ ...p, display: asked, layout: asked === 'banner' || asked === 'sticky' ? 'bar' : 'grid' });
    await Promise.all(slots.map((slot) => part.inline(p, slot, answer)));
  }

  /* The answer when it is there already: a skeleton is shown for one that is not. */
  private settled(answer: Promise<Answer | null>): Promise<Answer | null> {
    return Promise.race([answer, Promise.resolve(null)]);
  }

  private async overlay(p: Placement): Promise<void> {
    if (!this.core.caps.may(p.slot, p.frequency)) return;
    const part = await this.core.part('overlay');
    if (part && !this.ended) this.undo.push(part.arm(p, () => this.ask(p)));
  }
}
