/* The table of contents of the API: one row a route. Add one: a row here and a handler in the file of its resource. */
#include <assert.h>
#include "api/connect.h"
#include "api/events.h"
#include "api/experiments.h"
#include "api/pages.h"
#include "api/insights.h"
#include "api/people.h"
#include "api/placements.h"
#include "api/plugin.h"
#include "api/plugin_body.h"
#include "api/recommendations.h"
#include "api/report.h"
#include "api/shop.h"
#include "api/shop_front.h"
#include "api/system.h"
#include "api/webhooks.h"
#include "api/widget.h"
#include "api/widget_files.h"

#define DOC(name, doc) { name, PARAM_TEXT, 0, 0, 0, false, doc, NULL, NULL, 0 }
#define DOC_INT(name, doc) { name, PARAM_INT, 0, 0, 0, false, doc, NULL, NULL, 0 }
#define DOC_NUMBER(name, doc) { name, PARAM_NUMBER, 0, 0, 0, false, doc, NULL, NULL, 0 }
#define DOC_BOOL(name, doc) { name, PARAM_BOOL, 0, 0, 0, false, doc, NULL, NULL, 0 }
#define DOC_TEXTS(name, doc) { name, PARAM_TEXTS, 0, 0, 0, false, doc, NULL, NULL, 0 }
#define DOC_LIST(name, doc, table) { name, PARAM_OBJECTS, 0, 0, 0, false, doc, NULL, table, COUNT(table) }
#define DOC_OBJECT(name, doc, table) { name, PARAM_OBJECT, 0, 0, 0, false, doc, NULL, table, COUNT(table) }
#define DOC_ANY(name, doc) { name, PARAM_ANY, 0, 0, 0, false, doc, NULL, NULL, 0 }

static const param out_status[] = { DOC("status", "ok, ready or starting."), DOC("version", "Version of Vitrine.") };

/* What a product card holds, in items and in bundles. */
#define DOC_CARD                                                                                                        \
    DOC("product_id", "The product; variations are folded into it."), DOC("name", "Name."), DOC("url", "Its page in the shop."), \
    DOC("image", "A picture; empty when it has none."), DOC("sku", "Article number."),                                  \
    DOC_NUMBER("price", "Asked today, major units."), DOC_NUMBER("regular_price", "Before the sale."),                  \
    DOC_BOOL("on_sale", "Is it reduced."), DOC_BOOL("price_from", "Its variations differ in price; this is the lowest."), \
    DOC("currency", "ISO 4217."), DOC_BOOL("in_stock", "In stock, or may be ordered back."),                            \
    DOC_INT("stock_left", "Left out unless the shop's own low-stock threshold is reached."),                            \
    DOC_NUMBER("rating", "Average, 0 to 5."), DOC_INT("rating_count", "Reviews."), DOC_TEXTS("categories", "Names, the main one first.")

static const param out_card[] = { DOC_CARD };
static const param out_incentive[] = {
    DOC_INT("discount", "Percent off."), DOC_NUMBER("price", "With the discount."), DOC("price_text", "The same, written for people."),
    DOC("offer", "Token by which the shop's cart grants it, for two hours; left out where no plugin does."),
};
static const param out_item[] = {
    DOC_CARD, DOC("price_text", "The price, written for people."),
    DOC_NUMBER("score", "What the list is ordered by."), DOC_NUMBER("probability", "Of being bought next, 0 to 1, calibrated."),
    DOC_NUMBER("confidence", "Share of the probability that stands on data of its own, 0 to 1."),
    DOC_NUMBER("propensity", "Only of products drawn by chance: with which probability."),
    DOC("source", "cross_sell, also_bought, upsell, similar, personal, popular, trending or new."),
    DOC("reason", "Machine word for why."), DOC("because_of", "Product that led to this one; left out when there is none."),
    DOC("message", "Sentence for the visitor, in the asked language."),
    DOC_OBJECT("incentive", "Left out when there is none.", out_incentive),
};
#define DOC_BUNDLE_MONEY                                                                                                \
    DOC_NUMBER("normal_price", "Sum of their prices."), DOC_NUMBER("bundle_price", "Together."), DOC_NUMBER("savings", "The difference.")
static const param out_bundle[] = {
    DOC_LIST("products", "The product asked for and the best two that go with it.", out_card), DOC_BUNDLE_MONEY,
    DOC_INT("discount", "Percent off."), DOC("bundle_price_text", "Written for people."), DOC("savings_text", "Written for people."),
    DOC("message", "Sentence for the visitor."),
    DOC("offer", "Token by which the shop's cart grants the bundle's price, for two hours; left out where no plugin does."),
};
static const param out_recommendations[] = {
    DOC("rec_id", "Id of this answer; send it back with clicks and orders."), DOC("placement", "The placement used."),
    DOC("strategy", "outcomes, ranker, rules, catalogue while nothing has been learned, or off."), DOC_INT("model_version",
        "Version of what was learned."),
    DOC_BOOL("held_out", "true: this visitor is of the permanent hold-out and sees nothing; else left out."),
    DOC_BOOL("enabled", "false: the placement is switched off; else left out."),
    DOC("display", "How to show it: popup, banner, inline, cart, checkout, slide_in or sticky; left out when nobody set it."),
    DOC_ANY("arms", "Experiments this visitor is in, by number, with the variant; left out when in none."),
    DOC_LIST("items", "Best first.", out_item), DOC_OBJECT("bundle", "Left out when there is none.", out_bundle),
    DOC_ANY("lists", "Asked with 'lists': instead of all other members, one such answer each, in that order; null for a reserved one."),
};

