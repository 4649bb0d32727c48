"""Placements that learn how to be shown, over the real binary: switched on, seen in answers, log and API, and the owner's word above it."""
import lib
from test_experiments import ask
from test_programme import DAY, Weeks


def test_a_placement_learns_how_to_be_shown_until_the_owner_decides():
    shop = Weeks(learn_displays="on")
    shop.visitors_come()
    shop.pass_by(DAY)
    lib.wait_until(lambda: shop.experiments() == [(1, "running", "learning", "", "home")])      # and the programme leaves the place alone
    lib.wait_until(lambda: "display" in shop.recommend(placement="home", visitor_id="v-0"))
    answers = [shop.recommend(placement="home", visitor_id=f"v-{i}") for i in range(90)]
    assert {a["display"] for a in answers} == {"inline", "banner", "slide_in"}
    assert all(a["arms"] == {"1": a["display"]} for a in answers)
    assert all(shop.recommend(placement="home", visitor_id=f"v-{i}")["display"] == a["display"] for i, a in enumerate(answers[:20]))
    listed = ask(shop, "GET", "/experiments")[1]["experiments"]
    assert [(e["author"], e["state"], e["layer"]) for e in listed] == [("learning", "running", "display home")], listed
    assert ask(shop, "PUT", "/placements/home", {"display": "sticky"})[0] == 200
    assert {shop.recommend(placement="home", visitor_id=f"v-{i}")["display"] for i in range(20)} == {"sticky"}
    shop.visitors_come()
    shop.pass_by(DAY)
    lib.wait_until(lambda: shop.experiments()[0][:3] == (1, "stopped", "learning"))
    refused = lib.run("stores", "settings", shop.store, "learn_displays=maybe", "--data", shop.data, ok=False)
    assert "on: " in refused.stderr and "or off" in refused.stderr, refused.stderr
