/* quadrature: integrals of smooth functions over intervals, by the Gauss-Legendre rule of 16 points.
 * Promise: exact for polynomials up to degree 31; same bits every time. The caller cuts the interval where the function bends.
 * Source: Abramowitz and Stegun 1964, 25.4.30. Any thread. */
#pragma once

enum { QUADRATURE_POINTS = 16 };

/* Points and weights for the integral from low to high: integral f = sum_i weight_i f(at_i). Each array QUADRATURE_POINTS. */
void quadrature_points(double low, double high, double *ret_at, double *ret_weight);
