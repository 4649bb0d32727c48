/* Departments, groups and axes of variation of the demonstration shop. Pure data. */
#include "connect/demo_int.h"

const demo_department demo_departments[DEMO_DEPARTMENTS] = {
    { "Casă și bucătărie", "Home and kitchen", { "Vatra", "Casador", "Lumira", "Cuptora", "Nordana" },
      { 95, 90, 95, 105, 100, 90, 85, 85, 95, 100, 125, 150 }, { "#FBEFE6", "#C8553D", "#2D3047" } },
    { "Cafea și ceai", "Coffee and tea", { "Aroma", "Zorile", "Boabela", "Caldera", "Moka Nova" },
      { 115, 110, 105, 95, 90, 80, 75, 80, 100, 110, 125, 140 }, { "#F3E9DC", "#6F4E37", "#C08552" } },
    { "Electronice și telefoane", "Electronics and phones", { "Voltix", "Undari", "Pixelo", "Sonare", "Kernis" },
      { 90, 85, 90, 90, 95, 90, 85, 95, 105, 105, 190, 170 }, { "#E8EEF7", "#2F4B7C", "#00A6A6" } },
    { "Sport și aer liber", "Sport and outdoor", { "Carpatin", "Vertix", "Pasul", "Brazi", "Altitud" },
      { 110, 85, 105, 125, 145, 165, 160, 135, 105, 80, 90, 90 }, { "#E6F4EC", "#1F7A5A", "#F2A541" } },
    { "Frumusețe și îngrijire", "Beauty and care", { "Floralis", "Salvia", "Auria", "Dermina", "Rozmarin" },
      { 90, 120, 125, 100, 100, 105, 105, 95, 95, 95, 130, 150 }, { "#FCE8EF", "#B83B6A", "#F3B0C3" } },
    { "Copii", "Kids", { "Pitic", "Jucăuș", "Norișor", "Zmeul", "Bebelia" },
      { 80, 80, 85, 95, 105, 120, 90, 170, 150, 90, 125, 190 }, { "#FFF6D9", "#F0803C", "#3F88C5" } },
    { "Grădină", "Garden", { "Verdeo", "Livada", "Grădinel", "Rouă", "Holda" },
      { 40, 70, 150, 190, 185, 150, 130, 105, 90, 70, 45, 40 }, { "#EDF5E1", "#4F7942", "#D98E04" } },
    { "Papetărie și birou", "Stationery and office", { "Cerneala", "Filigran", "Pagina", "Atelier", "Scriba" },
      { 115, 90, 90, 85, 85, 80, 75, 160, 180, 105, 100, 115 }, { "#EEEAF7", "#5B4B8A", "#E4572E" } },
};

#define BOX(x, y, w, h, r, fill) "<rect x='" #x "' y='" #y "' width='" #w "' height='" #h "' rx='" #r "' fill='" fill "'/>"
#define DOT(x, y, r, fill) "<circle cx='" #x "' cy='" #y "' r='" #r "' fill='" fill "'/>"
#define SHAPE(d, fill) "<path d='" d "' fill='" fill "'/>"
#define STROKE(d, width, colour) "<path d='" d "' fill='none' stroke='" colour "' stroke-width='" #width "' stroke-linecap='round'/>"
#define M "$m"
#define A "$a"
#define W "$w"

