/* Shows what belongs on the page at hand, and takes it away when the page becomes another one.
 * Promise: over all lists of a page a product stands once. What is in the page when it begins is asked for at once, and what comes later is
 * asked for without what stands there by then. */
import { fits, leastOf, listOf, questionOf, shownAs, shownOf, turn } from './choose';
import { knownCart } from './cart';
import { without } from './recommend';
import { seenProducts } from './tracker';
import { keepsSpace, placeFor, slotsOf, styled } from './place';
import type { Answer, Answers, Core, PageFacts, Placement, Question } from './types';

const PHONE_PX = 640, MOST_LISTS = 12;
/* Each display is a task of its own: the page answers in between. */
const pause = (ms = 0): Promise<void> => new Promise((go) => setTimeout(go, ms)), AGAIN_MS = 3000;
/* The shop's server drew it already. */
const isDrawn = (slot: HTMLElement): boolean => !!slot.dataset.vitrineRec;
const slots = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-vitrine-slot]')];
/* What the page says it shows already: such lists, and lists of its own. */
const drawn = (): string[] => [...document.querySelectorAll<HTMLElement>('[data-vitrine-product]')].map((e) => e.dataset.vitrineProduct ?? '');

/* One list: `at` is the element of the page it goes into, null where it has none; `nth` counts the elements of its name. */
interface List { p: Placement; at: HTMLElement | null; nth: number }
const isRecent = ({ p }: List): boolean => p.source === 'recent';

export class Showing {
  private ended = false;
  private readonly made: HTMLElement[] = [];
  private readonly undo: (() => void)[] = [];
  private readonly elsewhere: string[] = drawn();
  /* asked for together, in turn */
  private together: List[] = [];
  private question: Question = {};
  private first: Promise<Answers> = Promise.resolve(null);
  /* shown by lists that came later */
  private readonly later: string[] = [];
  constructor(private readonly core: Core, private readonly page: PageFacts, private readonly returning: boolean) {}

  start(): void {
    const moment = { now: Date.now(), phone: innerWidth < PHONE_PX, returning: this.returning, hasSlot: (s: string) => slotsOf(s).length > 0,
                     off: this.page.off };
    const shown = this.core.config.placements.filter((p) => fits(p, this.page.page, moment));
    this.tidy(shown.map((p) => p.slot));
    const lists = shown.flatMap((p) => this.listsOf(p));
    this.ask(lists);
    for (const x of lists) void this.one(x);
  }

  /* A name that stands twice in the page is two lists. */
  private listsOf(p: Placement): List[] {
    const own = p.display === 'inline' ? slotsOf(p.slot) : [];
    return own.length ? own.filter((e) => !isDrawn(e)).map((at, nth) => ({ p, at, nth })) : [{ p, at: null, nth: 0 }];
  }

  /* One question for all that goes into the page. */
  private ask(lists: List[]): void {
    const order = slots(), at = (x: List): number => (x.at ? order.indexOf(x.at) : order.length);
    this.elsewhere.push(...lists.filter(isRecent).flatMap((x) => this.recent(x)));
    this.together = lists.filter((x) => x.p.display === 'inline' && !isRecent(x))
      .sort((a, b) => turn(a.p) - turn(b.p) || at(a) - at(b)).slice(0, MOST_LISTS);
    this.question = this.questionOf(this.together, this.elsewhere);
    if (this.together.length) this.first = this.core.lists(this.question);
  }

  private questionOf(lists: List[], exclude: string[]): Question {
    return questionOf(lists.map((x) => listOf(x.p)), this.page, knownCart().map((l) => l.product_id), exclude);
  }

  /* Products that stand in the page's lists, or will as soon as their place may be filled. */
  async standing(): Promise<string[]> {
    const first = (await this.first) ?? [];
    const shown = this.together.flatMap(({ p }, i) => (first[i] ? shownOf(p, first[i] as Answer) : []));
    return [...new Set([...this.elsewhere, ...shown, ...this.later, ...drawn()])];
  }

