/* Notices which products were really seen: the configured share of a card in view for the configured time, each once an answer.
 * What was seen within a moment is told together. */

export interface Watcher { watch(element: Element, seen: () => void): void; stop(): void }

export function watcher(share: number, ms: number): Watcher {
  const waiting = new Map<Element, number>(), tell = new Map<Element, () => void>();
  const forget = (e: Element): void => {
    clearTimeout(waiting.get(e));
    waiting.delete(e);
  };
  const eye = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const seen = entry.isIntersecting && entry.intersectionRatio >= share - 0.01;
      if (!seen) forget(entry.target);
      else if (!waiting.has(entry.target)) waiting.set(entry.target, window.setTimeout(() => {
        eye.unobserve(entry.target);
        forget(entry.target);
        if (document.hidden) eye.observe(entry.target);     /* nobody looked: from the start, once somebody does */
        else tell.get(entry.target)?.();
      }, ms));
    }
  }, { threshold: [share] });
  return {
    watch(element, seen) {
      tell.set(element, seen);
      eye.observe(element);
    },
    stop() {
      eye.disconnect();
      waiting.forEach((timer) => clearTimeout(timer));
    },
  };
}
