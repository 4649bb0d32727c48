"""What another way to choose would have earned, asked of the log that a running server wrote."""
import lib
from test_learning import seller, shop_with, visit


def ask(shop, *words, ok=True):
    return lib.run("policy", "--data", shop.data, *words, ok=ok)


def test_the_log_of_a_running_server_tells_what_another_policy_would_have_earned_or_why_it_cannot():
    shop = shop_with(holdout_percent=0, explore_percent=50)
    refused = ask(shop, "--policy", "no_exploration", ok=False)
    assert refused.returncode == 1 and "no suggestion was shown" in refused.stderr, refused
    product = seller(shop)
    clicks, liked = 0, None
    for number in range(120):
        liked = liked or visit(shop, product, "first", None)["items"][0]["product_id"]
        clicks += liked in [i["product_id"] for i in visit(shop, product, number, liked)["items"]]
    status, told = shop.server.get("/api/v1/reports/policy?policy=logged", key=shop.secret)
    assert status == 200 and told["shown"] == 484, told
    status, told = shop.server.get("/api/v1/reports/policy?policy=best", key=shop.secret)
    assert status == 400 and told["error"]["field"] == "policy", told
    shop.server.stop()
    logged = lib.run_json("policy", "--policy", "logged", "--data", shop.data)
    assert logged["answers"] == 121 and logged["shown"] == 484 and logged["judged"] == 484
    assert abs(logged["snips"]["value"] - clicks / 484) < 1e-6 and logged["gain"]["value"] == 0
    best = lib.run_json("policy", "--data", shop.data)
    assert best["policy"] == "no_exploration" and best["by_chance"] > 100 and 0.8 < best["mean_weight"] < 1.2, best
    assert best["snips"]["low"] <= best["snips"]["value"] <= best["snips"]["high"] and best["effective"] >= 30, best
    assert "clicks for each thousand suggestions shown" in ask(shop, "--policy", "uniform").stdout
    for words, says in (("--policy", "best"), "source:NAME"), (("--policy", "source:moon"), "there was: "), (("--metric", "revenue"), "it takes 10"):
        refused = ask(shop, *words, ok=False)
        assert refused.returncode == 1 and says in refused.stderr, refused