static const param out_upsell[] = {
    DOC("from", "Product looked at."), DOC("to", "The better one."), DOC_NUMBER("discount", "Incentive in percent."),
    DOC_NUMBER("probability", "That it is taken, 0 to 1."), DOC("message", "Sentence for the visitor."),
};
static const param out_rule[] = {
    DOC("product_id", "Recommended product."), DOC_NUMBER("probability", "Bought with it, 0 to 1."), DOC_NUMBER("price", "Major units."),
};
static const param out_rule_bundle[] = { DOC_TEXTS("products", "Ids: the product and the best two."), DOC_BUNDLE_MONEY };
static const param out_cross_sell[] = {
    DOC("product", "Product looked at."), DOC_LIST("recommendations", "Best first.", out_rule), DOC_OBJECT("bundle",
        "With the best two.", out_rule_bundle),
};
static const param out_rules[] = {
    DOC_LIST("upsell", "Steps up.", out_upsell), DOC_LIST("cross_sell", "What goes together.", out_cross_sell),
};

static const param out_store_sync[] = {
    DOC_INT("last_ms", "End of the last good copy; 0 = never."), DOC_INT("rows", "New, changed and removed in the newest one."),
    DOC("problem", "Why the newest one failed; empty when it did not."),
};
static const param out_store_webhooks[] = {
    DOC_INT("registered", "Active at the shop."), DOC_INT("wanted", "0: there are none."), DOC_INT("last_ms", "Last delivery; 0 = never."),
};
static const param out_store[] = {
    DOC_ANY("store", "The store's row."), DOC_ANY("counts", "Rows by table."), DOC_ANY("serving", "What is answered from now."),
    DOC_OBJECT("sync", "How copying goes.", out_store_sync),
    DOC_ANY("job", "What runs or waits for its turn now, as /api/v1/jobs has it; null."),
    DOC_OBJECT("webhooks", "What the shop tells by itself.", out_store_webhooks),
    DOC_INT("events_today", "Since midnight of the shop, at most 100,000 are counted."),
    DOC_BOOL("connected", "Is there a key to the shop."), DOC_BOOL("plugin", "Was it connected by its plugin."),
    DOC("plan", "self-hosted."),
};
static const param out_finding[] = {
    DOC("kind", "not_seen, unusual, trend, drift, preferred, ignored or place."), DOC("metric", "What it is about."),
    DOC("place", "Placement."), DOC("subject", "Product."), DOC("other", "The product or placement it is compared with."),
    DOC_NUMBER("value", "What was seen."), DOC_NUMBER("usual", "What it is compared with."), DOC_NUMBER("p", "Chance alone."),
    DOC_ANY("text", "The sentence, by language: ro, en."),
};
static const param out_insight[] = {
    DOC("day", "Date in the shop's time zone."), DOC_INT("visitors", "Browsers that were there."),
    DOC_INT("impressions", "Suggestions seen."), DOC_INT("clicks", "Of these."),
    DOC_INT("carts", "Of these put into the cart."), DOC_INT("dismissals", "Answers closed unread."),
    DOC_INT("sold", "Order lines that followed a click."), DOC_NUMBER("sold_value", "Their value less refunds."),
    DOC_INT("orders", "Of the whole shop."), DOC_NUMBER("revenue", "The same, refunds subtracted."),
    DOC_LIST("findings", "The most pressing first.", out_finding),
};
static const param out_insights[] = { DOC_LIST("days", "Newest first.", out_insight) };

static const param out_job[] = {
    DOC_INT("job_id", "Number within the store."), DOC("kind", "sync, train, import."),
    DOC("state", "queued, running, done, failed, cancelled."), DOC("step", "What it is doing."), DOC_INT("done", "Of this step."),
    DOC_INT("total", "Of this step; 0 = not known."), DOC("error", "Why it failed."), DOC("log", "Lines of all its runs, oldest first."),
    DOC_ANY("result", "What came out."),
};
static const param out_jobs[] = { DOC_LIST("jobs", "Newest first.", out_job), DOC_INT("next",
    "Send as 'before' for the next page; null at the end.") };
static const param out_connected[] = {
    DOC_INT("store_id", "Number of the store."), DOC("store", "Its name here."), DOC("public_key", "For the shop's own pages."),
    DOC("secret_key", "For the plugin's requests."), DOC("plugin_secret", "64 hex digits: signs batches, checks offers. Shown this once."),
    DOC_INT("job_id", "Of the first copy."),
};
static const param out_rejected_message[] = {
    DOC_INT("index", "Place in the list sent, from 0."), DOC("id", "Of the message."), DOC("message", "What is wrong."),
};
static const param out_batch[] = {
    DOC_INT("accepted", "Kept, and on disk."), DOC_INT("repeated", "Known already, or older than what is known."),
    DOC_LIST("rejected", "Not kept, and why; sending them again is of no use.", out_rejected_message),
};
static const param out_ended[] = {
    DOC("status", "ended."), DOC_BOOL("webhooks_deleted", "false: the shop did not answer; deliveries are refused all the same."),
};
static const param out_accepted[] = { DOC("status", "accepted, or pong for a ping.") };

