"""vitrine simulate: a short simulated shop on the real binary. The long runs are bench/simulate."""
import pathlib, socket
import lib

SMALL = ("--days", 3, "--visitors-per-day", 150, "--products", 60, "--past", 40, "--runs", 100)


def test_a_seed_gives_the_same_shop_and_what_was_learned_beats_what_was_not():
    line = lib.run_json("simulate", *SMALL, "--seed", 7)
    again = lib.run_json("simulate", *SMALL, "--seed", 7)
    same = ("visitors", "held_out", "lists", "untrained_of_oracle", "coverage", "false_alarms", "power")
    assert [line[k] for k in same] == [again[k] for k in same]
    assert abs(line["uplift_of_oracle"] - again["uplift_of_oracle"]) < 0.02     # sums of floats, by batches that differ: ties may turn
    money = line["revenue_per_visitor"]
    assert money["none"] < money["rules"] < money["learned"] < money["oracle"], money
    assert money["stranger"] < money["oracle"] < money["clairvoyant"], money       # pages opened tell of people, but not all
    assert line["stranger_of_oracle"] < 1 and line["oracle_of_clairvoyant"] < 1, line
    assert abs(line["uplift_of_oracle"] * line["oracle_of_clairvoyant"] - line["uplift_of_clairvoyant"]) < 0.001, line
    assert line["caused_over_untrained"] > 0.5 and 0.5 < line["uplift_of_oracle"] < 1, line
    assert line["visitors"] == 450 and 0 < line["held_out"] < 60 and len(line["by_day"]) == 3, line
    told = line["reported"]
    assert told["visitors_held_out"] > 0 and told["visitors"] > 200, told
    assert told["caused_low"] <= told["once_low"] <= told["caused_revenue"] <= told["once_high"] <= told["caused_high"], told
    places = line["by_placement"]
    assert abs(sum(p["weight"] for p in places.values()) - 1) < 0.001 and places["product"]["weight"] > 0.5, places
    assert line["clicks"] > 10 and line["lists"] > 1000 and line["recovery_days"] is None, line


def test_statistics_hold_on_simulated_visitors():
    line = lib.run_json("simulate", "--days", 1, "--visitors-per-day", 400, "--products", 40, "--past", 0, "--runs", 200)
    assert 0.88 <= line["coverage"] <= 0.995 and line["coverage_any_look"] >= 0.95, line
    assert line["false_alarms"] <= 0.05 < line["false_alarms_daily_p"], line
    assert abs(line["power"] - line["power_promised"]) < 0.12, line


def test_visitors_do_the_same_of_their_own_accord_whatever_is_shown():
    shown, hidden = (lib.run_json("simulate", *SMALL, "--swap-day", 2, "--policy", policy) for policy in ("learned", "none"))
    assert shown["lists"] == hidden["lists"] and shown["held_out"] == hidden["held_out"]
    assert hidden["orders"] <= shown["orders"] <= hidden["orders"] + shown["caused_items"]
    assert hidden["clicks"] == hidden["caused_items"] == hidden["caused"] == 0 < shown["clicks"]
    assert shown["policy"] == "learned" and hidden["policy"] == "none"


def test_a_server_that_runs_already_is_used_and_left_as_it_is():
    data = lib.folder()
    server = lib.Server(data, "--clock", "virtual:1767571200000")
    line = lib.run_json("simulate", "--days", 1, "--visitors-per-day", 40, "--products", 40, "--past", 5, "--runs", 0,
                        "--server", f"http://127.0.0.1:{server.port}", "--data", data)
    assert line["visitors"] == 40 and "coverage" not in line, line
    names = [r[0] for r in lib.sql(data, "SELECT name FROM store_row ORDER BY 1")]
    assert names == ["simulated", "untrained"] and server.alive()
    again = lib.run("simulate", "--server", f"http://127.0.0.1:{server.port}", "--data", data, ok=False)
    assert "already" in again.stderr
    assert server.stop() == 0


def test_what_cannot_be_is_refused():
    for args, word in ((("--policy", "best"), "--policy"), (("--days", 3, "--swap-day", 4), "--swap-day"), (("--runs", 3), "--runs"),
                       (("--past", 0, "--swap-day", 1), "--past"), (("--days", 0), "--days")):
        assert word in lib.run("simulate", *args, ok=False).stderr


def test_stopped_in_the_middle_it_leaves_no_server_and_no_file():
    folder = lib.folder()
    process = lib.spawn([lib.BINARY, "simulate", "--days", 200, "--visitors-per-day", 100, "--products", 40], env=lib.environment(TMPDIR=str(folder)))
    said = lambda: next(folder.glob("*/serve.txt"), pathlib.Path("/dev/null")).read_text()
    port = int(lib.wait_until(lambda: "localhost:" in said() and said()).split("localhost:")[1].split()[0])
    process.terminate()
    assert process.wait(30) == 1
    assert not list(folder.iterdir())
    with socket.socket() as s:
        assert s.connect_ex(("127.0.0.1", port)) != 0
