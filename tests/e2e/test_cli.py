"""The command line: help, settings, exit codes, the demonstration shop, doctor, stores, jobs, signals."""
import json, os, sqlite3, stat, threading, time
import lib

COMMANDS = ["serve", "demo", "connect", "sync", "train", "recommend", "import", "stores", "widget", "jobs", "doctor", "eval", "version"]


def demo(data, *args):
    return lib.run_json("demo", "--data", data, *args)


def test_every_command_has_a_help():
    listed = lib.run("--help").stdout
    for command in COMMANDS:
        assert f"  {command} " in listed, command
        text = lib.run(command, "--help").stdout
        assert text.startswith(f"vitrine {command}") and "--data" in text and "--json" in text, text


def test_wrong_lines_end_with_2_and_say_what_is_right():
    cases = [
        ((), "usage: vitrine"),
        (("serv",), "did you mean 'serve'?"),
        (("serve", "--prot", "1"), "did you mean --port?"),
        (("serve", "--port", "many"), "whole number from 0 to 65535"),
        (("serve", "--log", "loud"), "error, warn, info or debug"),
        (("connect",), "something is missing"),
        (("connect", "shopware", "https://x.example"), "there is: woocommerce"),
        (("connect", "woocommerce", "https://x.example"), "consumer key is missing"),
        (("jobs", "lst"), "did you mean 'list'?"),
    ]
    for args, words in cases:
        done = lib.run(*args, ok=None, cwd=lib.folder())
        assert done.returncode == 2, (args, done)
        assert words in done.stderr, (args, done.stderr)
        assert done.stdout == "", (args, done.stdout)


def test_errors_are_json_when_asked():
    done = lib.run("stores", "--data", lib.folder() / "none", "--json", ok=False)
    error = json.loads(done.stdout)["error"]
    assert done.returncode == 1 and error["code"] == "not_found" and "vitrine demo" in error["message"], error
    assert not (lib.folder() / "none").exists()


def test_a_data_folder_that_cannot_be_is_refused_with_a_sentence():
    data = lib.folder()
    (data / "file").write_text("x")
    done = lib.run("demo", "--data", data / "file", ok=False)
    assert "is a file" in done.stderr, done.stderr
    done = lib.run("demo", "--data", data / "file" / "below", ok=False)
    assert done.stderr.startswith("vitrine: "), done.stderr


def test_demo_is_made_learned_and_recommends():
    data = lib.folder()
    made = demo(data)
    assert made["sync"]["new"] > 10000 and made["train"]["version"] == 1, made
    assert stat.S_IMODE(os.stat(data / "key").st_mode) == 0o600
    assert stat.S_IMODE(os.stat(data / "demo-keys.json").st_mode) == 0o600
    lists = lib.run_json("recommend", "--data", data, "-n", "4")
    assert len(lists["items"]) == 4
    product = lists["items"][0]["product_id"]
    answer = lib.run_json("recommend", "demo", "--data", data, "--product", product, "--cart", lists["items"][1]["product_id"], "-n", 5)
    ids = [i["product_id"] for i in answer["items"]]
    assert len(ids) == 5 and product not in ids and lists["items"][1]["product_id"] not in ids
    text = lib.run("recommend", "--data", data, "--product", product).stdout
    assert text.startswith(f"for {product}: ") and text.count("\n") >= 6
    keys = (data / "demo-keys.json").read_text()
    again = demo(data)
    assert again["sync"]["new"] == 0 and again["train"]["version"] == 2, again
    assert (data / "demo-keys.json").read_text() == keys


def test_train_keeps_versions_and_goes_back():
    data = lib.folder()
    demo(data)
    for version in range(2, 7):
        assert lib.run_json("train", "--data", data)["version"] == version
    assert sorted(p.name for p in (data / "stores" / "1").iterdir()) == [f"snapshot-{n}.vit" for n in (3, 4, 5, 6)]
    assert lib.run_json("train", "--data", data, "--rollback")["version"] == 5
    assert lib.run_json("recommend", "--data", data)["model_version"] == 5


