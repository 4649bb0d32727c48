/* The API description, OpenAPI 3.1, made from the route table: what is served is what is described. */
#include "api/api_int.h"

static void write_text_schema(json_out *w) {
    jw_object(w);
    jw_member_text(w, "type", "string");
    jw_end_object(w);
}

static void write_parameter(json_out *w, const param *p) {
    param flat = *p;
    if (p->kind == PARAM_ENTRIES) flat.kind = PARAM_TEXTS, flat.example = NULL;     /* a query has room for ids alone */
    jw_object(w);
    jw_member_text(w, "name", p->name);
    jw_member_text(w, "in", "query");
    if (p->required) jw_member_bool(w, "required", true);
    if (flat.kind == PARAM_TEXTS) {
        jw_member_text(w, "style", "form");
        jw_member_bool(w, "explode", false);
    }
    jw_key(w, "schema");
    param_schema_one(w, &flat);
    jw_end_object(w);
}

static void write_parameters(json_out *w, const param *table, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (table[i].kind == PARAM_OBJECT) write_parameters(w, table[i].fields, table[i].n_fields);
        else write_parameter(w, &table[i]);
    }
}

/* "{topic}" of "/api/v1/webhooks/{topic}", empty when there is none */
static str path_variable(const char *path) {
    str rest = str_of(path);
    (void)str_cut(&rest, '{');
    return rest.p ? str_cut(&rest, '}') : (str){ 0 };
}

static void write_path_parameter(json_out *w, str name) {
    jw_object(w);
    jw_member_str(w, "name", name);
    jw_member_text(w, "in", "path");
    jw_member_bool(w, "required", true);
    jw_key(w, "schema");
    write_text_schema(w);
    jw_end_object(w);
}

static bool is_get(const route *r) { return str_eq(str_of(r->method), STR("GET")); }

static void write_all_parameters(json_out *w, const route *r) {
    str variable = path_variable(r->path);
    jw_key(w, "parameters");
    jw_array(w);
    if (variable.n) write_path_parameter(w, variable);
    if (is_get(r)) write_parameters(w, r->input, r->n_input);
    write_parameters(w, r->query, r->n_query);
    jw_end_array(w);
}

static void write_content(json_out *w, const char *type, const param *table, size_t n) {
    jw_key(w, "content");
    jw_object(w);
    jw_key(w, type);
    jw_object(w);
    jw_key(w, "schema");
    if (table) param_schema(w, table, n);
    else write_text_schema(w);
    jw_end_object(w);
    jw_end_object(w);
}

static void write_body(json_out *w, const route *r) {
    if (is_get(r) || !r->max_body || !r->input) return;
    jw_key(w, "requestBody");
    jw_object(w);
    write_content(w, "application/json", r->input, r->n_input);
    jw_end_object(w);
}

static void write_answers(json_out *w, const route *r) {
    jw_key(w, "responses");
    jw_object(w);
    jw_key(w, "200");
    jw_object(w);
    jw_member_text(w, "description", "The answer.");
    write_content(w, r->content_type ? r->content_type : "application/json", r->output, r->n_output);
    jw_end_object(w);
    jw_key(w, "default");
    jw_object(w);
    jw_member_text(w, "$ref", "#/components/responses/Problem");
    jw_end_object(w);
    jw_end_object(w);
}

static void write_security(json_out *w, const route *r) {
    jw_key(w, "security");
    jw_array(w);
    if (r->access == ACCESS_PUBLIC || r->access == ACCESS_SECRET) {
        static const char *const schemes[] = { "bearer", "header", "query" };       /* the last for public keys alone */
        for (size_t i = 0; i < COUNT(schemes) - (r->access == ACCESS_SECRET); i++) {
            jw_object(w);
            jw_key(w, schemes[i]);
            jw_array(w);
            jw_end_array(w);
            jw_end_object(w);
        }
    }
    jw_end_array(w);
}

/* "postApiV1Recommendations": unique because method and path are */
static void write_operation_id(json_out *w, const route *r) {
    char id[120];
    size_t n = 0;
    bool upper = false;
    for (const char *p = r->method; *p && n < sizeof id - 1; p++) id[n++] = (char)(*p | 0x20);
    for (const char *p = r->path; *p && n < sizeof id - 1; p++) {
        bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
        if (letter) id[n++] = (char)(upper && *p >= 'a' && *p <= 'z' ? *p - 32 : *p);
        upper = !letter;
    }
    jw_member_str(w, "operationId", (str){ id, n });
}

