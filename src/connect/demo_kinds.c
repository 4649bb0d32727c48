/* The assortment of the demonstration shop: 160 kinds, five per group in the order of demo_groups, and which go together.
 * Pure data; names of brands are invented elsewhere. Prices are those of the first rung, in lei with tax. */
#include "connect/demo_int.h"

#define LADDER(ro, en, lei, rungs) { ro, en, lei, rungs, NULL, VARY_NOT, 0 }
#define VARIED(ro, en, lei, rungs, vary) { ro, en, lei, rungs, NULL, vary, 0 }
#define PACKS(ro, en, lei, rungs, sizes, days) { ro, en, lei, rungs, sizes, VARY_NOT, days }

const demo_kind demo_kinds[DEMO_KINDS] = {
    /* pots and pans */
    LADDER("Tigaie antiaderentă", "Non-stick frying pan", 89, 4),
    LADDER("Oală cu capac", "Stockpot with lid", 129, 3),
    LADDER("Set de oale", "Cookware set", 349, 3),
    LADDER("Cratiță din fontă", "Cast-iron casserole", 219, 3),
    PACKS("Capac de sticlă", "Glass lid", 39, 3, "20 cm|24 cm|28 cm", 0),
    /* utensils */
    LADDER("Set de cuțite", "Knife set", 149, 3),
    LADDER("Tocător de lemn", "Wooden cutting board", 59, 3),
    PACKS("Spatulă de silicon", "Silicone spatula", 19, 3, "mică|medie|mare", 0),
    LADDER("Ascuțitor de cuțite", "Knife sharpener", 49, 2),
    PACKS("Set de caserole", "Food container set", 45, 3, "3 piese|5 piese|10 piese", 0),
    /* small appliances */
    LADDER("Robot de bucătărie", "Stand mixer", 599, 3),
    LADDER("Blender", "Blender", 179, 4),
    LADDER("Friteuză cu aer cald", "Air fryer", 329, 4),
    PACKS("Hârtie pentru friteuză", "Air fryer liners", 25, 2, "50 bucăți|100 bucăți", 45),
    LADDER("Cântar de bucătărie", "Kitchen scale", 59, 3),
    /* home textiles */
    VARIED("Prosop de bumbac", "Cotton towel", 39, 3, VARY_COLOUR),
    VARIED("Lenjerie de pat", "Bed linen set", 159, 3, VARY_COLOUR),
    LADDER("Pernă ergonomică", "Ergonomic pillow", 99, 3),
    VARIED("Pătură moale", "Soft blanket", 89, 2, VARY_COLOUR),
    PACKS("Lumânare parfumată", "Scented candle", 29, 3, "120 g|200 g|400 g", 60),
    /* espresso machines */
    LADDER("Espressor automat", "Automatic espresso machine", 1299, 4),
    LADDER("Espressor manual", "Manual espresso machine", 449, 4),
    LADDER("Aparat de cafea cu capsule", "Capsule coffee machine", 329, 3),
    LADDER("Cafetieră cu filtru", "Filter coffee maker", 149, 3),
    LADDER("Râșniță de cafea", "Coffee grinder", 139, 4),
    /* coffee */
    PACKS("Cafea boabe Arabica", "Arabica coffee beans", 39, 3, "250 g|500 g|1 kg", 28),
    PACKS("Cafea boabe Espresso Blend", "Espresso blend coffee beans", 35, 3, "250 g|500 g|1 kg", 28),
    PACKS("Cafea măcinată", "Ground coffee", 25, 3, "250 g|500 g|1 kg", 30),
    PACKS("Capsule de cafea", "Coffee capsules", 22, 3, "10 bucăți|30 bucăți|100 bucăți", 25),
    PACKS("Cafea decofeinizată", "Decaf coffee", 42, 2, "250 g|500 g", 35),
    /* tea */
    PACKS("Ceai verde", "Green tea", 24, 3, "50 g|100 g|250 g", 40),
    PACKS("Ceai negru", "Black tea", 22, 3, "50 g|100 g|250 g", 40),
    PACKS("Ceai de plante", "Herbal tea", 18, 3, "20 plicuri|40 plicuri|80 plicuri", 40),
    LADDER("Ceainic cu infuzor", "Teapot with infuser", 79, 3),
    PACKS("Miere de salcâm", "Acacia honey", 29, 3, "250 g|500 g|1 kg", 60),
    /* coffee accessories */
    PACKS("Decalcifiant pentru espressor", "Espresso machine descaler", 29, 3, "250 ml|500 ml|1 l", 90),
    LADDER("Cană de spumat lapte", "Milk frothing jug", 49, 3),
    PACKS("Filtre de hârtie", "Paper filters", 12, 3, "40 bucăți|100 bucăți|200 bucăți", 45),
    VARIED("Cană termos", "Travel mug", 59, 3, VARY_COLOUR),
    PACKS("Set de cești", "Cup set", 69, 3, "2 piese|4 piese|6 piese", 0),
    /* phones */
    VARIED("Telefon Nova", "Nova phone", 1199, 4, VARY_COLOUR),
    VARIED("Telefon Orizont", "Orizont phone", 1899, 3, VARY_COLOUR),
    LADDER("Tabletă Pagina", "Pagina tablet", 899, 3),
    LADDER("Ceas inteligent", "Smart watch", 299, 4),
    LADDER("Telefon cu taste", "Keypad phone", 129, 2),
    /* phone accessories */
    VARIED("Husă pentru Nova", "Case for Nova", 39, 4, VARY_COLOUR),
    VARIED("Husă pentru Orizont", "Case for Orizont", 45, 3, VARY_COLOUR),
    LADDER("Folie de protecție Nova", "Screen protector for Nova", 29, 4),
    LADDER("Folie de protecție Orizont", "Screen protector for Orizont", 32, 3),
    VARIED("Curea de ceas", "Watch strap", 35, 3, VARY_COLOUR),
    /* audio */
    LADDER("Căști fără fir", "Wireless earbuds", 129, 4),
    LADDER("Căști over-ear", "Over-ear headphones", 229, 4),
    LADDER("Boxă portabilă", "Portable speaker", 149, 4),
    LADDER("Bară de sunet", "Soundbar", 499, 3),
    PACKS("Bureți pentru căști", "Earbud tips", 19, 2, "3 perechi|6 perechi", 0),
    /* charging and smart home */
    LADDER("Încărcător rapid", "Fast charger", 69, 3),
    PACKS("Cablu USB-C", "USB-C cable", 25, 3, "1 m|2 m|3 m", 0),
    LADDER("Baterie externă", "Power bank", 99, 4),
    PACKS("Bec inteligent", "Smart bulb", 39, 3, "1 bucată|2 bucăți|4 bucăți", 0),
    LADDER("Priză inteligentă", "Smart plug", 49, 3),
    /* camping */
    LADDER("Cort", "Tent", 299, 4),
    LADDER("Sac de dormit", "Sleeping bag", 149, 3),
    LADDER("Saltea de camping", "Camping mat", 79, 3),
    PACKS("Set de cuie pentru cort", "Tent peg set", 25, 2, "10 bucăți|20 bucăți", 0),
    LADDER("Lanternă frontală", "Headlamp", 59, 3),
    /* fitness */
    LADDER("Saltea de yoga", "Yoga mat", 79, 3),
    PACKS("Gantere", "Dumbbells", 69, 4, "2 x 2 kg|2 x 4 kg|2 x 6 kg|2 x 10 kg", 0),
    LADDER("Set de benzi elastice", "Resistance band set", 49, 3),
    PACKS("Proteină din zer", "Whey protein", 99, 3, "500 g|1 kg|2 kg", 35),
    LADDER("Shaker", "Shaker bottle", 29, 2),
    /* cycling */
    LADDER("Bicicletă de oraș", "City bike", 1199, 3),
    LADDER("Cască de bicicletă", "Bike helmet", 129, 3),
    LADDER("Lumini de bicicletă", "Bike lights", 59, 3),
    LADDER("Antifurt", "Bike lock", 69, 3),
    PACKS("Ulei de lanț", "Chain oil", 25, 2, "60 ml|120 ml", 80),
    /* sportswear */
    VARIED("Tricou tehnic", "Technical T-shirt", 69, 3, VARY_SIZE),
    VARIED("Colanți de alergare", "Running tights", 119, 3, VARY_SIZE),
    VARIED("Pantofi de alergare", "Running shoes", 299, 4, VARY_SHOE),
    PACKS("Șosete sport", "Sport socks", 25, 3, "1 pereche|3 perechi|5 perechi", 120),
    VARIED("Jachetă impermeabilă", "Rain jacket", 249, 3, VARY_SIZE),
    /* face care */
    PACKS("Cremă hidratantă", "Moisturiser", 49, 3, "30 ml|50 ml|100 ml", 45),
    PACKS("Ser cu vitamina C", "Vitamin C serum", 69, 2, "15 ml|30 ml", 50),
    PACKS("Apă micelară", "Micellar water", 25, 3, "200 ml|400 ml|700 ml", 45),
    PACKS("Cremă cu protecție solară", "Sunscreen", 45, 3, "50 ml|100 ml|200 ml", 50),
    PACKS("Dischete demachiante", "Cotton pads", 9, 3, "60 bucăți|120 bucăți|240 bucăți", 35),
    /* hair care */
    PACKS("Șampon nutritiv", "Nourishing shampoo", 29, 3, "250 ml|400 ml|750 ml", 40),
    PACKS("Balsam de păr", "Hair conditioner", 29, 3, "250 ml|400 ml|750 ml", 40),
    LADDER("Uscător de păr", "Hair dryer", 149, 4),
    LADDER("Placă de păr", "Hair straightener", 139, 3),
    PACKS("Spray termoprotector", "Heat protection spray", 35, 2, "150 ml|250 ml", 60),
    /* make-up */
    LADDER("Paletă de farduri", "Eyeshadow palette", 79, 3),
    VARIED("Ruj mat", "Matte lipstick", 45, 3, VARY_COLOUR),
    LADDER("Rimel", "Mascara", 49, 3),
    LADDER("Set de pensule", "Brush set", 69, 3),
    PACKS("Demachiant bifazic", "Two-phase make-up remover", 32, 2, "125 ml|250 ml", 45),
    /* shaving */
    LADDER("Aparat de tuns barba", "Beard trimmer", 149, 4),
    LADDER("Aparat de ras clasic", "Safety razor", 99, 3),
    PACKS("Lame de ras", "Razor blades", 19, 3, "5 bucăți|10 bucăți|50 bucăți", 40),
    PACKS("Spumă de ras", "Shaving foam", 22, 2, "200 ml|300 ml", 40),
    PACKS("Ulei de barbă", "Beard oil", 45, 2, "30 ml|50 ml", 60),
    /* toys */
    LADDER("Set de construcție", "Building set", 99, 4),
    LADDER("Trenuleț de lemn", "Wooden train", 129, 3),
    PACKS("Șine de lemn", "Wooden tracks", 45, 2, "12 piese|24 piese", 0),
    VARIED("Ursuleț de pluș", "Teddy bear", 59, 3, VARY_COLOUR),
    LADDER("Mașină cu telecomandă", "Remote-control car", 149, 3),
    /* games */
    LADDER("Joc de societate", "Board game", 99, 4),
    PACKS("Puzzle", "Jigsaw puzzle", 39, 4, "200 piese|500 piese|1000 piese|2000 piese", 0),
    PACKS("Lipici pentru puzzle", "Puzzle glue", 22, 2, "100 ml|200 ml", 0),
    LADDER("Cărți de joc", "Playing cards", 19, 2),
    PACKS("Baterii AA", "AA batteries", 15, 3, "4 bucăți|8 bucăți|24 bucăți", 60),
    /* babies */
    PACKS("Scutece", "Nappies", 45, 3, "30 bucăți|60 bucăți|120 bucăți", 18),
    PACKS("Șervețele umede", "Wet wipes", 9, 3, "1 pachet|4 pachete|12 pachete", 18),
    LADDER("Cărucior", "Pushchair", 899, 3),
    VARIED("Body de bumbac", "Cotton bodysuit", 35, 3, VARY_COLOUR),
    LADDER("Biberon", "Baby bottle", 29, 3),
    /* school */
    VARIED("Ghiozdan", "School backpack", 129, 4, VARY_COLOUR),
    LADDER("Penar echipat", "Filled pencil case", 49, 3),
    PACKS("Creioane colorate", "Coloured pencils", 15, 3, "12 culori|24 culori|36 culori", 0),
    LADDER("Trusă de geometrie", "Geometry set", 19, 3),
    VARIED("Sticlă de apă", "Water bottle", 39, 3, VARY_COLOUR),
    /* garden tools */
    LADDER("Mașină de tuns iarba", "Lawn mower", 699, 4),
    LADDER("Foarfecă de grădină", "Pruning shears", 49, 3),
    VARIED("Mănuși de grădină", "Gardening gloves", 19, 2, VARY_SIZE),
    LADDER("Lopată", "Spade", 59, 3),
    LADDER("Greblă", "Rake", 45, 3),
    /* seeds and plants */
    PACKS("Semințe de roșii", "Tomato seeds", 6, 3, "1 plic|3 plicuri|5 plicuri", 0),
    PACKS("Semințe de gazon", "Lawn seed", 39, 3, "1 kg|3 kg|5 kg", 0),
    PACKS("Pământ de flori", "Potting soil", 19, 3, "10 l|20 l|50 l", 60),
    PACKS("Îngrășământ lichid", "Liquid fertiliser", 25, 3, "500 ml|1 l|2 l", 50),
    PACKS("Ghiveci ceramic", "Ceramic pot", 29, 3, "14 cm|20 cm|28 cm", 0),
    /* watering */
    PACKS("Furtun de grădină", "Garden hose", 79, 3, "15 m|25 m|50 m", 0),
    LADDER("Pistol de stropit", "Spray gun", 29, 3),
    LADDER("Programator de udare", "Watering timer", 119, 3),
    LADDER("Stropitoare", "Watering can", 35, 3),
    PACKS("Conectori de furtun", "Hose connectors", 19, 2, "2 bucăți|4 bucăți", 0),
    /* grills and terrace */
    LADDER("Grătar cu cărbuni", "Charcoal grill", 249, 4),
    PACKS("Cărbune de lemn", "Charcoal", 25, 3, "2.5 kg|5 kg|10 kg", 25),
    LADDER("Set de ustensile grătar", "Grill tool set", 79, 3),
    LADDER("Husă de grătar", "Grill cover", 69, 2),
    LADDER("Scaun pliant", "Folding chair", 99, 3),
    /* notebooks */
    PACKS("Caiet A4", "A4 notebook", 9, 3, "1 bucată|5 bucăți|10 bucăți", 60),
    VARIED("Agendă", "Planner", 49, 3, VARY_COLOUR),
    LADDER("Jurnal cu buline", "Dotted journal", 39, 3),
    PACKS("Notițe adezive", "Sticky notes", 8, 3, "100 file|400 file|1000 file", 60),
    PACKS("Hârtie de copiator", "Copy paper", 25, 3, "1 top|3 topuri|5 topuri", 45),
    /* writing */
    LADDER("Stilou", "Fountain pen", 59, 4),
    PACKS("Cartușe de cerneală", "Ink cartridges", 15, 3, "6 bucăți|12 bucăți|36 bucăți", 60),
    PACKS("Pixuri cu gel", "Gel pens", 12, 3, "3 bucăți|6 bucăți|12 bucăți", 70),
    PACKS("Markere", "Markers", 25, 3, "6 culori|12 culori|24 culori", 0),
    LADDER("Creion mecanic", "Mechanical pencil", 22, 3),
    /* office */
    LADDER("Lampă de birou", "Desk lamp", 99, 3),
    LADDER("Scaun de birou", "Office chair", 449, 4),
    LADDER("Mouse ergonomic", "Ergonomic mouse", 89, 3),
    LADDER("Suport de laptop", "Laptop stand", 79, 3),
    LADDER("Organizator de birou", "Desk organiser", 39, 3),
    /* art */
    PACKS("Acuarele", "Watercolours", 29, 3, "12 culori|24 culori|36 culori", 0),
    LADDER("Pensule de pictură", "Paint brushes", 25, 3),
    PACKS("Bloc de desen", "Sketch pad", 19, 3, "A5|A4|A3", 60),
    LADDER("Șevalet", "Easel", 129, 3),
    PACKS("Vopsele acrilice", "Acrylic paints", 45, 3, "6 culori|12 culori|24 culori", 90),
};