def test_jobs_show_what_was_done():
    data = lib.folder()
    demo(data)
    jobs = lib.run_json("jobs", "--data", data)["jobs"]
    assert [(j["kind"], j["state"]) for j in jobs] == [("train", "done"), ("sync", "done")], jobs
    assert "demo" in lib.run("jobs", "--data", data).stdout
    assert lib.run_json("jobs", "show", "demo", "1", "--data", data)["kind"] == "sync"
    assert lib.run_json("jobs", "follow", "demo", "--data", data)["state"] == "done"
    assert "ended already" in lib.run("jobs", "cancel", "demo", "1", "--data", data, ok=False).stderr
    assert "only what failed" in lib.run("jobs", "retry", "demo", "1", "--data", data, ok=False).stderr
    assert lib.run_json("jobs", "list", "demo", "--state", "failed", "--data", data)["jobs"] == []
    assert "no job 99" in lib.run("jobs", "show", "demo", "99", "--data", data, ok=False).stderr


def test_stores_are_listed_set_and_removed():
    data = lib.folder()
    demo(data)
    assert lib.run_json("stores", "--data", data)["stores"][0]["name"] == "demo"
    assert lib.run_json("stores", "show", "demo", "--data", data)["rows"]["orders"] > 5000
    lib.run("stores", "settings", "demo", "bundle_discount=10", "locale=en", "--data", data)
    row = lib.run_json("stores", "show", "1", "--data", data)["store"]
    assert row["settings"] == {"bundle_discount": 10} and row["locale"] == "en", row
    for bad in ("bundle_discount=91", "bundle=1", "bundle_discount", "locale=fr"):
        assert lib.run("stores", "settings", "demo", bad, "--data", data, ok=None).returncode == 1, bad
    assert "there is: demo" in lib.run("stores", "show", "nobody", "--data", data, ok=False).stderr
    old = json.loads((data / "demo-keys.json").read_text())["secret_key"]
    new = lib.run_json("stores", "keys", "demo", "rotate", "secret", "--data", data)["secret"]
    assert new != old and new.startswith("vsk_1_")
    assert "--yes" in lib.run("stores", "remove", "demo", "--data", data, ok=False).stderr
    lib.run("stores", "remove", "demo", "--yes", "--data", data)
    assert lib.run_json("stores", "--data", data)["stores"] == []
    assert not (data / "stores" / "1").exists()


def test_doctor_finds_what_is_wrong():
    data = lib.folder()
    demo(data)
    port = lib.free_port()
    report = lib.run_json("doctor", "--data", data, "--port", port)
    assert report["failures"] == 0, report
    assert {"data folder", "free space", "key file", "clock", "port", "database", "store demo", "jobs"} <= {c["what"] for c in report["checks"]}
    os.chmod(data / "key", 0o644)
    snapshot = data / "stores" / "1" / "snapshot-1.vit"
    snapshot.write_bytes(snapshot.read_bytes()[:1000])
    done = lib.run("doctor", "--data", data, "--port", port, ok=False)
    assert done.returncode == 1 and "chmod 600" in done.stdout and "vitrine train demo" in done.stdout, done.stdout
    os.chmod(data / "key", 0o600)
    lib.run("train", "--data", data)
    assert lib.run_json("doctor", "--data", data, "--port", port)["failures"] == 0
    database = data / "vitrine.db"
    database.write_bytes(b"this is no database, it only has the name" * 100)
    assert "fail  database" in lib.run("doctor", "--data", data, "--port", port, ok=False).stdout


def test_doctor_answers_the_health_check_of_a_container():
    data = lib.folder() / "data"
    server = lib.Server(data)
    address = f"http://127.0.0.1:{server.port}"
    assert lib.run("doctor", "--health", f"{address}/healthz").stdout == "ok\n"
    for wrong, why in ((f"{address}/nothing", "does not answer 200"), (f"http://127.0.0.1:{lib.free_port()}/healthz", "refused")):
        done = lib.run("doctor", "--health", wrong, ok=False)
        assert done.returncode == 1 and why in done.stderr, done