static void write_operation(json_out *w, const route *r) {
    char method[8] = { 0 };
    for (size_t i = 0; r->method[i] && i < sizeof method - 1; i++) method[i] = (char)(r->method[i] | 0x20);
    jw_key(w, method);
    jw_object(w);
    write_operation_id(w, r);
    jw_key(w, "tags");
    jw_array(w);
    jw_text(w, r->tag);
    jw_end_array(w);
    jw_member_text(w, "summary", r->summary);
    if (r->doc) jw_member_text(w, "description", r->doc);
    write_all_parameters(w, r);
    write_body(w, r);
    write_answers(w, r);
    write_security(w, r);
    jw_end_object(w);
}

/* Each path once, with every method it knows. */
static void write_paths(json_out *w) {
    jw_key(w, "paths");
    jw_object(w);
    for (size_t i = 0; i < n_api_routes; i++) {
        bool first = api_routes[i].access != ACCESS_CLOCK;     /* not for the public */
        for (size_t k = 0; k < i; k++) first &= !str_eq(str_of(api_routes[k].path), str_of(api_routes[i].path));
        if (!first) continue;
        jw_key(w, api_routes[i].path);
        jw_object(w);
        for (size_t k = i; k < n_api_routes; k++)
            if (str_eq(str_of(api_routes[k].path), str_of(api_routes[i].path))) write_operation(w, &api_routes[k]);
        jw_end_object(w);
    }
    jw_end_object(w);
}

static void write_problem(json_out *w) {
    static const param fields[] = {
        { "code", PARAM_TEXT, 0, 0, 40, true, "Machine name of the problem.", "\"invalid\"", NULL, 0 },
        { "message", PARAM_TEXT, 0, 0, 600, true, "What is wrong and what to do.", NULL, NULL, 0 },
        { "field", PARAM_TEXT, 0, 0, 64, false, "The parameter that is wrong.", "\"n\"", NULL, 0 },
        { "trace", PARAM_TEXT, 0, 0, 16, true, "Finds the log line.", NULL, NULL, 0 },
    };
    static const param outer[] = { { "error", PARAM_OBJECT, 0, 0, 0, true, NULL, NULL, fields, COUNT(fields) } };
    jw_key(w, "responses");
    jw_object(w);
    jw_key(w, "Problem");
    jw_object(w);
    jw_member_text(w, "description", "Nothing was changed.");
    write_content(w, "application/json", outer, COUNT(outer));
    jw_end_object(w);
    jw_end_object(w);
}

static void write_scheme(json_out *w, const char *name, const char *in, const char *header) {
    jw_key(w, name);
    jw_object(w);
    jw_member_text(w, "type", in ? "apiKey" : "http");
    if (in) jw_member_text(w, "in", in), jw_member_text(w, "name", header);
    else jw_member_text(w, "scheme", "bearer");
    jw_end_object(w);
}

static void write_components(json_out *w) {
    jw_key(w, "components");
    jw_object(w);
    write_problem(w);
    jw_key(w, "securitySchemes");
    jw_object(w);
    write_scheme(w, "bearer", NULL, NULL);
    write_scheme(w, "header", "header", "X-Vitrine-Key");
    write_scheme(w, "query", "query", "key");
    jw_end_object(w);
    jw_end_object(w);
}

void api_describe(buf *out) {
    json_out w;
    jw_init(&w, out);
    jw_object(&w);
    jw_member_text(&w, "openapi", "3.1.0");
    jw_key(&w, "info");
    jw_object(&w);
    jw_member_text(&w, "title", "Vitrine");
    jw_member_text(&w, "version", VITRINE_VERSION);
    jw_member_text(&w, "description",
                   "Recommendations for online shops. Keys: each store has a secret key (servers: everything) and a public key "
                   "(widgets: recommendations only, on the pages it was made for). Send 'Authorization: Bearer KEY', "
                   "'X-Vitrine-Key: KEY' or, a public key, '?key=KEY'.");
    jw_end_object(&w);
    write_paths(&w);
    write_components(&w);
    jw_end_object(&w);
}
