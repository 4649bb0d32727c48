/* What a list of suggestions does to somebody, beyond what he does by himself; and the list nobody could better.
 * Position k is looked at with the chance sim_looked_at(k); what is looked at is clicked, and what is clicked is bought, with chances of
 * the visitor, the page and the product alone. So a list of products i_1 .. i_n is worth
 *     sum over k of looked_at(k) click(i_k) buy(i_k) price(i_k),
 * which is largest with the n largest products click x buy x price in falling order (rearrangement inequality):
 * the clairvoyant's, who reads minds.
 * Promise: pure. Read next: visit.h. */
#pragma once
#include "simulate/visit.h"

enum { SIM_SHOWN_MOST = 12 };

/* Chance that position 1, 2, .. is looked at: k^-0.6. */
double sim_looked_at(size_t position);

/* A page with suggestions on it: where, and what is in the cart by then. */
typedef struct {
    const sim_world *w;
    const sim_visit *v;
    size_t page;                    /* of v->pages: a home, product or cart page */
    const uint32_t *barred;         /* products that cannot be bought there any more: in the cart, bought lately, on the page itself */
    size_t n_barred;
} sim_moment;

/* What he has put into the cart on the pages before this one; how many. */
size_t sim_cart_at(const sim_visit *v, size_t page, uint32_t ret_cart[SIM_BASKET_MOST]);
/* The same and the product of the page itself: what no list may hold. */
size_t sim_barred_at(const sim_visit *v, size_t page, uint32_t ret_barred[SIM_BASKET_MOST + 1]);
/* Is there a place for suggestions on this page? */
bool sim_page_has_list(sim_page_kind kind);
/* Chance that it is clicked when looked at; that it is bought when clicked; 0 for what is barred. */
double sim_click_chance(const sim_moment *m, uint32_t product);
double sim_buy_chance(const sim_moment *m, uint32_t product);
/* Expected revenue of showing these, major units, returns subtracted. */
double sim_list_value(const sim_moment *m, const uint32_t *list, size_t n);
/* How far what the page is about makes one want the product, whoever one is (at home: what he usually comes for). */
double sim_pull(const sim_moment *m, uint32_t product);
/* The same at home, of a category that somebody's interest (exp of its log) is in. */
double sim_pull_at_home(const sim_world *w, uint32_t category, double interest, uint32_t day);
/* The list that is best for who believes that clicks are in proportion to `wanted`: *ret_n <= n products. O(products x n). */
typedef double sim_wanted(const sim_moment *m, const void *arg, uint32_t product);
void sim_best_list(const sim_moment *m, sim_wanted *wanted, const void *arg, size_t n, uint32_t *ret_list, size_t *ret_n);
/* The clairvoyant's list: no other is worth more. */
void sim_clairvoyant_list(const sim_moment *m, size_t n, uint32_t *ret_list, size_t *ret_n);

/* What came of it, drawn for this visit, page and product: the same luck whatever list and place it stands in. */
typedef struct { bool clicked, bought; } sim_outcome;
sim_outcome sim_show(const sim_moment *m, uint32_t product, size_t position);
/* Is the list closed unread? The less it has to say, the likelier: 0.03 exp(-sum of click chances / 0.05). */
bool sim_dismissed(const sim_moment *m, const uint32_t *list, size_t n);
