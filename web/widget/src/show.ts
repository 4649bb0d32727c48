/* Shows what belongs on the page at hand, and takes it away when the page becomes another one. */
import { fits, questionOf, shownAs } from './choose';
import { knownCart } from './cart';
import { seenProducts } from './tracker';
import { keepsSpace, placeFor, slotsOf, styled } from './place';
import type { Answer, Core, PageFacts, Placement } from './types';

const PHONE_PX = 640;
/* Each display is a task of its own: the page answers in between. */
const pause = (ms = 0): Promise<void> => new Promise((go) => setTimeout(go, ms)), AGAIN_MS = 3000;
/* The shop's server drew it already. */
const isDrawn = (slot: HTMLElement): boolean => !!slot.dataset.vitrineRec;

export class Showing {
  private ended = false;
  private readonly made: HTMLElement[] = [];
  private readonly undo: (() => void)[] = [];
  constructor(private readonly core: Core, private readonly page: PageFacts, private readonly returning: boolean) {}

  start(): void {
    const moment = { now: Date.now(), phone: innerWidth < PHONE_PX, returning: this.returning, hasSlot: (s: string) => slotsOf(s).length > 0,
                     off: this.page.off };
    const shown = this.core.config.placements.filter((p) => fits(p, this.page.page, moment));
    this.tidy(shown.map((p) => p.slot));
    for (const p of shown) {
      if (p.display === 'inline' && slotsOf(p.slot).some(isDrawn)) continue;
      void this.one(p);
    }
  }

  /* Lists that the shop's server drew are watched; those that the page before left and this one has no use for go. */
  private tidy(wanted: string[]): void {
    for (const slot of document.querySelectorAll<HTMLElement>('[data-vitrine-slot]')) {
      if (isDrawn(slot)) void this.core.part('cards').then((part) => part?.adopt(slot));
      else if (!wanted.includes(slot.dataset.vitrineSlot ?? '')) slot.querySelector('vitrine-display')?.remove();
    }
  }

  end(): void {
    this.ended = true;
    this.undo.splice(0).forEach((run) => run());
    this.made.splice(0).forEach((e) => e.remove());
  }

  private ask(p: Placement, how: 'recommend' | 'late' = 'recommend'): Promise<Answer | null> {
    if (p.source === 'recent') return this.core.products(this.recent().slice(0, p.n));
    return this.core[how](questionOf(p, this.page, knownCart().map((l) => l.product_id)));
  }

  /* When there was none in time: nothing of the page waits for it. */
  private async late(p: Placement): Promise<Answer | null> {
    if (p.source === 'recent') await pause(AGAIN_MS);
    return this.ended ? null : this.ask(p, 'late');
  }

  private recent(): string[] {
    return seenProducts().filter((id) => id !== this.page.product_id);
  }

  /* While an experiment tries displays, no place is taken before the answer says which. */
  private async one(p: Placement): Promise<void> {
    const answer = p.experiment.length ? await this.ask(p) : undefined;
    if (answer === null) return;
    await this.as(answer ? shownAs(p, answer.display, this.core.config.displays) : p, answer);
  }

  private as(p: Placement, answer?: Answer): Promise<void> {
    return p.display === 'inline' ? this.inline(p, answer) : this.overlay(p, answer);
  }

  private async inline(p: Placement, known?: Answer): Promise<void> {
    if (p.source === 'recent' && !this.recent().length) return;
    const answer = known ? Promise.resolve(known) : this.ask(p);
    await styled();
    if (this.ended) return;
    const kept = slotsOf(p.slot).filter(keepsSpace);
    if (kept.length && !known) return this.fill(p, kept, answer);
    /* everything is here before a moment is looked for when nothing moves: then it is drawn in that very moment */
    const [first] = await Promise.all([answer, this.core.part('cards'), this.core.part('shop')]);
    const told = first ?? (await this.late(p));
    if (!told?.items.length || this.ended) return;
    const wished = shownAs(p, told.display, this.core.config.displays);
    if (wished.display !== 'inline') return this.overlay(wished, told);
    await pause();
    await this.fill(p, await placeFor(p, this.page.page, () => this.ended, (e) => this.made.push(e)), Promise.resolve(told));
  }

  private async fill(p: Placement, slots: HTMLElement[], answer: Promise<Answer | null>): Promise<void> {
    const part = slots.length ? await this.core.part('cards') : null;
    if (part && !this.ended) await Promise.all(slots.map((slot) => part.inline(p, slot, answer, () => this.late(p))));
  }

  private async overlay(p: Placement, known?: Answer): Promise<void> {
    if (!this.core.caps.may(p.slot, p.frequency)) return;
    const [part] = await Promise.all([this.core.part('overlay'), styled()]);
    if (part && !this.ended) this.undo.push(part.arm(p, () => (known ? Promise.resolve(known) : this.ask(p))));
  }
}