/* from, to, percent of orders for `from` that take `to` along */
const demo_pair demo_pairs[] = {
    { "Nova phone", "Case for Nova", 45 }, { "Nova phone", "Screen protector for Nova", 40 },
    { "Orizont phone", "Case for Orizont", 45 }, { "Orizont phone", "Screen protector for Orizont", 40 },
    { "Orizont phone", "Fast charger", 20 }, { "Smart watch", "Watch strap", 30 }, { "Wireless earbuds", "Earbud tips", 20 },
    { "Fast charger", "USB-C cable", 40 }, { "Smart plug", "Smart bulb", 25 },
    { "Automatic espresso machine", "Arabica coffee beans", 50 }, { "Automatic espresso machine", "Espresso machine descaler", 40 },
    { "Manual espresso machine", "Espresso blend coffee beans", 40 }, { "Manual espresso machine", "Milk frothing jug", 35 },
    { "Manual espresso machine", "Coffee grinder", 25 }, { "Capsule coffee machine", "Coffee capsules", 60 },
    { "Filter coffee maker", "Paper filters", 50 }, { "Filter coffee maker", "Ground coffee", 35 },
    { "Coffee grinder", "Espresso blend coffee beans", 30 }, { "Arabica coffee beans", "Espresso machine descaler", 12 },
    { "Teapot with infuser", "Green tea", 40 }, { "Herbal tea", "Acacia honey", 25 },
    { "Tent", "Tent peg set", 35 }, { "Tent", "Camping mat", 30 }, { "Tent", "Headlamp", 20 }, { "Sleeping bag", "Camping mat", 35 },
    { "Yoga mat", "Resistance band set", 30 }, { "Whey protein", "Shaker bottle", 25 }, { "City bike", "Bike helmet", 40 },
    { "City bike", "Bike lock", 45 }, { "City bike", "Bike lights", 30 }, { "Running shoes", "Sport socks", 40 },
    { "Moisturiser", "Micellar water", 25 }, { "Micellar water", "Cotton pads", 40 },
    { "Nourishing shampoo", "Hair conditioner", 50 }, { "Hair straightener", "Heat protection spray", 40 },
    { "Hair dryer", "Heat protection spray", 20 }, { "Eyeshadow palette", "Brush set", 30 },
    { "Mascara", "Two-phase make-up remover", 30 }, { "Safety razor", "Razor blades", 60 }, { "Safety razor", "Shaving foam", 35 },
    { "Beard trimmer", "Beard oil", 30 }, { "Wooden train", "Wooden tracks", 45 }, { "Remote-control car", "AA batteries", 50 },
    { "Jigsaw puzzle", "Puzzle glue", 30 }, { "Nappies", "Wet wipes", 50 }, { "School backpack", "Filled pencil case", 45 },
    { "School backpack", "Water bottle", 25 }, { "Filled pencil case", "Coloured pencils", 20 },
    { "Ceramic pot", "Potting soil", 45 }, { "Tomato seeds", "Liquid fertiliser", 25 }, { "Garden hose", "Spray gun", 45 },
    { "Garden hose", "Hose connectors", 40 }, { "Watering timer", "Hose connectors", 25 }, { "Charcoal grill", "Charcoal", 55 },
    { "Charcoal grill", "Grill tool set", 35 }, { "Charcoal grill", "Grill cover", 25 }, { "Fountain pen", "Ink cartridges", 45 },
    { "Dotted journal", "Gel pens", 30 }, { "Watercolours", "Paint brushes", 40 }, { "Watercolours", "Sketch pad", 30 },
    { "Easel", "Acrylic paints", 35 }, { "Non-stick frying pan", "Glass lid", 30 }, { "Non-stick frying pan", "Silicone spatula", 25 },
    { "Knife set", "Wooden cutting board", 35 }, { "Knife set", "Knife sharpener", 30 }, { "Air fryer", "Air fryer liners", 45 },
    { "Stand mixer", "Kitchen scale", 30 }, { "Laptop stand", "Ergonomic mouse", 25 },
};
const size_t n_demo_pairs = COUNT(demo_pairs);
