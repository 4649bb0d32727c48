/* The letter about an experiment that has ended. */
#include "letters/letter_int.h"

typedef struct { phrase subject, head; } outcome_words;
/* {0} placement, {1} words of the winner, {2} shop */
static const outcome_words outcomes[END_COUNT] = {
    [END_WON] = { { { "{2}: „{1}” a câștigat testul ({0})", "{2}: “{1}” won the test ({0})" } },
                  { { "Testul s-a încheiat: „{1}” vinde mai bine", "The test has ended: “{1}” sells better" } } },
    [END_LOST] = { { { "{2}: testul s-a încheiat, rămâne ce era ({0})", "{2}: the test has ended, what you had stays ({0})" } },
                   { { "Testul s-a încheiat: ce s-a încercat vinde mai prost", "The test has ended: what was tried sells worse" } } },
    [END_INCONCLUSIVE] = { { { "{2}: testul s-a încheiat fără un răspuns clar ({0})",
                               "{2}: the test has ended without a clear answer ({0})" } },
                           { { "Testul s-a încheiat fără un răspuns clar", "The test has ended without a clear answer" } } },
};

static const phrase why[END_REASONS] = {
    [END_BY_BETTER] = { { "Diferența este prea mare ca să fie întâmplătoare, și niciun alt indicator urmărit nu a scăzut mai mult "
                          "decât este permis.",
                          "The difference is too large to be chance, and no other figure that is guarded fell by more than allowed." } },
    [END_BY_WORSE] = { { "Diferența în minus este prea mare ca să fie întâmplătoare; de aceea testul a fost oprit.",
                         "The loss is too large to be chance, so the test was stopped." } },
    [END_BY_GUARD_BROKEN] = { { "Un indicator urmărit a scăzut mai mult decât este permis; de aceea testul a fost oprit.",
                                "A guarded figure fell by more than allowed, so the test was stopped." } },
    [END_BY_NO_DIFFERENCE] = { { "Orice diferență ar mai exista este prea mică pentru a conta.",
                                  "Whatever difference is left is too small to matter." } },
    [END_BY_OUT_OF_TIME] = { { "Timpul s-a scurs, iar diferența văzută poate fi întâmplătoare.",
                               "Time is up, and the difference seen may be chance." } },
    [END_BY_GUARD_OPEN] = { { "O variantă vinde mai bine, dar nu s-a putut arăta că un indicator urmărit nu scade.",
                              "A variant sells better, but it could not be shown that no guarded figure falls." } },
    [END_BY_FEW_VISITORS] = { { "Au fost prea puțini vizitatori pentru un răspuns.", "There were too few visitors for an answer." } },
    [END_BY_FEW_BUYERS] = { { "Au fost prea puțini cumpărători pentru un răspuns.", "There were too few buyers for an answer." } },
    [END_BY_RATIO_MISMATCH] = { { "Vizitatorii nu s-au împărțit între variante așa cum trebuia, deci nicio cifră nu este de încredere. "
                                  "Verificați scriptul din magazin.",
                                  "Visitors were not spread over the variants as they should be, so no figure can be trusted. "
                                  "Check the script on the shop's pages." } },
    [END_BY_UNDECIDED] = { { "Diferența văzută poate fi întâmplătoare.", "The difference seen may be chance." } },
    [END_BY_TOO_EARLY] = { { "Testul a fost prea scurt pentru un răspuns.", "The test was too short for an answer." } },
};

typedef struct { const char *word; phrase text; } metric_words;
static const metric_words metrics[] = {
    { "revenue", { { "venitul pe vizitator", "revenue per visitor" } } },
    { "profit", { { "profitul pe vizitator", "profit per visitor" } } },
    { "conversion", { { "partea vizitatorilor care cumpără", "the share of visitors who buy" } } },
    { "order_value", { { "valoarea medie a comenzii", "the average order value" } } },
    { "click_rate", { { "rata de clic", "the click rate" } } },
};

static str metric_name(letter_page *p, const char *word) {
    for (size_t i = 0; i < COUNT(metrics); i++)
        if (str_eq(str_of(word), str_of(metrics[i].word))) return str_of(metrics[i].text.in[p->language]);
    return str_of(word);
}

