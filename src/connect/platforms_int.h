/* One row for each shop platform; connect.c lists them, each platform's main file defines its own. */
#pragma once
#include "connect/connect.h"

extern const connector woocommerce_connector;
extern const connector demo_connector;
