/* How a part makes itself known to the loader. Used by the parts only. */
import type { PartsWindow } from './parts';
import type { Core, PartName, Parts } from './types';

export function offer<K extends PartName>(name: K, make: (core: Core) => Parts[K]): void {
  const w = window as unknown as PartsWindow;
  (w.vitrineParts ??= {})[name] = make as never;
}
