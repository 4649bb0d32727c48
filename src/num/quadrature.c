/* The zeros of the Legendre polynomial of degree 16; see quadrature.h. */
#include "num/quadrature.h"

static const struct { double at, weight; } half[QUADRATURE_POINTS / 2] = {
    { 0.0950125098376374402, 0.189450610455068496 }, { 0.281603550779258913, 0.182603415044923589 },
    { 0.458016777657227386, 0.169156519395002538 },  { 0.617876244402643748, 0.149595988816576732 },
    { 0.755404408355003034, 0.124628971255533872 },  { 0.865631202387831744, 0.0951585116824927848 },
    { 0.944575023073232576, 0.0622535239386478929 }, { 0.989400934991649933, 0.0271524594117540949 },
};

void quadrature_points(double low, double high, double *ret_at, double *ret_weight) {
    double middle = (low + high) / 2, reach = (high - low) / 2;
    for (int i = 0; i < QUADRATURE_POINTS / 2; i++) {
        int left = QUADRATURE_POINTS / 2 - 1 - i, right = QUADRATURE_POINTS / 2 + i;
        ret_at[left] = middle - reach * half[i].at, ret_at[right] = middle + reach * half[i].at;
        ret_weight[left] = ret_weight[right] = reach * half[i].weight;
    }
}
