/* A list that the shop's server drew (data-vitrine-rec): nothing is drawn here; what is seen of it and followed is told as of any other.
 * Its links say what they are to pages without script (vitrine_rec, vitrine_position); that is taken off, since it is told here. */
import { letterOf } from '../letter';
import type { Core } from '../types';
import { watcher } from './watch';

const adopted = new WeakSet<Element>(), TOGETHER_MS = 250;

function clean(a: HTMLAnchorElement): void {
  const letter = letterOf(a.search);
  if (letter) a.search = letter.rest;
}

export function adopt(core: Core, slot: HTMLElement): void {
  const rec_id = slot.dataset.vitrineRec ?? '', placement = slot.dataset.vitrinePlacement || (slot.dataset.vitrineSlot ?? '');
  if (!rec_id || adopted.has(slot)) return;
  adopted.add(slot);
  const eye = watcher(core.config.track.impression_share, core.config.track.impression_ms);
  let seen: string[] = [];
  const tell = (): void => core.track({ type: 'impression', rec_id, placement, items: seen.splice(0) });
  for (const e of slot.querySelectorAll<HTMLElement>('[data-vitrine-product]')) {
    const product_id = e.dataset.vitrineProduct ?? '', position = Number(e.dataset.vitrinePosition) || 0;
    const followed = (): void => {
      core.credit(product_id, rec_id);
      core.track({ type: 'click', product_id, rec_id, placement, ...(position > 0 ? { position } : {}) });
    };
    eye.watch(e, () => {
      if (!seen.length) setTimeout(tell, TOGETHER_MS);
      seen.push(product_id);
    });
    const links = e.matches('a') ? [e as HTMLAnchorElement] : [...e.querySelectorAll('a')];
    for (const a of links) {
      clean(a);
      a.addEventListener('click', followed);
      a.addEventListener('auxclick', (press) => press.button === 1 && followed());
    }
  }
}