  /* Lists that the shop's server drew are watched; those that the page before left and this one has no use for go. */
  private tidy(wanted: string[]): void {
    for (const slot of slots()) {
      if (isDrawn(slot)) void this.core.part('cards').then((part) => part?.adopt(slot));
      else if (!wanted.includes(slot.dataset.vitrineSlot ?? '')) slot.querySelector('vitrine-display')?.remove();
    }
  }

  end(): void {
    this.ended = true;
    this.undo.splice(0).forEach((run) => run());
    this.made.splice(0).forEach((e) => e.remove());
  }

  private async answer(x: List, late = false): Promise<Answer | null> {
    if (isRecent(x)) return this.core.products(this.recent(x));
    const i = this.together.indexOf(x);
    if (i < 0) return this.apart(x);
    const answers = await (late ? this.core.lists(this.question, true) : this.first);
    if (late && answers) this.first = Promise.resolve(answers);
    return without(answers?.[i] ?? null, this.later);       /* shown over the page while this one was late */
  }

  /* What comes over the page, when it comes. */
  private async apart(x: List): Promise<Answer | null> {
    const answer = (await this.core.lists(this.questionOf([x], await this.standing())))?.[0] ?? null;
    if (answer) this.later.push(...shownOf(x.p, answer));
    return answer;
  }

  /* When there was none in time: nothing of the page waits for it. */
  private async late(x: List): Promise<Answer | null> {
    if (isRecent(x)) await pause(AGAIN_MS);
    return this.ended ? null : this.answer(x, true);
  }

  /* What this visitor saw last is his own history, not a suggestion: it stands whole, and suggestions leave it out. */
  private recent({ p, nth }: List): string[] {
    const seen = seenProducts().filter((id) => id !== this.page.product_id).slice(nth * p.n, (nth + 1) * p.n);
    return seen.length < leastOf(p) ? [] : seen;
  }

  /* While an experiment tries displays, no place is taken before the answer says which. */
  private async one(x: List): Promise<void> {
    const answer = x.p.experiment.length ? await this.answer(x) : undefined;
    if (answer === null) return;
    const p = answer ? shownAs(x.p, answer.display, this.core.config.displays) : x.p;
    await (p.display === 'inline' ? this.inline(x, answer) : this.overlay(x, p, answer));
  }

  private async inline(x: List, known?: Answer): Promise<void> {
    if (isRecent(x) && !this.recent(x).length) return;
    const answer = known ? Promise.resolve(known) : this.answer(x);
    await styled();
    if (this.ended) return;
    if (x.at && keepsSpace(x.at) && !known) return this.fill(x, x.at, answer);
    /* everything is here before a moment is looked for when nothing moves: then it is drawn in that very moment */
    const [first] = await Promise.all([answer, this.core.part('cards'), this.core.part('shop')]);
    const told = first ?? (await this.late(x));
    if (!told?.items.length || this.ended) return;
    const wished = shownAs(x.p, told.display, this.core.config.displays);
    if (wished.display !== 'inline') return this.overlay(x, wished, told);
    await pause();
    const place = await placeFor(x.p, x.at, this.page.page, () => this.ended, (e) => this.made.push(e));
    if (place) await this.fill(x, place, Promise.resolve(told));
  }

  private async fill(x: List, place: HTMLElement, answer: Promise<Answer | null>): Promise<void> {
    const part = await this.core.part('cards');
    if (part && !this.ended) await part.inline(x.p, place, answer, () => this.late(x));
  }

  private async overlay(x: List, p: Placement, known?: Answer): Promise<void> {
    if (x.nth || !this.core.caps.may(p.slot, p.frequency)) return;
    const [part] = await Promise.all([this.core.part('overlay'), styled()]);
    if (part && !this.ended) this.undo.push(part.arm(p, () => (known ? Promise.resolve(known) : this.answer(x))));
  }
}
