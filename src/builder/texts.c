/* The words of the widget, as shops in both languages write them. "{0}" is filled in on the page. */
#include <assert.h>
#include "base/ctx.h"
#include "builder/design.h"

const widget_text_facts widget_texts[] = {
    { "add_to_cart", { "Adaugă în coș", "Add to cart" } },
    { "adding", { "Se adaugă…", "Adding…" } },
    { "added", { "Adăugat în coș", "Added to cart" } },
    { "add_failed", { "Nu s-a putut adăuga. Încearcă din pagina produsului.", "Could not be added. Please try on the product's page." } },
    { "add_bundle", { "Adaugă toate {0} în coș", "Add all {0} to cart" } },
    { "add_selected", { "Adaugă cele {0} alese în coș", "Add the {0} selected to cart" } },
    { "bundle_total", { "Total", "Total" } },
    { "bundle_save", { "Economisești {0}", "You save {0}" } },
    { "this_product", { "Acest produs", "This product" } },
    { "choose_options", { "Alege opțiunile", "Choose options" } },
    { "choose", { "Alege {0}", "Choose {0}" } },
    { "see_product", { "Vezi produsul", "See product" } },
    { "see_cart", { "Vezi coșul", "See cart" } },
    { "checkout", { "Finalizează comanda", "Checkout" } },
    { "continue", { "Continuă cumpărăturile", "Continue shopping" } },
    { "no_thanks", { "Nu, mulțumesc", "No, thanks" } },
    { "close", { "Închide", "Close" } },
    { "previous", { "Înapoi", "Previous" } },
    { "next", { "Înainte", "Next" } },
    { "from_price", { "de la {0}", "from {0}" } },
    { "regular_price", { "Preț întreg", "Regular price" } },
    { "sale_price", { "Preț redus", "Sale price" } },
    { "on_sale", { "Reducere", "Sale" } },
    { "new_product", { "Nou", "New" } },
    { "low_stock", { "Ultimele {0} în stoc", "Only {0} left in stock" } },
    { "out_of_stock", { "Stoc epuizat", "Out of stock" } },
    { "rating", { "{0} din 5 stele, {1} recenzii", "{0} out of 5 stars, {1} reviews" } },
    { "reviews", { "{0} recenzii", "{0} reviews" } },
    { "in_cart", { "În coș", "In cart" } },
    { "quantity", { "Cantitate", "Quantity" } },
    { "loading", { "Se încarcă…", "Loading…" } },
    { "list_label", { "Produse recomandate", "Recommended products" } },
    { "item_label", { "{0} din {1}", "{0} of {1}" } },
    { "your_price", { "Prețul tău {0}", "Your price {0}" } },
};
static_assert(COUNT(widget_texts) == WIDGET_TEXTS, "design.h has room for every text");
