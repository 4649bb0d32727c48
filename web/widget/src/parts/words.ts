/* What the widget itself says: the configuration's words; these where it has none. {0}, {1} are filled in. */

const OTHERWISE: Readonly<Record<string, string>> = {
  add_to_cart: 'Add to cart', adding: 'Adding…', added: 'Added to cart', add_failed: 'Could not be added. Please try on the product\'s page.',
  add_bundle: 'Add all {0} to cart', add_selected: 'Add the {0} selected to cart', bundle_total: 'Total', bundle_save: 'You save {0}',
  this_product: 'This product', choose_options: 'Choose options', choose: 'Choose {0}', see_product: 'See product', close: 'Close',
  no_thanks: 'No, thanks', previous: 'Previous', next: 'Next', from_price: 'from {0}', regular_price: 'Regular price', low_stock: 'Only {0} left in stock',
  out_of_stock: 'Out of stock', rating: '{0} out of 5 stars, {1} reviews', list_label: 'Recommended products',
};

export type Word = (name: string, ...values: (string | number)[]) => string;

export const wordsOf = (texts: Readonly<Record<string, string>>): Word => (name, ...values) =>
  (texts[name] ?? OTHERWISE[name] ?? '').replace(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)] ?? ''));
