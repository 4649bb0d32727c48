/* The program. */
#include <stdio.h>

int main(void) {
    puts("vitrine " VITRINE_VERSION);
    return 0;
}
