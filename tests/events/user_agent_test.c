/* Devices by User-Agent. */
#include "events/user_agent.h"
#include "tests/test.h"

TEST(user_agent, tells_people_from_robots_and_phones_from_tablets) {
    static const struct { const char *header, *device; } cases[] = {
        { "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36", "desktop" },
        { "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0", "desktop" },
        { "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Version/17.1 Mobile/15E148 Safari/604.1", "mobile" },
        { "Mozilla/5.0 (Linux; Android 13; SM-S901B) AppleWebKit/537.36 Chrome/112.0 Mobile Safari/537.36", "mobile" },
        { "Mozilla/5.0 (Linux; Android 12; SM-X906C) AppleWebKit/537.36 Chrome/80.0 Safari/537.36", "tablet" },
        { "Mozilla/5.0 (iPad; CPU OS 16_5 like Mac OS X) AppleWebKit/605.1.15 Version/16.5 Mobile/15E148 Safari/604.1", "tablet" },
        { "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "robot" },
        { "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) Chrome/W.X.Y.Z Mobile Safari/537.36 (compatible; Googlebot/2.1)", "robot" },
        { "Mozilla/5.0 (X11; Linux) HeadlessChrome/119.0", "robot" },
        { "facebookexternalhit/1.1", "robot" },
        { "curl/8.5.0", "robot" },
        { "python-requests/2.31", "robot" },
        { "", "desktop" },
        { "CUBOT X18 Plus", "robot" },          /* a phone whose maker's name holds the word: the price of a small table */
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_str(cases[i].device, user_agent_device(str_of(cases[i].header)));
    assert_true(user_agent_is_device(STR("tablet")));
    assert_false(user_agent_is_device(STR("fridge")));
}
