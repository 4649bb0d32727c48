/* "/docs": the route table, readable. */
#include "base/html.h"
#include "api/page_frame.h"
#include "api/pages.h"

static void write_param_rows(buf *b, const param *table, size_t n, const char *prefix) {
    for (size_t i = 0; i < n; i++) {
        buf_text(b, "<tr><td><code>");
        buf_text(b, prefix);
        buf_text(b, table[i].name);
        buf_text(b, "</code>");
        if (table[i].required) buf_text(b, " <span class=soft>required</span>");
        buf_text(b, "</td><td>");
        if (table[i].doc) html_text(b, str_of(table[i].doc));
        if (table[i].example) buf_text(b, " <span class=soft>e.g. <code>"), html_text(b, str_of(table[i].example)), buf_text(b,
            "</code></span>");
        buf_text(b, "</td></tr>");
        char inner[80];
        snprintf(inner, sizeof inner, "%s%s.", prefix, table[i].name);
        if (table[i].fields) write_param_rows(b, table[i].fields, table[i].n_fields, inner);
    }
}

static void write_params(buf *b, const char *title, const param *table, size_t n) {
    if (!table || !n) return;
    buf_text(b, "<h3>");
    buf_text(b, title);
    buf_text(b, "</h3><table>");
    write_param_rows(b, table, n, "");
    buf_text(b, "</table>");
}

static const char *access_sentence(access_kind k) {
    switch (k) {
    case ACCESS_OPEN: return "no key";
    case ACCESS_PUBLIC: return "public or secret key";
    case ACCESS_CLOCK:
    case ACCESS_SECRET: return "secret key";
    case ACCESS_SIGNED: return "signed by the shop";
    case ACCESS_FORM: return "no key, from a page of this server";
    }
    return "";
}

static void write_route(buf *b, const route *r) {
    buf_text(b, "<details><summary><span class=method>");
    buf_text(b, r->method);
    buf_text(b, "</span><code>");
    html_text(b, str_of(r->path));
    buf_text(b, "</code> <span class=what>");
    buf_text(b, r->summary);
    buf_text(b, "<i>");
    buf_text(b, access_sentence(r->access));
    buf_text(b, "</i></span></summary>");
    if (r->doc) buf_text(b, "<p>"), html_text(b, str_of(r->doc)), buf_text(b, "</p>");
    bool get = str_eq(str_of(r->method), STR("GET"));
    write_params(b, get ? "Query" : "JSON body", r->input, r->n_input);
    write_params(b, "Query", r->query, r->n_query);
    write_params(b, "Answer", r->output, r->n_output);
    if (!r->doc && !r->n_input && !r->n_query && !r->n_output)
        buf_printf(b, "<p class=soft>Takes nothing; answers %s.</p>", r->content_type ? r->content_type : "application/json");
    buf_text(b, "</details>");
}

/* Rows of one tag stand together in the route table; a new tag begins a new section. */
err_code page_docs(api_call *call) {
    buf *b = &call->out->body;
    page_start(call, "Vitrine API",
               "Send the key of your store as <code>Authorization: Bearer KEY</code>, <code>X-Vitrine-Key: KEY</code> or "
               "<code>?key=KEY</code> (a public key alone). An error is "
               "<code>{\"error\": {\"code\", \"message\", \"field\", \"trace\"}}</code> with a "
               "sentence that says what to do. Machines read <a href=/openapi.json>openapi.json</a>.");
    for (size_t i = 0; i < n_api_routes; i++) {
        if (api_routes[i].access == ACCESS_CLOCK) continue;
        bool begins = i == 0 || !str_eq(str_of(api_routes[i].tag), str_of(api_routes[i - 1].tag));
        if (begins) buf_printf(b, "%s<section class='card routes'><h2>%s</h2>", i ? "</section>" : "", api_routes[i].tag);
        write_route(b, &api_routes[i]);
    }
    buf_text(b, "</section><p><a href=/>Back to the first page</a></p>");
    return page_end(call);
}
