/* Which columns an import understands, under which names, and the presets of known data sets. Pure data. */
#include "connect/import_int.h"

static const import_column product_columns[] = {
    [P_ID] = { "product_id", "id|productid|idprodus|cod|code", false },
    [P_SKU] = { "sku", "sku|codprodus|stockcode|articol|cod sku", false },
    [P_NAME] = { "name", "name|title|nume|denumire|produs|productname|description of product", true },
    [P_PRICE] = { "price", "price|pret|preț|unitprice", false },
    [P_REGULAR] = { "regular_price", "regularprice|pretintreg|prețobișnuit|pretobisnuit|listprice", false },
    [P_SALE] = { "sale_price", "saleprice|pretredus|prețredus|pretpromotional", false },
    [P_CATEGORIES] = { "categories", "categories|category|categorii|categorie", false },
    [P_TAGS] = { "tags", "tags|etichete", false },
    [P_BRAND] = { "brand", "brand|brands|marca|marcă|producator|producător|manufacturer", false },
    [P_STOCK] = { "stock", "stock|stoc|stockquantity|quantity|cantitate", false },
    [P_STOCK_STATUS] = { "stock_status", "stockstatus|instock|înstoc|instoc|stare stoc", false },
    [P_SHORT] = { "short_description", "shortdescription|descrierescurta|descrierescurtă", false },
    [P_LONG] = { "description", "description|descriere", false },
    [P_IMAGES] = { "images", "images|image|imagini|imagine", false },
    [P_PARENT] = { "parent_id", "parent|parentid|parinte|părinte", false },
    [P_TYPE] = { "type", "type|tip", false },
    [P_STATUS] = { "status", "status|published|publicat|stare", false },
    [P_CREATED] = { "created", "created|date|datecreated|data", false },
    [P_LINK] = { "permalink", "permalink|url|link|externalurl", false },
};
static const import_column order_columns[] = {
    [O_ORDER] = { "order_id", "orderid|order|ordernumber|invoiceno|invoice|idcomanda|comanda|comandă|nrcomanda|factura", true },
    [O_DATE] = { "date", "date|orderdate|created|datecreated|invoicedate|data|datacomenzii", true },
    [O_STATUS] = { "status", "status|orderstatus|stare", false },
    [O_CUSTOMER] = { "customer_id", "customerid|customer|customeruserid|client|idclient", false },
    [O_EMAIL] = { "email", "email|billingemail|customeremail|emailclient", false },
    [O_PRODUCT] = { "product_id", "productid|itemid|stockcode|idprodus|product", false },
    [O_VARIATION] = { "variation_id", "variationid|idvariatie", false },
    [O_SKU] = { "sku", "sku|productsku|codprodus", false },
    [O_NAME] = { "name", "name|productname|itemname|description|denumire|produs|numeprodus", false },
    [O_QUANTITY] = { "quantity", "quantity|qty|itemquantity|cantitate|buc", false },
    [O_PRICE] = { "price", "price|unitprice|itemcost|pret|preț|pretunitar|prețunitar", false },
    [O_TOTAL] = { "total", "linetotal|itemtotal|total|valoare", false },
    [O_CURRENCY] = { "currency", "currency|ordercurrency|moneda|monedă", false },
    [O_COUNTRY] = { "country", "country|billingcountry|tara|țara|țară", false },
};
static const import_column customer_columns[] = {
    [C_ID] = { "customer_id", "customerid|id|userid|idclient", false },
    [C_EMAIL] = { "email", "email|useremail|billingemail|mail", false },
    [C_FIRST] = { "first_name", "firstname|billingfirstname|prenume", false },
    [C_LAST] = { "last_name", "lastname|billinglastname|nume|numefamilie", false },
    [C_PHONE] = { "phone", "phone|billingphone|telefon", false },
    [C_CITY] = { "city", "city|billingcity|oras|oraș|localitate", false },
    [C_REGION] = { "region", "region|state|billingstate|judet|județ", false },
    [C_COUNTRY] = { "country", "country|billingcountry|tara|țara|țară", false },
    [C_CREATED] = { "created", "created|registered|datecreated|userregistered|data", false },
};

const import_shape import_shapes[IMPORT_KINDS] = {
    [IMPORT_PRODUCTS] = { "products", product_columns, P_COLUMNS, "import products" },
    [IMPORT_ORDERS] = { "orders", order_columns, O_COLUMNS, "import orders" },
    [IMPORT_CUSTOMERS] = { "customers", customer_columns, C_COLUMNS, "import customers" },
};

static const char *const retail_services[] = { "POST", "DOT", "C2", "D", "M", "m", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK",
                                              "PADS", NULL };

/* UCI Online Retail (Chen, Sain and Guo 2012): InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country. */
static const import_preset presets[] = {
    { .name = "online-retail", .currency = "GBP", .kind = IMPORT_ORDERS, .cancel_prefix = "C", .no_product = retail_services,
      .owns_products = true, .sales_only = true },
};

const import_preset *import_preset_find(str name) {
    for (size_t i = 0; i < COUNT(presets); i++)
        if (str_eq(name, str_of(presets[i].name))) return &presets[i];
    return NULL;
}

str import_preset_currency(str preset) {
    const import_preset *p = import_preset_find(preset);
    return str_of(p ? p->currency : NULL);
}

bool import_kind_named(str word, import_kind *ret_kind) {
    for (size_t i = 0; i < IMPORT_KINDS; i++)
        if (str_eq(word, str_of(import_shapes[i].word))) {
            *ret_kind = (import_kind)i;
            return true;
        }
    return false;
}
