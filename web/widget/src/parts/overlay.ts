/* Displays over the page: popup (the browser's own dialog: focus stays inside, Esc ends it, focus goes back), slide-in, banner, sticky bar.
 * Promise: one at a time, none while the visitor types, none more often than the owner said, none without something to show. */
import { shownAs } from '../choose';
import { offer } from '../part';
import type { Answer, CardsPart, Core, OverlayPart, Placement } from '../types';
import { dress, el, icon } from './dom';
import styles from './overlay.css';
import { arm } from './trigger';

let open = false;

const isTyping = (): boolean => /^(input|textarea|select)$/i.test(document.activeElement?.tagName ?? '') ||
                                (document.activeElement as HTMLElement | null)?.isContentEditable === true;

/* A focused control must not lie under a bar: the page scrolls it clear of it. */
function clearOf(frame: HTMLElement, display: string): () => void {
  const side = display === 'banner' ? 'scrollPaddingTop' : 'scrollPaddingBottom', style = document.documentElement.style, before = style[side];
  if (display !== 'banner' && display !== 'sticky') return () => undefined;
  style[side] = `${frame.offsetHeight}px`;
  return () => void (style[side] = before);
}

class Overlay {
  private interested = false;
  private over = false;
  private undo: (() => void)[] = [];
  constructor(private readonly core: Core, private readonly cards: CardsPart, private readonly p: Placement, private readonly answer: Answer) {}

  async show(): Promise<void> {
    const { host, root, body } = this.cards.host(this.p), modal = this.p.display === 'popup';
    host.dataset.display = this.p.display;
    this.cards.dress(this.p, document.body, root);
    dress(root, this.core.nonce, styles);
    const close = el('button', { class: 'round corner', type: 'button', 'aria-label': this.cards.label('close') }, icon('close'));
    const name = this.p.title || this.cards.label('list_label');
    const frame = modal ? el('dialog', { class: 'over popup', 'aria-label': name }) : el('aside', { class: `over ${this.p.display}`, 'aria-label': name });
    root.append(frame);
    frame.append(close, body);
    await this.cards.fill(this.p, this.answer, body, () => this.close(host));
    close.addEventListener('click', () => this.close(host));
    document.body.append(host);
    if (frame instanceof HTMLDialogElement) this.modal(frame, host);
    else this.beside(frame, host);
    this.watch(host);
    this.core.caps.count(this.p.slot);
    this.core.track({ type: 'widget_open', ...this.about() });
  }

  private about(): { placement: string; rec_id?: string } {
    return { placement: this.answer.placement || this.p.placement, ...(this.answer.rec_id ? { rec_id: this.answer.rec_id } : {}) };
  }

  private modal(dialog: HTMLDialogElement, host: HTMLElement): void {
    const no = el('button', { class: 'no', type: 'button' }, this.cards.label('no_thanks'));
    no.addEventListener('click', () => this.close(host));
    dialog.append(no);
    dialog.addEventListener('click', (e) => e.target === dialog && this.outside(e, dialog) && this.close(host));
    dialog.addEventListener('close', () => this.close(host));
    dialog.showModal();
  }

  /* The dialog's own padding is the dialog; beside its box is its backdrop. */
  private outside(e: MouseEvent, dialog: HTMLElement): boolean {
    const b = dialog.getBoundingClientRect();
    return e.clientX < b.left || e.clientX > b.right || e.clientY < b.top || e.clientY > b.bottom;
  }

  private beside(frame: HTMLElement, host: HTMLElement): void {
    frame.addEventListener('keydown', (e) => void (e.key === 'Escape' && this.close(host)));
    this.undo.push(clearOf(frame, this.p.display));
  }

  private watch(host: HTMLElement): void {
    const mine = (rec_id: string): void => void (rec_id === this.answer.rec_id && (this.interested = true));
    this.undo.push(this.core.on('click', (w) => mine(w.answer.rec_id)), this.core.on('add_to_cart', (w) => mine(w.rec_id)), () => host.remove());
  }

  /* Closed after something in it was followed is not a dismissal. */
  close(host: HTMLElement): void {
    if (this.over) return;
    this.end();
    host.remove();
    this.core.track({ type: this.interested ? 'widget_close' : 'widget_dismiss', ...this.about() });
    if (!this.interested) this.core.emit('dismiss', { answer: this.answer, placement: this.p });
  }

  /* Goes without a word: the page became another one. */
  end(): void {
    if (this.over) return;
    this.over = true;
    open = false;
    this.undo.splice(0).forEach((run) => run());
  }
}

async function come(core: Core, p: Placement, ask: () => Promise<Answer | null>): Promise<Overlay | null> {
  if (open || isTyping() || !core.caps.may(p.slot, p.frequency)) return null;
  open = true;
  const [answer, cards] = await Promise.all([ask(), core.part('cards')]);
  const wish = answer ? shownAs(p, answer.display, core.config.displays) : p;
  if (!answer?.items.length || !cards) {
    open = false;
    return null;
  }
  const overlay = new Overlay(core, cards, fitting(wish.display === 'inline' ? p : wish, answer.items.length), answer);
  await overlay.show();
  return overlay;
}

/* A sheet on a phone holds rows: cards would run out of it. One product alone is shown large. */
const PHONE_PX = 560;
function fitting(p: Placement, n: number): Placement {
  const cards = p.layout === 'grid' || p.layout === 'carousel';
  if (p.display !== 'popup' || !cards) return p;
  return n < 2 ? { ...p, layout: 'card' } : innerWidth < PHONE_PX ? { ...p, layout: 'list' } : p;
}

offer('overlay', (core): OverlayPart => ({
  arm(p, ask) {
    let shown: Promise<Overlay | null> | null = null;
    const stop = arm(p.trigger, core, () => {
      shown = come(core, p, ask).catch(() => {
        open = false;
        return null;
      });
    });
    return () => {
      stop();
      void shown?.then((o) => o?.end());
    };
  },
}));