static void add_table(letter_page *p, const letter_experiment *e) {
    static const phrase head[LIMIT_LETTER_COLUMNS] = {
        { { "Variantă", "Variant" } }, { { "Vizitatori", "Visitors" } }, { { "Comenzi", "Orders" } },
        { { "Cumpără", "Buy" } }, { { "Venit pe vizitator", "Revenue per visitor" } },
        { { "Șansa să fie cea mai bună", "Chance to be best" } },
    };
    p->columns = LIMIT_LETTER_COLUMNS;
    p->rows = e->n_arms + 1;
    for (size_t k = 0; k < p->columns; k++) p->cells[0][k] = str_of(head[k].in[p->language]);
    for (size_t a = 0; a < e->n_arms; a++) {
        const letter_arm *arm = &e->arms[a];
        str *row = p->cells[a + 1];
        row[0] = letter_settings(p, arm->settings);
        row[1] = letter_count(p, arm->visitors);
        row[2] = letter_count(p, arm->orders);
        row[3] = letter_percent(p, arm->conversion_0_1, 2);
        row[4] = letter_money(p, arm->revenue);
        row[5] = letter_percent(p, arm->chance_0_1, 1);
    }
    letter_add(p, BLOCK_TABLE, (str){ 0 });
}

/* Of each variant that can be told: how much more or less, and between what. */
static void add_lifts(letter_page *p, const letter_experiment *e) {
    static const phrase lift = { { "„{0}”: {1} {2} față de ce era (cu siguranță de {5}, între {3} și {4}).",
                                   "“{0}”: {1} {2} against what you had ({5} certain: between {3} and {4})." } };
    static const phrase unknown = { { "„{0}”: nu se poate spune încă nimic despre {2}.", "“{0}”: nothing can be said about {2} yet." } };
    for (size_t a = 1; a < e->n_arms; a++) {
        const letter_arm *arm = &e->arms[a];
        const str v[] = { letter_settings(p, arm->settings), letter_change(p, arm->lift), metric_name(p, e->metric),
                          letter_change(p, arm->lift_low), letter_change(p, arm->lift_high), letter_percent(p, 1 - e->alpha, 0) };
        letter_add(p, BLOCK_PARAGRAPH, letter_fill(p, arm->lift_known ? &lift : &unknown, v, COUNT(v)));
    }
}

static void add_deed(letter_page *p, const letter_experiment *e) {
    static const phrase active = { { "Ce am făcut: „{0}” este acum setarea pentru {1}. Dacă nu doriți, puteți reveni oricând: "
                                     "vitrine experiments rollback, experimentul {2}.",
                                     "What we did: “{0}” is now the setting for {1}. You can go back at any time: "
                                     "vitrine experiments rollback, experiment {2}." } };
    static const phrase better = { { "Nu am schimbat nimic: „{0}” poate fi setată pentru {1} de dumneavoastră.",
                                     "We changed nothing: you may set “{0}” for {1} yourself." } };
    static const phrase nothing = { { "Ce am făcut: nimic; {1} rămâne cum era.", "What we did: nothing; {1} stays as it was." } };
    const letter_arm *winner = &e->arms[e->verdict == END_WON ? e->winner : 0];
    const str v[] = { letter_settings(p, winner->settings), letter_place(p, e->placement), letter_count(p, (double)e->experiment_id) };
    letter_add(p, BLOCK_PARAGRAPH, letter_fill(p, e->verdict != END_WON ? &nothing : e->activated ? &active : &better, v, COUNT(v)));
}

err_code letter_write_ended(ctx *c, const letter_reader *to, const letter_experiment *e, letter *ret_letter) {
    static const phrase period = { { "{0}, de la {1} până la {2}.", "{0}, from {1} to {2}." } };
    static const phrase small = { { "Cifrele sunt după scăderea rambursărilor. Siguranța ține seama de faptul că testul a fost "
                                    "privit zilnic. Trimis de Vitrine pentru {0}.",
                                    "Figures are after refunds. The certainty allows for the test having been looked at daily. "
                                    "Sent by Vitrine for {0}." } };
    letter_page p;
    letter_page_init(c, to, &p);
    const letter_arm *winner = &e->arms[e->verdict == END_WON ? e->winner : 0];
    const str v[] = { letter_place(&p, e->placement), letter_settings(&p, winner->settings), to->shop };
    const str days[] = { v[0], letter_date(&p, e->from_ms), letter_date(&p, e->until_ms) };
    p.subject = letter_fill(&p, &outcomes[e->verdict].subject, v, COUNT(v));
    letter_add(&p, BLOCK_HEAD, letter_fill(&p, &outcomes[e->verdict].head, v, COUNT(v)));
    letter_add(&p, BLOCK_PARAGRAPH, letter_fill(&p, &period, days, COUNT(days)));
    add_lifts(&p, e);
    letter_add(&p, BLOCK_PARAGRAPH, letter_fill(&p, &why[e->reason], NULL, 0));
    add_table(&p, e);
    add_deed(&p, e);
    letter_add(&p, BLOCK_SMALL, letter_fill(&p, &small, &to->shop, 1));
    return letter_draw(&p, ret_letter);
}