static const param out_rejected[] = {
    DOC_INT("index", "Place in the list sent, from 0."), DOC("code", "As of errors."), DOC("field", "What is to blame."),
    DOC("message", "What to do."),
};
static const param out_events[] = {
    DOC_INT("accepted", "Written, and on disk."), DOC_INT("repeated", "Known already by their id: not written again."),
    DOC_LIST("rejected", "Not written, and why.", out_rejected),
};
static const param out_identify[] = { DOC("status", "accepted.") };
static const param out_person[] = {
    DOC_ANY("names", "Browsers, customers and hashes of addresses known to be of this person."),
    DOC_ANY("order", "His orders; and so on: one list a table of what is kept."),
};
static const param out_erased[] = {
    DOC_BOOL("done", "false with status 202: there was too much for one request; send it again."),
    DOC_INT("deleted", "Rows that went."), DOC_INT("blanked", "Rows emptied of what was personal: the shop's books keep their sums."),
};

static const param out_placement[] = {
    DOC("placement", "Its name."), DOC_INT("n", "Products when the page does not say."),
    DOC_ANY("settings", "What the owner set; what is not there is as usual."), DOC_INT("updated_ms", "When; 0 = never."),
};
static const param out_placements[] = { DOC_LIST("placements", "All there are.", out_placement) };
static const param out_experiment[] = {
    DOC_INT("experiment_id", "Number within the store."), DOC("name", "What is tried."),
    DOC("state", "draft, running, stopped (by hand), won, lost or inconclusive."), DOC("placement", "Where; empty = everywhere."),
    DOC("layer", "Empty = its own."), DOC_INT("layer_from", "First bucket."), DOC_INT("layer_to", "First bucket not taken."),
    DOC_ANY("targeting", "Whom it is for."), DOC_ANY("variants", "key, share, settings; the first is the control."),
    DOC_ANY("plan", "How it is judged."), DOC("author", "person, programme or learning."), DOC_INT("created_ms", "UTC milliseconds."),
    DOC_INT("started_ms", "0 = not yet."), DOC_INT("ended_ms", "0 = not yet."), DOC("winner", "Key of the variant that won."),
    DOC_ANY("verdict", "Figures and reasons, when it ended by rule."),
};
static const param out_experiment_looked_at[] = {
    DOC_OBJECT("experiment", "Its row.", out_experiment), DOC_INT("figures_ms", "When it was last looked at; 0 = never."),
    DOC_ANY("figures", "What each variant did then, how sure that is, and whether it goes on; null before the first night."),
};
static const param out_experiments[] = {
    DOC_LIST("experiments", "Newest first.", out_experiment), DOC_INT("next", "Send as 'before' for the next page; null at the end."),
};
static const param out_experiment_day[] = {
    DOC_INT("day_ms", "When the day began in the shop's time zone."), DOC_INT("at_ms", "The last look of that day."),
    DOC_ANY("figures", "Each variant in each metric, with lift, interval, chance to be best, expected loss, and the verdict so far."),
};
static const param out_experiment_days[] = { DOC_LIST("days", "Oldest first.", out_experiment_day) };
static const param out_experiment_deleted[] = { DOC_INT("deleted", "Its number.") };
static const param out_power[] = {
    DOC_NUMBER("lift", "Asked about, or the smallest that is called with that power."), DOC_NUMBER("visitors", "Of all variants."),
    DOC_NUMBER("days", "At so many visitors a day."), DOC_NUMBER("power", "Chance that such a lift is called."),
    DOC_NUMBER("expected_visitors", "Until the end, since it ends at the first clear answer."),
    DOC_NUMBER("expected_days", "The same in days."),
};
static const param out_report[] = {
    DOC("report", "Its name."), DOC("store", "Name of the store."), DOC("currency", "ISO 4217; all money is in its major units."),
    DOC("time_zone", "Days are days there."), DOC("from", "First day."), DOC("to", "Last day."),
    DOC_TEXTS("by", "What the rows are told by."),
    DOC_ANY("rows", "Objects; docs/reports.md says what each member means. null: not known."),
    DOC_INT("left_out", "Rows beyond 'limit'."), DOC_ANY("total", "The same members for all of it; null where there is none."),
    DOC_TEXTS("notes", "What to bear in mind."),
};
static const param out_value[] = {
    DOC_NUMBER("value", "The estimate."), DOC_NUMBER("low", "95 % interval."), DOC_NUMBER("high", "95 % interval."),
};
static const param out_policy[] = {
    DOC("policy", "What was judged."), DOC("metric", "click, purchase or revenue."), DOC("currency", "Of revenue alone."),
    DOC("from", "First day."), DOC("to", "Last day."), DOC_INT("answers", "Of these days."), DOC_INT("shown", "Suggestions in them."),
    DOC_INT("judged", "Of these, where the policy has something to show; all figures are of them."),
    DOC_INT("by_chance", "Of these, shown by chance where the policy differs."), DOC_INT("visitors", "Who saw them."),
    DOC_NUMBER("visitors_share", "Of all visitors; below 1 when there were too many to read."),
    { "logged", PARAM_OBJECT, 0, 0, 0, false, "Of a suggestion as it was shown.", NULL, out_value, COUNT(out_value) },
    { "snips", PARAM_OBJECT, 0, 0, 0, false, "Of one under the policy: the one to read.", NULL, out_value, COUNT(out_value) },
    { "ips", PARAM_OBJECT, 0, 0, 0, false, "The same, unsteadied.", NULL, out_value, COUNT(out_value) },
    { "robust", PARAM_OBJECT, 0, 0, 0, false, "The same, with a model.", NULL, out_value, COUNT(out_value) },
    { "gain", PARAM_OBJECT, 0, 0, 0, false, "snips less logged.", NULL, out_value, COUNT(out_value) },
    DOC_NUMBER("effective", "So many visitors it is worth."), DOC_NUMBER("mean_weight", "Near 1 when the log's chances are right."),
    DOC_NUMBER("largest_share", "Of the largest weight in all."), DOC_INT("clipped", "Weights that were cut."),
    DOC_NUMBER("clip", "Where."),
};