const demo_group demo_groups[DEMO_GROUPS] = {
    { "Oale și tigăi", "Pots and pans", "Material", "Inox|Ceramică|Fontă|Aluminiu",
      "Se încălzește uniform și se spală ușor.", "Heats evenly and cleans easily.",
      BOX(105, 180, 170, 110, 24, M) BOX(90, 165, 200, 24, 12, A) BOX(275, 205, 80, 20, 10, A) DOT(190, 152, 14, M) },
    { "Ustensile de bucătărie", "Kitchen utensils", "Material", "Oțel|Lemn|Silicon|Bambus",
      "Gândit pentru gătitul de fiecare zi.", "Made for everyday cooking.",
      BOX(120, 110, 34, 190, 14, M) SHAPE("M230 110 q44 60 0 110 q-44 -50 0 -110", A) BOX(219, 210, 22, 100, 10, M) },
    { "Electrocasnice mici", "Small appliances", "Putere", "800 W|1200 W|1500 W|2000 W",
      "Economisește timp și spațiu în bucătărie.", "Saves time and room in the kitchen.",
      BOX(130, 110, 140, 200, 34, M) DOT(200, 180, 42, W) DOT(200, 180, 26, A) BOX(160, 255, 80, 16, 8, W) },
    { "Textile de casă", "Home textiles", "Material", "Bumbac|In|Microfibră",
      "Moale la atingere și rezistent la spălare.", "Soft to the touch, made to last.",
      BOX(95, 150, 210, 56, 26, M) BOX(105, 206, 190, 50, 24, A) BOX(95, 256, 210, 50, 24, M) },
    { "Espressoare și râșnițe", "Machines and grinders", "Presiune", "9 bari|15 bari|19 bari",
      "Cafea ca la cafenea, la tine acasă.", "Café coffee at home.",
      BOX(110, 100, 180, 60, 20, M) BOX(110, 150, 60, 150, 10, M) BOX(110, 280, 190, 28, 12, M) BOX(200, 160, 40, 26, 6, A)
      BOX(190, 225, 62, 54, 12, W) DOT(140, 130, 12, A) },
    { "Cafea", "Coffee", "Prăjire", "Blândă|Medie|Intensă",
      "Prăjită în loturi mici, proaspătă la livrare.", "Roasted in small batches, fresh on delivery.",
      SHAPE("M125 120 h150 l18 190 h-186 z", M) BOX(125, 100, 150, 30, 6, A)
      "<ellipse cx='200' cy='220' rx='36' ry='52' fill='$w'/>" STROKE("M200 172 q-22 48 0 96", 7, M) },
    { "Ceai", "Tea", "Cultură", "Ecologică|Clasică",
      "Frunze alese, gust curat.", "Chosen leaves, clean taste.",
      BOX(115, 170, 150, 120, 40, M) STROKE("M265 195 q60 10 0 70", 16, M) SHAPE("M190 160 q-30 -60 40 -70 q10 60 -40 70", A) },
    { "Accesorii pentru cafea", "Coffee accessories", "Material", "Inox|Ceramică|Sticlă",
      "Micul detaliu care face cafeaua mai bună.", "The small detail that makes better coffee.",
      SHAPE("M130 130 h130 l-18 170 h-94 z", M) BOX(120, 112, 150, 24, 12, A) BOX(150, 190, 90, 40, 8, W) },
    { "Telefoane și tablete", "Phones and tablets", "Memorie", "64 GB|128 GB|256 GB|512 GB",
      "Ecran clar, baterie care ține toată ziua.", "Clear screen, all-day battery.",
      BOX(135, 80, 130, 240, 26, M) BOX(147, 100, 106, 190, 10, W) DOT(200, 305, 8, W) BOX(160, 120, 80, 50, 10, A) },
    { "Accesorii pentru telefon", "Phone accessories", "Protecție", "Standard|Întărită|Totală",
      "Se potrivește perfect și protejează zilnic.", "Fits perfectly and protects every day.",
      BOX(125, 80, 150, 240, 34, A) BOX(145, 100, 110, 200, 18, M) DOT(175, 130, 16, W) },
    { "Audio", "Audio", "Autonomie", "6 ore|12 ore|24 ore|40 ore",
      "Sunet echilibrat, conectare rapidă.", "Balanced sound, quick pairing.",
      STROKE("M110 230 v-30 a90 90 0 0 1 180 0 v30", 18, M) BOX(92, 215, 50, 90, 22, A) BOX(258, 215, 50, 90, 22, A) },
    { "Încărcare și casă inteligentă", "Charging and smart home", "Putere", "10 W|20 W|45 W|65 W",
      "Sigur, eficient și ușor de folosit.", "Safe, efficient and easy to use.",
      BOX(130, 130, 140, 170, 30, M) SHAPE("M212 150 l-50 80 h34 l-14 56 l56 -82 h-36 z", A) BOX(160, 95, 16, 40, 6, M)
      BOX(224, 95, 16, 40, 6, M) },
    { "Camping", "Camping", "Sezon", "Vară|Trei sezoane|Patru sezoane",
      "Ușor de transportat, gata de drum.", "Light to carry, ready to go.",
      SHAPE("M200 100 l125 200 h-250 z", M) SHAPE("M200 160 l52 140 h-104 z", A) },
    { "Fitness", "Fitness", "Nivel", "Începător|Mediu|Avansat",
      "Pentru antrenamente acasă sau la sală.", "For training at home or at the gym.",
      BOX(90, 160, 36, 100, 12, M) BOX(274, 160, 36, 100, 12, M) BOX(120, 195, 160, 28, 10, A) },
    { "Ciclism", "Cycling", "Utilizare", "Oraș|Drum|Munte",
      "Pentru drumuri sigure prin oraș și dincolo de el.", "For safe rides in town and beyond.",
      "<circle cx='130' cy='250' r='56' fill='none' stroke='$m' stroke-width='14'/>"
      "<circle cx='270' cy='250' r='56' fill='none' stroke='$m' stroke-width='14'/>"
      STROKE("M130 250 l50 -90 h70 l20 90 M180 160 l30 90 h-80", 12, A) },
    { "Îmbrăcăminte sport", "Sportswear", "Material", "Poliester|Merinos|Bumbac organic",
      "Respiră, se usucă repede și stă bine.", "Breathes, dries fast and fits well.",
      SHAPE("M140 110 l40 -14 q20 22 40 0 l40 14 l50 60 l-38 30 l-22 -20 v130 h-100 v-130 l-22 20 l-38 -30 z", M)
      BOX(165, 200, 70, 18, 8, A) },
    { "Îngrijirea feței", "Face care", "Tip de ten", "Normal|Uscat|Mixt|Sensibil",
      "Formulă blândă, testată dermatologic.", "Gentle formula, dermatologically tested.",
      BOX(130, 190, 140, 110, 26, M) BOX(140, 150, 120, 46, 14, A) BOX(155, 225, 90, 36, 10, W) },
    { "Îngrijirea părului", "Hair care", "Tip de păr", "Normal|Uscat|Vopsit|Gras",
      "Păr moale și strălucitor, fără sulfați.", "Soft, shiny hair, sulphate-free.",
      BOX(145, 150, 110, 165, 30, M) BOX(175, 105, 50, 50, 8, A) BOX(165, 200, 70, 60, 10, W) },
    { "Machiaj", "Make-up", "Finisaj", "Mat|Satinat|Strălucitor",
      "Culoare intensă care rezistă.", "Rich colour that lasts.",
      BOX(165, 200, 70, 110, 8, M) SHAPE("M175 200 v-60 l50 -36 v96 z", A) },
    { "Bărbierit", "Shaving", "Tip de piele", "Normală|Sensibilă",
      "Precis și confortabil, în fiecare dimineață.", "Precise and comfortable every morning.",
      BOX(184, 160, 32, 160, 14, M) BOX(120, 110, 160, 50, 14, A) BOX(132, 146, 136, 8, 4, W) },
    { "Jucării", "Toys", "Vârstă", "1-3 ani|3-6 ani|6-9 ani|9+ ani",
      "Sigure, colorate și pline de imaginație.", "Safe, colourful and full of imagination.",
      BOX(100, 210, 90, 90, 12, M) BOX(210, 210, 90, 90, 12, A) BOX(155, 110, 90, 90, 12, M) DOT(200, 155, 20, W) },
    { "Jocuri și puzzle", "Games and puzzles", "Jucători", "1|2-4|3-6|4-8",
      "Serile împreună devin mai frumoase.", "Makes evenings together better.",
      BOX(110, 120, 180, 180, 24, M) DOT(155, 165, 16, W) DOT(245, 165, 16, W) DOT(200, 210, 16, A) DOT(155, 255, 16, W)
      DOT(245, 255, 16, W) },
    { "Bebeluși", "Babies", "Vârstă", "0-6 luni|6-12 luni|1-2 ani",
      "Delicat cu pielea, practic pentru părinți.", "Gentle on skin, practical for parents.",
      BOX(150, 160, 100, 150, 26, M) BOX(165, 125, 70, 36, 8, A) SHAPE("M185 125 q15 -50 30 0 z", M) BOX(165, 205, 40, 8,
              4, W)
      BOX(165, 235, 40, 8, 4, W) },
    { "Școală", "School", "Clase", "0-4|5-8|9-12",
      "Rezistă un an școlar întreg.", "Lasts a whole school year.",
      BOX(115, 130, 170, 180, 40, M) STROKE("M165 130 q35 -60 70 0", 14, M) BOX(145, 210, 110, 70, 16, A) BOX(190, 235,
              20, 12, 4, W) },
    { "Unelte de grădină", "Garden tools", "Material", "Oțel|Lemn|Fibră de sticlă",
      "Robust și bine echilibrat.", "Sturdy and well balanced.",
      BOX(190, 90, 20, 140, 8, A) SHAPE("M150 220 h100 v40 q-50 90 -100 0 z", M) BOX(160, 80, 80, 20, 10, M) },
    { "Semințe și plante", "Seeds and plants", "Expunere", "Soare|Semiumbră|Umbră",
      "Crește frumos chiar și pentru începători.", "Grows well even for beginners.",
      SHAPE("M130 220 h140 l-20 90 h-100 z", M) STROKE("M200 220 v-90", 10, A) SHAPE("M200 160 q-70 -10 -60 -60 q60 0 60 60", A)
      SHAPE("M200 140 q60 -10 56 -56 q-56 4 -56 56", A) },
    { "Irigații", "Watering", "Diametru", "1/2 inch|3/4 inch",
      "Udă cât trebuie, unde trebuie.", "Waters as much as needed, where needed.",
      "<circle cx='200' cy='205' r='86' fill='none' stroke='$m' stroke-width='26'/>"
      "<circle cx='200' cy='205' r='48' fill='none' stroke='$a' stroke-width='20'/>"
      STROKE("M286 205 v100", 22, M) },
    { "Grătare și terasă", "Grills and terrace", "Suprafață", "40 cm|50 cm|60 cm|80 cm",
      "Pentru mese în aer liber cu prietenii.", "For meals outdoors with friends.",
      SHAPE("M100 180 h200 q-10 80 -100 80 q-90 0 -100 -80", M) BOX(95, 160, 210, 18, 9, A)
      STROKE("M150 255 l-30 70 M250 255 l30 70", 12, M) },
    { "Caiete și hârtie", "Notebooks and paper", "Liniatură", "Dictando|Matematică|Velină|Buline",
      "Hârtie fină, fără transparență.", "Fine paper, no bleed-through.",
      BOX(125, 95, 150, 215, 14, M) BOX(125, 95, 34, 215, 14, A) BOX(180, 140, 70, 12, 6, W) BOX(180, 168, 70, 12, 6, W) },
    { "Instrumente de scris", "Writing instruments", "Vârf", "0,3 mm|0,5 mm|0,7 mm",
      "Scrie lin, fără să obosească mâna.", "Writes smoothly without tiring the hand.",
      "<g transform='rotate(40 200 200)'>" BOX(180, 80, 40, 170, 10, M) SHAPE("M180 250 h40 l-20 60 z", A) BOX(180, 110, 40, 16, 0, W)
      "</g>" },
    { "Birou", "Office", "Culoare", "Negru|Alb|Gri|Lemn",
      "Ordine și confort la masa de lucru.", "Order and comfort at the desk.",
      STROKE("M150 300 l30 -110 l60 -50", 14, M) SHAPE("M215 110 l70 50 l-24 34 l-70 -50 z", A) BOX(110, 296, 120, 18, 9,
              M) },
    { "Artă și hobby", "Art and hobby", "Nivel", "Copii|Amator|Artist",
      "Pigmenți vii pentru idei mari.", "Vivid pigments for big ideas.",
      "<ellipse cx='200' cy='210' rx='110' ry='86' fill='$m'/>" DOT(150, 180, 18, W) DOT(200, 160, 18, A) DOT(250, 185, 18, W)
      DOT(245, 245, 22, A) DOT(165, 245, 14, A) },
};

static const char *const colours[] = { "Negru", "Alb", "Albastru", "Verde", "Roșu", "Gri" };
static const char *const sizes[] = { "S", "M", "L", "XL", "XXL" };
static const char *const shoes[] = { "38", "40", "41", "42", "43", "44" };
const demo_axis demo_axes[VARY_KINDS] = {
    [VARY_NOT] = { "", "", NULL, 0 },
    [VARY_COLOUR] = { "Culoare", "pa_culoare", colours, COUNT(colours) },
    [VARY_SIZE] = { "Mărime", "pa_marime", sizes, COUNT(sizes) },
    [VARY_SHOE] = { "Mărime", "pa_marime", shoes, COUNT(shoes) },
};
