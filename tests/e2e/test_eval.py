"""vitrine eval: the figures promised for Online Retail, by the command that is promised."""
import lib


def test_rules_beat_the_best_peer_on_product_pages():
    data = lib.shared("data/online_retail")
    answer = lib.run_json("eval", "basket", "--data", data, "--model", "rules", timeout=300)
    assert set(answer) == {"task", "data", "model", "params", "metrics", "n_test", "fit_s", "fit_cpu_s", "peak_mb", "latency_us"}, answer
    assert answer["n_test"] == 2689 and set(answer["latency_us"]) == {"p50", "p99"}
    assert answer["metrics"]["p_hr@10"] >= 0.66 and answer["metrics"]["p_mrr@10"] >= 0.43, answer


def test_settings_are_taken_and_wrong_ones_refused():
    data = lib.shared("data/online_retail")
    plain = lib.run_json("eval", "basket", "--data", data, "--model", "rules", timeout=300)
    young = lib.run_json("eval", "basket", "--data", data, "--model", "rules", "--set", "half_life_days=7", timeout=300)
    assert young["params"]["half_life_days"] == 7 and young["metrics"] != plain["metrics"]
    for wrong in (["--model", "magic"], ["--model", "rules", "--set", "k=0"], ["--model", "rules", "--set", "nothing=1"]):
        done = lib.run("eval", "basket", "--data", data, *wrong, ok=False)
        assert len(done.stderr) > 20, done.stderr
    assert "nowhere" in lib.run("eval", "basket", "--data", "/nowhere", "--model", "rules", ok=False).stderr