static const param out_config_store[] = {
    DOC("currency", "ISO 4217."), DOC("locale", "How numbers are written: ro-RO, en-GB."), DOC_INT("minor", "Digits behind the point."),
    DOC_ANY("price", "How the shop writes a price: before and after it, thousand, decimal, digits; null: as the locale does."),
};
static const param out_config_slot[] = {
    DOC("placement", "What to ask recommendations for."), DOC("slot", "Name of the widget: data-vitrine-slot."),
    DOC("display", "inline, popup, slide_in, banner or sticky."),
    DOC_BOOL("fixed", "false: when an answer says a display, that one holds ('cart' and 'checkout' are inline); true: it never does."),
    DOC_INT("n", "Products to ask for."), DOC("layout", "bundle, carousel, grid, list, bar or card."),
    DOC("source", "Send it along unless it is all; recent: what this browser saw last."), DOC("title", "Above it; empty: none."),
    DOC_ANY("where", "page, selector and position; selector null: the widget finds a place."),
    DOC_ANY("show", "rating, stock, message, add_to_cart: shown with a product or not."),
    DOC_ANY("design", "As the design of all, where this slot differs."), DOC_ANY("audience", "device and visitor."),
    DOC_ANY("schedule", "from and until, UTC milliseconds or null."), DOC_ANY("trigger", "kind, share (scroll) and seconds."),
    DOC_ANY("frequency", "per_session and per_day at most, 0 is any number; gap_seconds to whatever else covers the page."),
    DOC_ANY("experiment", "null, or its id and the displays it may say: wait for the answer before a place is taken."),
};
static const param out_widget_config[] = {
    DOC_INT("version", "Of the design published; 0: none, the defaults."), DOC("language", "Of the texts: ro or en."),
    DOC_OBJECT("store", "How to write money.", out_config_store),
    DOC_ANY("track", "consent, dnt, cookieless, impression_share, impression_ms."),
    DOC_ANY("forward", "ga4, meta, segment: pass events on."),
    DOC_ANY("design", "accent, text, surface, radius, font, scheme; null: the theme's."), DOC_ANY("texts", "Words by name."),
    DOC_ANY("displays", "popup, slide_in, banner and sticky: trigger and frequency of any slot shown so."),
    DOC_LIST("placements", "Slots that are on.", out_config_slot),
};
/* The front of the demonstration shop: pages of a shop, not of the API. */
#define SHOP_PAGE(method, path, access, max_body, run, summary)                                                                     \
    { method, path, access, max_body, true, run, "Demonstration shop", summary, NULL, NULL, 0, NULL, 0, NULL, 0, "text/html" }

static const param out_cards[] = { DOC_LIST("items", "What may be sold now.", out_card) };
static const param out_widget_fields[] = {
    DOC_ANY("fields", "Members of track, forward and design: name, kind, low, high, words, fields."),
    DOC_ANY("slot_fields", "Members of a slot, in the same form."),
    DOC_ANY("slots", "slot, placement, display, fixed, any_page (its page may be chosen), n."), DOC_ANY("defaults", "A whole design."),
};
#define DOC_DESIGNS DOC_ANY("design", "What was said."), DOC_ANY("whole", "What that makes of everything.")
static const param out_widget_draft[] = {
    DOC_INT("revision", "How often it was written; 0: there is none."), DOC_INT("made_ms", "When, UTC milliseconds."), DOC_DESIGNS,
};
#define DOC_VERSION                                                                                                     \
    DOC_INT("version", "Its number."), DOC_INT("came_from", "The version rolled back to; 0: a draft was published."),   \
    DOC("note", "What changed."), DOC_INT("made_ms", "When, UTC milliseconds.")
static const param out_widget_version[] = { DOC_VERSION, DOC_DESIGNS };
static const param out_version_head[] = { DOC_VERSION };
static const param out_widget_versions[] = {
    DOC_LIST("versions", "Newest first.", out_version_head), DOC_INT("next", "Send as 'before' for the next page; null at the end."),
};
static const param out_widget_preview[] = { DOC("token", "Open a page with ?vitrine_preview=TOKEN."), DOC_INT("ends_ms",
    "UTC milliseconds.") };

