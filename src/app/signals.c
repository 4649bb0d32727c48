/* Signal handlers. */
#include "app/signals.h"
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static atomic_bool asked;
static sem_t wake;

static void ask(int number) {
    (void)number;
    int kept = errno;
    atomic_store(&asked, true);
    sem_post(&wake);
    errno = kept;
}

static void end_now(int number) {
    (void)number;
    static const char text[] = "vitrine: work did not end in time; it goes on at the next start\n";
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) _exit(0);  /* nobody reads it: end all the same */
    _exit(0);
}

static void handle(int number, void (*handler)(int), int flags) {
    struct sigaction a = { .sa_handler = handler, .sa_flags = flags };
    sigemptyset(&a.sa_mask);
    sigaction(number, &a, NULL);
}

void signals_start(void) {
    sem_init(&wake, 0, 0);
    handle(SIGINT, ask, SA_RESTART | (int)SA_RESETHAND);
    handle(SIGTERM, ask, SA_RESTART | (int)SA_RESETHAND);
    handle(SIGPIPE, SIG_IGN, 0);
}

const atomic_bool *signals_asked(void) { return &asked; }

bool signals_wait(int ms) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    while (!atomic_load(&asked) && sem_timedwait(&wake, &until) != 0 && errno == EINTR) continue;
    return atomic_load(&asked);
}

void signals_last_chance(unsigned seconds) {
    handle(SIGALRM, end_now, 0);
    alarm(seconds);
}
