/* Short letters: something was taken back, and the one that only wants to arrive. */
#include "letters/letter_int.h"

static const phrase sent_by = { { "Trimis de Vitrine pentru {0}.", "Sent by Vitrine for {0}." } };

err_code letter_write_rollback(ctx *c, const letter_reader *to, const letter_rollback *r, letter *ret_letter) {
    static const phrase subject = { { "{0}: am revenit la ce era învățat înainte", "{0}: we went back to what was learned before" } };
    static const phrase head = { { "Sugestiile au fost apăsate mai rar, așa că am revenit",
                                   "Suggestions were clicked less, so we went back" } };
    static const phrase what = { { "Din {0}, sugestiile versiunii {1} au primit cu {2} mai puține clicuri decât cele de dinainte în "
                                   "aceleași zile ale săptămânii. Întâmplarea singură ar face asta cel mult o dată din {3}.",
                                   "Since {0}, suggestions of version {1} got {2} fewer clicks than those before on the same days "
                                   "of the week. Chance alone does that at most once in {3}." } };
    static const phrase deed = { { "Ce am făcut: versiunea {0} servește din nou, și timp de o zi nu se învață nimic nou. Nu trebuie "
                                   "să faceți nimic. Dacă ați schimbat magazinul în aceste zile (reclame, prețuri, temă), poate fi "
                                   "de la asta: „vitrine train” învață din nou.",
                                   "What we did: version {0} serves again, and nothing new is learned for a day. You need not do "
                                   "anything. If you changed the shop these days (advertising, prices, theme), that may be why: "
                                   "“vitrine train” learns anew." } };
    letter_page p;
    letter_page_init(c, to, &p);
    double once_in = r->p > 1e-9 ? 1 / r->p : 1e9;
    const str facts[] = { letter_date(&p, r->at_ms), letter_count(&p, (double)r->from), letter_percent(&p, r->fall, 0),
                          letter_count(&p, once_in) };
    str back = letter_count(&p, (double)r->back);
    p.subject = letter_fill(&p, &subject, &to->shop, 1);
    letter_add(&p, BLOCK_HEAD, letter_fill(&p, &head, NULL, 0));
    letter_add(&p, BLOCK_PARAGRAPH, letter_fill(&p, &what, facts, COUNT(facts)));
    letter_add(&p, BLOCK_PARAGRAPH, letter_fill(&p, &deed, &back, 1));
    letter_add(&p, BLOCK_SMALL, letter_fill(&p, &sent_by, &to->shop, 1));
    return letter_draw(&p, ret_letter);
}

err_code letter_write_trial(ctx *c, const letter_reader *to, letter *ret_letter) {
    static const phrase subject = { { "{0}: scrisoare de probă", "{0}: a trial letter" } };
    static const phrase head = { { "Scrisorile ajung", "Letters arrive" } };
    static const phrase what = { { "Aceasta este o scrisoare de probă pentru {0}. Pe aici veți afla cum s-au încheiat testele.",
                                   "This is a trial letter for {0}. This is the way in which you will hear how tests ended." } };
    letter_page p;
    letter_page_init(c, to, &p);
    p.subject = letter_fill(&p, &subject, &to->shop, 1);
    letter_add(&p, BLOCK_HEAD, letter_fill(&p, &head, NULL, 0));
    letter_add(&p, BLOCK_PARAGRAPH, letter_fill(&p, &what, &to->shop, 1));
    letter_add(&p, BLOCK_SMALL, letter_fill(&p, &sent_by, &to->shop, 1));
    return letter_draw(&p, ret_letter);
}