const route api_routes[] = {
    { "POST", "/api/v1/recommendations", ACCESS_PUBLIC, LIMIT_BODY_BYTES, false, recommendations_post, "Recommendations",
      "Recommend products",
      "What to show here and now, as JSON. Never an item that is out of stock, hidden, in the cart, just bought, or the product itself.",
      recommend_params, COUNT_RECOMMEND, widget_token_params, COUNT_WIDGET_TOKEN, out_recommendations, COUNT(out_recommendations), NULL },
    { "GET", "/api/v1/recommendations", ACCESS_PUBLIC, 0, false, recommendations_get, "Recommendations", "Recommend products (GET form)",
      "The same with a query; lists are separated by commas.", recommend_params, COUNT_RECOMMEND, NULL, 0,
      out_recommendations, COUNT(out_recommendations), NULL },
    { "POST", "/api/recommendations", ACCESS_PUBLIC, LIMIT_BODY_BYTES, false, alias_post, "Recommendations", "The short form: top 3",
      "For shops that want three products and nothing else.", alias_params, COUNT_ALIAS, NULL, 0,
      out_recommendations, COUNT(out_recommendations), NULL },
    { "GET", "/api/recommendations", ACCESS_PUBLIC, 0, false, alias_get, "Recommendations", "The short form (GET)", NULL,
      alias_params, COUNT_ALIAS, NULL, 0, out_recommendations, COUNT(out_recommendations), NULL },
    { "GET", "/api/v1/rules", ACCESS_SECRET, 0, true, rules_get, "Recommendations", "Every rule learned",
      "Upgrades and cross-sells of every product that may be sold now, with probabilities, prices and bundles.",
      rules_params, COUNT_RULES, NULL, 0, out_rules, COUNT(out_rules), NULL },

    { "POST", "/api/v1/events/track", ACCESS_PUBLIC, LIMIT_EVENTS_BYTES, false, events_track, "Events", "What visitors do",
      "One event, or up to 500 in \"events\". Answered when they are on disk; bad ones are told one by one, the others kept. "
      "An event with an \"id\" counts once, however often it is sent. The next recommendation knows of it.",
      track_params, COUNT_TRACK, widget_token_params, COUNT_WIDGET_TOKEN, out_events, COUNT(out_events), NULL },
    { "POST", "/api/conversion", ACCESS_PUBLIC, LIMIT_BODY_BYTES, false, conversion_post, "Events",
      "The short form: a recommendation was followed",
      "For shops that send nothing else: a purchase with the rec_id that led to it.", conversion_params, COUNT_CONVERSION, NULL, 0,
      out_events, COUNT(out_events), NULL },

    { "GET", "/api/v1/widget/config", ACCESS_PUBLIC, 0, false, widget_config_get, "Widget", "What a page needs to show its widgets",
      "The same for every visitor: keep it for a minute, then send its ETag as If-None-Match. What differs by visitor stands in answers to "
      "recommendations.", widget_config_params, COUNT_WIDGET_CONFIG, NULL, 0, out_widget_config, COUNT(out_widget_config), NULL },
    { "GET", "/api/v1/widget/products", ACCESS_PUBLIC, 0, false, widget_products_get, "Widget", "Cards of products that a page knows by id",
      "Of what may be sold now, in the order asked: for what a browser saw last.", widget_products_params, COUNT_WIDGET_PRODUCTS, NULL, 0,
      out_cards, COUNT(out_cards), NULL },
    { "GET", "/api/v1/widget/email", ACCESS_PUBLIC, 0, false, widget_email_get, "Widget", "A block of products for a letter",
      "HTML of tables and inline styles, or text; empty when there is nothing to show. Links lead to the shop with vitrine_rec, the id "
      "of the answer, which X-Vitrine-Rec tells too. Opening the letter counts nothing.", widget_email_params, COUNT_WIDGET_EMAIL, NULL, 0,
      NULL, 0, "text/html" },
    { "GET", "/api/v1/widget/fields", ACCESS_SECRET, 0, false, widget_fields_get, "Widget", "What an owner may say of widgets",
      "Members with what they may be, slots, and everything as it is without a word: for who draws a form.", NULL, 0, NULL, 0,
      out_widget_fields, COUNT(out_widget_fields), NULL },
    { "GET", "/api/v1/widget/draft", ACCESS_SECRET, 0, true, widget_draft_read, "Widget", "The design being worked on",
      "Without a draft what is on the pages, as revision 0.", NULL, 0, NULL, 0, out_widget_draft, COUNT(out_widget_draft), NULL },
    { "PUT", "/api/v1/widget/draft", ACCESS_SECRET, LIMIT_BODY_BYTES, true, widget_draft_write, "Widget", "Write the draft",
      "All of it: what is not in the body is as usual. Pages do not see it before it is published.", widget_design_params,
      COUNT_WIDGET_DESIGN, widget_draft_params, COUNT_WIDGET_DRAFT, out_widget_draft, COUNT(out_widget_draft), NULL },
    { "POST", "/api/v1/widget/publish", ACCESS_SECRET, LIMIT_BODY_BYTES, true, widget_publish_post, "Widget", "Put the draft on the pages",
      "As a version that never changes. When the pages show the same already, that version is told.", widget_publish_params,
      COUNT_WIDGET_PUBLISH, NULL, 0, out_widget_version, COUNT(out_widget_version), NULL },
    { "GET", "/api/v1/widget/versions", ACCESS_SECRET, 0, true, widget_versions_get, "Widget", "What was published",
        "The newest 100 are kept.",
      widget_versions_params, COUNT_WIDGET_VERSIONS, NULL, 0, out_widget_versions, COUNT(out_widget_versions), NULL },
    { "GET", "/api/v1/widget/versions/{version}", ACCESS_SECRET, 0, true, widget_one_version_get, "Widget", "One version", NULL, NULL, 0,
      NULL, 0, out_widget_version, COUNT(out_widget_version), NULL },
    { "POST", "/api/v1/widget/versions/{version}/rollback", ACCESS_SECRET, LIMIT_BODY_BYTES, true, widget_rollback_post, "Widget",
      "Go back to a version", "Its design becomes a new version; a draft that holds nothing unpublished follows.", NULL, 0, NULL, 0,
      out_widget_version, COUNT(out_widget_version), NULL },
    { "POST", "/api/v1/widget/preview", ACCESS_SECRET, LIMIT_BODY_BYTES, true, widget_preview_post, "Widget",
        "A token that shows the draft",
      "Pages opened with it show the draft, count nothing and are in no experiment.", widget_preview_params, COUNT_WIDGET_PREVIEW, NULL, 0,
      out_widget_preview, COUNT(out_widget_preview), NULL },

    { "GET", "/api/v1/store", ACCESS_SECRET, 0, true, shop_get, "Store", "The store of this key",
      "Its settings, how much of it was copied, what is served.", NULL, 0, NULL, 0, out_store, COUNT(out_store), NULL },
    { "POST", "/api/v1/store/sync", ACCESS_SECRET, LIMIT_BODY_BYTES, true, shop_sync, "Store", "Copy the shop now",
      "Starts a sync job, or tells the one that waits or runs already.", sync_params, COUNT_SYNC, NULL, 0, out_job, COUNT(out_job), NULL },
    { "POST", "/api/v1/store/train", ACCESS_SECRET, LIMIT_BODY_BYTES, true, shop_train, "Store", "Learn now",
      "Starts a training job, or tells the one that waits or runs already.", NULL, 0, NULL, 0, out_job, COUNT(out_job), NULL },
    { "GET", "/api/v1/insights", ACCESS_SECRET, 0, true, insights_get, "Reports", "What the last days taught",
      "Each day as it was known the next morning: figures, and findings with their proof and a sentence in Romanian and English.",
      insights_params, COUNT_INSIGHTS, NULL, 0, out_insights, COUNT(out_insights), NULL },
    { "GET", "/api/v1/jobs", ACCESS_SECRET, 0, true, jobs_list, "Jobs", "Jobs of the store, newest first", NULL,
      jobs_params, COUNT_JOBS, NULL, 0, out_jobs, COUNT(out_jobs), NULL },
    { "GET", "/api/v1/jobs/{job_id}", ACCESS_SECRET, 0, true, jobs_get, "Jobs", "One job with its progress", NULL,
      NULL, 0, NULL, 0, out_job, COUNT(out_job), NULL },
    { "POST", "/api/v1/jobs/{job_id}/cancel", ACCESS_SECRET, LIMIT_BODY_BYTES, true, jobs_cancel, "Jobs", "Ask a job to stop",
      "It stops at its next safe point.", NULL, 0, NULL, 0, out_job, COUNT(out_job), NULL },

    { "POST", "/api/v1/jobs/{job_id}/retry", ACCESS_SECRET, LIMIT_BODY_BYTES, true, jobs_retry, "Jobs", "Do a job once more",
      "What failed or was cancelled, as a new job of the same kind; answers the one that is open already.",
      NULL, 0, NULL, 0, out_job, COUNT(out_job), NULL },

    { "GET", "/api/v1/placements", ACCESS_SECRET, 0, true, placements_list, "Placements", "How placements are set", NULL,
      NULL, 0, NULL, 0, out_placements, COUNT(out_placements), NULL },
    { "PUT", "/api/v1/placements/{placement}", ACCESS_SECRET, LIMIT_BODY_BYTES, true, placements_put, "Placements", "Set a placement",
      "All of its settings: what is left out is as usual again. Counts from the next answer.", placement_params, COUNT_PLACEMENT, NULL, 0,
      out_placement, COUNT(out_placement), NULL },

    { "GET", "/api/v1/experiments", ACCESS_SECRET, 0, true, experiments_list, "Experiments", "Experiments, newest first", NULL,
      experiments_params, COUNT_EXPERIMENTS, NULL, 0, out_experiments, COUNT(out_experiments), NULL },
    { "POST", "/api/v1/experiments", ACCESS_SECRET, LIMIT_BODY_BYTES, true, experiments_post, "Experiments", "Make a draft",
      "It shows nothing to anybody before it is started.", experiment_params, COUNT_EXPERIMENT, NULL, 0,
      out_experiment_looked_at, COUNT(out_experiment_looked_at), NULL },
    { "POST", "/api/v1/experiments/power", ACCESS_SECRET, LIMIT_BODY_BYTES, true, experiments_power, "Experiments",
      "How many visitors and days it takes", "Two of lift, visitors and power give the third.", power_params, COUNT_POWER, NULL, 0,
      out_power, COUNT(out_power), NULL },
    { "POST", "/api/v1/experiments/look", ACCESS_SECRET, LIMIT_BODY_BYTES, true, experiments_look, "Experiments",
      "Look at running experiments now", "Starts the job of every night, or tells the one that waits or runs: counts, judges, ends.",
      NULL, 0, NULL, 0, out_job, COUNT(out_job), NULL },
    { "GET", "/api/v1/experiments/{experiment_id}", ACCESS_SECRET, 0, true, experiments_get, "Experiments", "One experiment", NULL,
      NULL, 0, NULL, 0, out_experiment_looked_at, COUNT(out_experiment_looked_at), NULL },
    { "GET", "/api/v1/experiments/{experiment_id}/days", ACCESS_SECRET, 0, true, experiments_days, "Experiments",
      "How it stood, day by day", "Written by the look of every night.", NULL, 0, NULL, 0, out_experiment_days, COUNT(out_experiment_days),
      NULL },
    { "DELETE", "/api/v1/experiments/{experiment_id}", ACCESS_SECRET, 0, true, experiments_delete, "Experiments", "Delete a draft",
      "One that ran is kept, with what it told.", NULL, 0, NULL, 0, out_experiment_deleted, COUNT(out_experiment_deleted), NULL },
    { "POST", "/api/v1/experiments/{experiment_id}/start", ACCESS_SECRET, LIMIT_BODY_BYTES, true, experiments_start, "Experiments",
      "Start a draft", "Refused while another one runs on the same buckets of its layer.", NULL, 0, NULL, 0,
      out_experiment_looked_at, COUNT(out_experiment_looked_at), NULL },
    { "POST", "/api/v1/experiments/{experiment_id}/stop", ACCESS_SECRET, LIMIT_BODY_BYTES, true, experiments_stop, "Experiments",
      "Stop a running one", "Nobody won; everybody sees the owner's settings again.", NULL, 0, NULL, 0,
      out_experiment_looked_at, COUNT(out_experiment_looked_at), NULL },

    { "GET", "/api/v1/reports/policy", ACCESS_SECRET, 0, true, policy_get, "Reports", "What another way to choose would have earned",
      "Told from the log of what was shown and with which chance; 400 says why where the log cannot tell. Figures "
      "are of one suggestion shown.",
      policy_params, COUNT_POLICY, NULL, 0, out_policy, COUNT(out_policy), NULL },
    { "GET", "/api/v1/reports/{report}", ACCESS_SECRET, 0, true, report_get, "Reports", "What was shown, what followed, what it caused",
      "report: summary, caused, attributed, performance, performers, funnel or affinity. Days are the shop's, money is in its currency, "
      "refunds are subtracted. As JSON, or as a file of comma-separated values.", report_params, COUNT_REPORT, NULL, 0,
      out_report, COUNT(out_report), NULL },

    { "POST", "/api/v1/identify", ACCESS_PUBLIC, LIMIT_BODY_BYTES, true, identify_post, "People", "Say that two names are one person",
      "After a log-in or a subscription: this browser, this customer, this address. What was seen and bought under each is then one "
      "person's.", identify_params, COUNT_IDENTIFY, NULL, 0, out_identify, COUNT(out_identify), NULL },
    { "GET", "/api/v1/person", ACCESS_SECRET, 0, true, person_get, "People", "Everything kept of a person",
      "By any of the names; all tables, as JSON. Longer ones: 'vitrine person export'.", person_params, COUNT_PERSON, NULL, 0,
      out_person, COUNT(out_person), NULL },
    { "DELETE", "/api/v1/person", ACCESS_SECRET, 0, true, person_delete, "People", "Forget a person",
      "What the person did is deleted; orders and the customer's row are emptied of what is personal. Erase in the shop first: what "
      "changes there is copied again.", person_params, COUNT_PERSON, NULL, 0, out_erased, COUNT(out_erased), NULL },

    { "POST", "/api/v1/webhooks/{topic}", ACCESS_SIGNED, LIMIT_WEBHOOK_BYTES, true, webhook_post, "Webhooks", "What a shop tells us",
      "Topics as WooCommerce names them, with a dash: order-created, order-updated, product-updated, product-deleted, "
      "customer-updated, ... "
      "Signed with the secret we gave the shop; a ping is accepted unsigned.", NULL, 0, webhook_params, COUNT_WEBHOOK,
      out_accepted, COUNT(out_accepted), NULL },

    { "POST", "/api/v1/connect/woocommerce", ACCESS_OPEN, LIMIT_BODY_BYTES, true, connect_woocommerce, "Connect",
      "Connect a shop by its plugin",
      "The shop is asked first; 502 says in error.message what is wrong, and nothing is kept. A wrong, used or old code: 403. Ten tries an "
      "hour from one address. The same shop again: the same store with new keys.", connect_params, COUNT_CONNECT, NULL, 0,
      out_connected, COUNT(out_connected), NULL },
    { "POST", "/api/v1/connect/end", ACCESS_SECRET, LIMIT_BODY_BYTES, true, connect_end, "Connect", "Let the shop go",
      "What opens it, its webhooks and all keys go; what was learned stays.", NULL, 0, NULL, 0, out_ended, COUNT(out_ended), NULL },
    { "POST", "/api/v1/plugin/batch", ACCESS_SIGNED, LIMIT_PLUGIN_BYTES, true, plugin_batch_post, "Connect", "What a shop's plugin tells",
      "Headers X-Vitrine-Store, X-Vitrine-Time (unix seconds, within 10 minutes) and X-Vitrine-Signature: hex of HMAC-SHA-256 of "
      "time + \".\" + body by the plugin secret. 1 to 500 messages; good ones are kept, the same again changes nothing.", plugin_params,
      COUNT_PLUGIN, NULL, 0, out_batch, COUNT(out_batch), NULL },
    { "GET", "/connect/{code}", ACCESS_OPEN, 0, false, connect_page, "Pages", "What to do with an address to connect by", NULL,
      NULL, 0, NULL, 0, NULL, 0, "text/html" },

    { "GET", "/healthz", ACCESS_OPEN, 0, false, system_health, "System", "Is the process alive", NULL, NULL, 0, NULL, 0,
      out_status, COUNT(out_status), NULL },
    { "GET", "/readyz", ACCESS_OPEN, 0, false, system_ready, "System", "May traffic come", "503 until the stores are loaded.",
        NULL, 0, NULL, 0,
      out_status, COUNT(out_status), NULL },
    { "GET", "/metrics", ACCESS_OPEN, 0, false, system_metrics, "System", "Counters for Prometheus", NULL, NULL, 0, NULL, 0,
        NULL, 0, "text/plain" },
    { "GET", "/openapi.json", ACCESS_OPEN, 0, false, system_openapi, "System", "This description", NULL, NULL, 0, NULL, 0, NULL, 0, NULL },
    { "POST", "/api/v1/clock", ACCESS_CLOCK, LIMIT_BODY_BYTES, true, system_clock, "System", "Move the virtual clock",
      "Only on a server for tests, started with --clock virtual.", clock_params, COUNT_CLOCK, NULL, 0, NULL, 0, NULL },
    { "GET", "/docs", ACCESS_OPEN, 0, false, page_docs, "Pages", "This description for people", NULL, NULL, 0, NULL, 0, NULL, 0,
        "text/html" },
    { "GET", "/", ACCESS_OPEN, 0, true, page_home, "Pages", "What runs and what it learned", NULL, NULL, 0, NULL, 0, NULL, 0, "text/html" },
    { "GET", "/demo/images/{file}", ACCESS_OPEN, 0, false, system_demo_image, "Pages", "Pictures of the demonstration shop", NULL,
      NULL, 0, NULL, 0, NULL, 0, "image/svg+xml" },
    { "GET", "/v.js", ACCESS_OPEN, 0, false, widget_loader, "Widget", "The script of a shop's pages",
      "<script async src=\".../v.js\" data-store=\"PUBLIC KEY\">; see docs/widget.md.", NULL, 0, NULL, 0, NULL, 0,
      "text/javascript" },
    { "GET", "/w/{file}", ACCESS_OPEN, 0, false, widget_part, "Widget", "Parts of the widget, loaded when needed",
      "Names hold a hash: what one names never changes.", NULL, 0, NULL, 0, NULL, 0, "text/javascript" },
    SHOP_PAGE("GET", "/shop", ACCESS_OPEN, 0, shop_front_door, "Where the demonstration shop is"),
    SHOP_PAGE("GET", "/shop/", ACCESS_OPEN, 0, shop_front_home, "The demonstration shop"),
    SHOP_PAGE("GET", "/shop/c/{category}", ACCESS_OPEN, 0, shop_front_category, "A category"),
    SHOP_PAGE("GET", "/shop/p/{product}", ACCESS_OPEN, 0, shop_front_product, "A product"),
    SHOP_PAGE("GET", "/shop/search", ACCESS_OPEN, 0, shop_front_search, "What was searched for"),
    SHOP_PAGE("GET", "/shop/cart", ACCESS_OPEN, 0, shop_front_cart, "The visitor's cart; as JSON for who accepts that"),
    SHOP_PAGE("POST", "/shop/cart", ACCESS_FORM, LIMIT_SHOP_FORM_BYTES, shop_front_cart_post, "Put in, take out"),
    SHOP_PAGE("GET", "/shop/checkout", ACCESS_OPEN, 0, shop_front_checkout, "Where to, and how to pay"),
    SHOP_PAGE("POST", "/shop/checkout", ACCESS_FORM, LIMIT_SHOP_FORM_BYTES, shop_front_checkout_post, "Place the order"),
    SHOP_PAGE("GET", "/shop/order/{order}", ACCESS_OPEN, 0, shop_front_received, "Thanks for the order"),
    SHOP_PAGE("GET", "/shop/static/{file}", ACCESS_OPEN, 0, shop_front_static, "Style and script of these pages"),
    SHOP_PAGE("GET", "/shop/{page}", ACCESS_OPEN, 0, shop_front_missing, "What the shop says where nothing is"),
};
const size_t n_api_routes = COUNT(api_routes);