def test_settings_come_from_env_files_and_the_environment_wins():
    here = lib.folder()
    (here / ".env").write_text("# mine\nexport VITRINE_DATA='from file'\nBROKEN LINE\nVITRINE_KEY=nonsense\n")
    done = lib.run("version", cwd=here)
    assert ".env line 3 is not used" in done.stderr and "nonsense" not in done.stderr
    assert "from file" in lib.run("stores", cwd=here, ok=False).stderr
    assert "elsewhere" in lib.run("stores", cwd=here, env=lib.environment(VITRINE_DATA="elsewhere"), ok=False).stderr
    assert "flag" in lib.run("stores", "--data", "flag", cwd=here, env=lib.environment(VITRINE_DATA="elsewhere"), ok=False).stderr
    (here / ".env").write_bytes(b"A=1\n" * 40000)
    assert ".env is not used" in lib.run("version", cwd=here).stderr


def test_serve_makes_the_demo_answers_meanwhile_and_ends_in_time():
    data = lib.folder()
    server = lib.Server(data, "--demo", wait_ready=False)
    assert server.get("/healthz")[0] == 200
    lib.wait_until(lambda: server.get("/readyz")[0] == 200)
    lib.wait_until(lambda: lib.run_json("stores", "--data", data)["stores"][0]["state"] == "ready", pause=lib.PROCESS_PAUSE)
    key = json.loads((data / "demo-keys.json").read_text())["public_key"]
    lib.wait_until(lambda: server.get("/api/v1/recommendations?n=3", key=key)[1].get("model_version", 0) >= 1)
    assert server.stop(seconds=20) == 0                     # deploy/vitrine.service gives it so long
    assert "Vitrine serves http://localhost:" in server.log() and "demo-keys.json" in server.log()
    assert "vpk_" not in server.log() and "vsk_" not in server.log()


def test_a_running_server_follows_what_the_command_line_changes():
    data = lib.folder()
    demo(data)
    server = lib.Server(data)
    key = json.loads((data / "demo-keys.json").read_text())["secret_key"]
    assert server.get("/api/v1/recommendations?n=1", key=key)[1]["model_version"] == 1
    lib.run("train", "--data", data)
    lib.wait_until(lambda: server.get("/api/v1/recommendations?n=1", key=key)[1]["model_version"] == 2)
    new = lib.run_json("stores", "keys", "demo", "rotate", "secret", "--data", data)["secret"]
    lib.wait_until(lambda: server.get("/api/v1/recommendations?n=1", key=new)[0] == 200)
    assert server.get("/api/v1/recommendations?n=1", key=key)[0] == 401
    assert server.stop() == 0


def test_a_taken_port_is_said():
    data = lib.folder()
    server = lib.Server(data)
    done = lib.run("serve", "--data", data, "--port", server.port, ok=False)
    assert done.returncode == 1 and str(server.port) in done.stderr, done.stderr


def test_two_trainings_at_once_run_once_each_or_are_followed():
    data = lib.folder()
    demo(data)
    results = []
    threads = [threading.Thread(target=lambda: results.append(lib.run("train", "--data", data, "--json", ok=None))) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert all(r.returncode == 0 for r in results), [r.stderr for r in results]
    jobs = lib.run_json("jobs", "--data", data)["jobs"]
    assert all(j["state"] == "done" for j in jobs), jobs


def test_a_killed_job_is_taken_over():
    data = lib.folder()
    demo(data)
    with sqlite3.connect(data / "vitrine.db") as db:      # what a process leaves that died two minutes ago
        db.execute("UPDATE job_row SET state='running', owner='gone:1:x', heartbeat_ms=heartbeat_ms-120000, ended_ms=0 WHERE kind='train'")
    assert "lost their process" in lib.run("doctor", "--data", data, "--port", lib.free_port()).stdout
    server = lib.Server(data)
    lib.wait_until(lambda: all(j["state"] == "done" for j in lib.run_json("jobs", "--data", data)["jobs"]), pause=lib.PROCESS_PAUSE)
    assert server.stop() == 0