static_assert(COUNT(api_routes) < METRIC_ROUTES, "metrics have a row for each route and one for none");

/* Does `path` fit the pattern? One {name} stands for one segment. */
static bool path_fits(const char *pattern, str path, str *ret_value) {
    str rest = str_of(pattern), head = str_cut(&rest, '{');
    if (!rest.p) return str_eq(head, path);
    (void)str_cut(&rest, '}');                              /* rest: what follows the variable */
    if (!str_starts(path, head) || !str_ends(path, rest) || path.n <= head.n + rest.n) return false;
    str value = str_sub(path, head.n, path.n - head.n - rest.n);
    if (str_find(value, STR("/")) != SIZE_MAX) return false;
    *ret_value = value;
    return true;
}

const route *route_find(str method, str path, str *ret_path_value, bool *ret_known_path) {
    if (str_eq(method, STR("HEAD"))) method = STR("GET");
    for (size_t i = 0; i < n_api_routes; i++) {
        if (!path_fits(api_routes[i].path, path, ret_path_value)) continue;
        if (str_eq(method, str_of(api_routes[i].method))) return &api_routes[i];
        *ret_known_path = true;
    }
    return NULL;
}

str route_methods(arena *a, str path) {
    buf b;
    str ignored;
    buf_init_in(&b, a, 64);
    for (size_t i = 0; i < n_api_routes; i++) {
        str method = str_of(api_routes[i].method);
        if (!path_fits(api_routes[i].path, path, &ignored) || str_find(buf_view(&b), method) != SIZE_MAX) continue;
        buf_str(&b, method);
        buf_text(&b, ", ");
    }
    if (!b.n) buf_text(&b, "GET, POST, ");
    buf_text(&b, "OPTIONS");
    return buf_err(&b) ? STR("GET, POST, OPTIONS") : buf_view(&b);
}
